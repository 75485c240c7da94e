"""A joint embedding as a folder of two files; one comes with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from refimpl.audio_text.model import JointEmbedding
from refimpl.audio_text.text_encoder import TextEncoder
from refimpl.audio_text.words import WordList
from refimpl.errors import UserError
from refimpl.training import load_model, save_model

SHIPPED = "embedding"


def save_embedding(
    folder: str | Path, model: JointEmbedding, *, facts: dict[str, Any] | None = None
) -> Path:
    """Save an embedding with its own text encoder: `config.json`, and 8-bit weights.

    Raises:
        UserError: its text encoder is another one.
    """
    if not isinstance(model.text, TextEncoder):
        raise UserError("only an embedding with a TextEncoder can be saved")
    return save_model(folder, model, facts=facts, bits=8)


def load_embedding(folder: str | Path | None = None) -> JointEmbedding:
    """Load an embedding; by default the one that comes with the package.

    Args:
        folder: what `save_embedding` wrote.

    Raises:
        TrainingError: the folder holds no embedding, or a damaged one.

    Taught in lesson 11.
    """
    return _shipped() if folder is None else load_model(folder, build=_build).model


@cache
def _shipped() -> JointEmbedding:
    return load_model(shipped_folder(), build=_build).model


def shipped_folder() -> Path:
    """Return the folder of the embedding that comes with the package."""
    return Path(str(resources.files("refimpl"))) / "checkpoints" / SHIPPED


def _build(config: dict[str, Any]) -> JointEmbedding:
    try:
        words = WordList(tuple(config["words"]))
        shape = {name: config[name] for name in ("width", "n_layers")}
        text = TextEncoder(words, config["dim"], **shape)
        return JointEmbedding(text, dim=config["dim"], channels=config["channels"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise UserError(f"its configuration describes no joint embedding ({error})") from error
