"""A text-to-music model with its codec as a folder of three files; one comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refimpl.codecs import NeuralCodec
from refimpl.errors import UserError
from refimpl.pipeline.generators import load_tokenizer, save_generator, shipped_folder
from refimpl.text_to_music.composer import Composer
from refimpl.text_to_music.model import TextToMusic, TextToMusicConfig
from refimpl.tokenizer import AudioTokenizer
from refimpl.training import load_model

SHIPPED = "text"


def save_composer(
    folder: str | Path,
    model: TextToMusic,
    tokenizer: AudioTokenizer,
    *,
    facts: dict[str, Any] | None = None,
) -> Path:
    """Save a model and its codec: `config.json`, and the weights of both in 8 bits.

    Args:
        folder: made if it is not there.
        model: trained on the tokenizer's tokens.
        tokenizer: of its tunes.
        facts: any JSON that is worth knowing about the training.
    """
    codec = tokenizer.codec
    if isinstance(codec, NeuralCodec):
        smaller = codec.in_eight_bits()
        tokenizer = AudioTokenizer(smaller, tokenizer.vocabulary, layout=tokenizer.layout.name)
    return save_generator(folder, model, tokenizer, facts=facts, bits=8)


def load_composer(folder: str | Path | None = None) -> Composer:
    """Load a model that writes what a text asks for.

    Args:
        folder: what `save_composer` wrote; None for the model that comes with the package.

    Raises:
        UserError: the folder holds no such model, or a damaged one.

    Taught in lesson 9.
    """
    folder = shipped_folder(SHIPPED) if folder is None else Path(folder)
    saved = load_model(folder, build=_build)
    return Composer(saved.model, load_tokenizer(folder), facts=saved.facts)


def _build(config: dict[str, Any]) -> TextToMusic:
    try:
        return TextToMusic(TextToMusicConfig.from_dict(config))
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"its configuration describes no text-to-music model ({error})") from error
