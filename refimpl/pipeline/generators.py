"""Generators: a model and its codec in one folder; and the generators in the package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from refimpl.backbones import Backbone
from refimpl.codecs import find_codec, load_codec
from refimpl.errors import UserError
from refimpl.pipeline.captioned import Captioned, build_captioned
from refimpl.reading import read_json
from refimpl.tokenizer import AudioTokenizer
from refimpl.training import TrainingError, load_model, save_model
from refimpl.training.models import DESCRIPTION

SHIPPED = ("course", "report", "neural")


def save_generator(
    folder: str | Path,
    model: Backbone | Captioned,
    tokenizer: AudioTokenizer,
    *,
    facts: dict[str, Any] | None = None,
    bits: int = 32,
) -> Path:
    """Write a model with its codec.

    Args:
        folder: made if it is not there.
        model: trained on the tokenizer's tokens.
        tokenizer: its codec is copied into the folder.
        facts: JSON to keep with it, such as how it was trained.
        bits: of a stored weight, 32, 16 or 8.

    Taught in lesson 7.
    """
    folder = Path(folder)
    tokenizer.save(folder / tokenizer.codec.file_name)
    # The codec comes first: a model's description, written last, means that all is there.
    return save_model(folder, model, vocabulary=tokenizer.vocabulary, facts=facts, bits=bits)


def load_generator(where: str | Path) -> tuple[Backbone, AudioTokenizer]:
    """Load a model and its tokenizer.

    Args:
        where: the folder of a run, a folder that `save_generator` wrote, or the name of a model
            that comes with the package ("course", "report", "neural").

    Returns:
        The model, which writes without a caption if it was trained with some; and its tokenizer.

    Raises:
        UserError: there is none, or it is damaged.

    Taught in lesson 7.
    """
    model, tokenizer = _load(where)
    return (model.backbone if isinstance(model, Captioned) else model), tokenizer


def load_captioned(where: str | Path) -> tuple[Captioned, AudioTokenizer]:
    """Load a model of captioned recordings and its tokenizer.

    Args:
        where: as for `load_generator`.

    Raises:
        UserError: there is none, it is damaged, or it was trained without captions.

    Taught in lesson 9.
    """
    model, tokenizer = _load(where)
    if not isinstance(model, Captioned):
        raise UserError(
            f"{where} was trained without captions, so it reads no text; train a model with "
            "`refimpl run FOLDER --captions beside --out RUN`"
        )
    return model, tokenizer


def architecture_of(where: str | Path) -> str | None:
    """The name of a model's class; None where there is no model."""
    for folder in _candidates(where):
        if (folder / DESCRIPTION).is_file():
            described = read_json(folder / DESCRIPTION, TrainingError, "a model's description")
            return str(described.get("architecture"))
    return None


def _load(where: str | Path) -> tuple[Any, AudioTokenizer]:
    folder = find_generator(where)
    build = build_captioned if architecture_of(where) == Captioned.__name__ else None
    saved = load_model(folder, build=build)
    tokenizer = load_tokenizer(where)
    if saved.vocabulary is not None and saved.vocabulary != tokenizer.vocabulary:
        raise UserError(f"{folder}: model and codec do not belong together; train the model again")
    return saved.model, tokenizer


def load_tokenizer(where: str | Path) -> AudioTokenizer:
    """Load only the tokenizer, from a codec's file or anything that `load_generator` accepts."""
    if Path(where).is_file():
        return AudioTokenizer(load_codec(where))
    for path in map(find_codec, _candidates(where)):
        if path is not None:
            return AudioTokenizer(load_codec(path))
    raise UserError(_nothing(where, "codec"))


def read_facts(where: str | Path) -> dict[str, Any]:
    """Return the facts saved with a model, such as its preset and its losses."""
    path = find_generator(where) / DESCRIPTION
    facts = read_json(path, TrainingError, "a saved model's description").get("facts")
    if not isinstance(facts, dict):
        raise TrainingError(f"{path} is not a saved model's description: it has no facts")
    return facts


def find_generator(where: str | Path) -> Path:
    """Return the folder of a model's files, from anything that `load_generator` accepts."""
    for folder in _candidates(where):
        if (folder / DESCRIPTION).is_file():
            return folder
    raise UserError(_nothing(where, "trained model"))


def shipped_folder(name: str) -> Path:
    """Where a model that comes with the package lies; it need not be there."""
    return Path(str(resources.files("refimpl"))) / "checkpoints" / name


def _candidates(where: str | Path) -> list[Path]:
    if str(where) in SHIPPED:
        return [shipped_folder(str(where))]
    return [Path(where) / "model", Path(where)]


def _nothing(where: str | Path, what: str) -> str:
    if str(where) in SHIPPED:
        return (
            f"this installation comes without the {what} {str(where)!r}; make one with "
            f"`refimpl run tinytunes --preset {where} --out runs/{where}` "
            f"and use --model runs/{where}"
        )
    if not Path(where).exists():
        return f"there is no folder {str(where)!r}; give a run's folder, or {' or '.join(SHIPPED)}"
    return f"{where} holds no {what}; give the folder of a run that was trained to its end"
