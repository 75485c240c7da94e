"""Let a model write music: from nothing or on from a clip, as tokens, as sound, and as files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.audio import save_audio
from refimpl.backbones import Backbone
from refimpl.display import save_comparison
from refimpl.generation.generate import generate
from refimpl.generation.options import GenerationOptions
from refimpl.generation.sampling import GenerationError
from refimpl.layouts import Layout
from refimpl.tokenizer import AudioTokenizer


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece that a model wrote.

    Attributes:
        tokens: (n_tokens,), or (n_tokens, n_columns) with several columns; the prompt's first.
        n_prompt: how many of them are the prompt's.
        audio: (n_samples,) float32, all of it made from tokens.
    """

    tokens: np.ndarray
    n_prompt: int
    audio: np.ndarray


def write_music(
    model: Backbone,
    tokenizer: AudioTokenizer,
    options: GenerationOptions | None = None,
    *,
    seconds: float,
    min_seconds: float = 0.0,
    continue_from: np.ndarray | Sequence[np.ndarray] | None = None,
    prompt_seconds: float | None = None,
    decode: Mapping | None = None,
    **changes: Any,
) -> list[Piece]:
    """Write pieces of music. Taught in lesson 7.

    Args:
        model: trained on the tokenizer's tokens.
        tokenizer: tokens to audio and back.
        options: how tokens are drawn, and `batch_size`, the number of pieces.
        seconds: the most new seconds to write; a piece may end earlier.
        min_seconds: the earliest end of a piece.
        continue_from: a clip `(n_samples,)` to continue, at the tokenizer's sample rate, or a
            list with one clip for each piece; None begins from nothing.
        prompt_seconds: how much of a clip the model is given; None: all. Where the clip is
            longer than that, the last frames of the prompt are made from what follows too, as all
            frames in the training were, and not from a sound that breaks off.
        decode: options for `tokenizer.decode`, such as the iterations of phase reconstruction.
        changes: single options of `GenerationOptions` by name, such as temperature or seed.

    Returns:
        The pieces, each with the clip that it continues. The clip is made from its tokens too, so
        that both parts sound the same.

    Raises:
        GenerationError: a setting that cannot be used, or a piece ended before its first step.
    """
    if not 0 <= min_seconds <= seconds or not seconds > 0:
        raise GenerationError(
            f"seconds {seconds:g} and min_seconds {min_seconds:g}; "
            "give 0 <= min_seconds <= seconds, and seconds above 0"
        )
    options = replace(options or GenerationOptions(), **changes)
    layout, rate = tokenizer.layout, tokenizer.codec.step_rate
    most = None if prompt_seconds is None else max(1, round(prompt_seconds * rate))
    given = _given(tokenizer, continue_from, most, options.batch_size)
    # Whole steps only: the rest of a broken one could not be decoded.
    n_steps, least = max(1, round(seconds * rate)), round(min_seconds * rate)
    start = np.full((1, *given[0].shape[1:]), tokenizer.vocabulary.start)
    written = generate(
        model,
        tokenizer.vocabulary,
        options,
        prompt=[np.concatenate([start, tokens]) for tokens in given],
        batch_size=len(given),
        max_tokens=max(_tokens_after(layout, len(tokens), n_steps) for tokens in given),
        min_tokens=layout.end_of(least),
        layout=layout,
    )
    return [
        _piece(tokenizer, number, tokens, new, decode or {})
        for number, (tokens, new) in enumerate(zip(given, written, strict=True))
    ]


def _tokens_after(layout: Layout, n_given: int, n_steps: int) -> int:
    """Tokens that so many more steps take, after a prompt whose column 0 has so many codes."""
    return layout.n_tokens(n_given // layout.end_of(1) + n_steps) - n_given


def _given(
    tokenizer: AudioTokenizer, continue_from, most: int | None, batch_size: int
) -> list[np.ndarray]:
    """The tokens of the clips to continue, without <|START|>; empty where there are none."""
    if continue_from is None:
        continue_from = [None]
    elif isinstance(continue_from, np.ndarray):
        continue_from = [continue_from]
    elif batch_size not in (1, len(continue_from)):
        raise GenerationError(
            f"{len(continue_from)} clips and batch_size {batch_size}; leave batch_size out, "
            "every clip of a list gives one piece"
        )
    layout, given = tokenizer.layout, []
    for clip in continue_from:
        codes = np.zeros((0, layout.n_streams), dtype=np.int64)
        if clip is not None:
            codes = tokenizer.codec.encode(clip)[:most]
        # As far as column 0 goes: the tune is not at its end.
        tokens = layout.to_tokens(codes)[: layout.end_of(len(codes))]
        given.append(tokens[:, 0] if layout.n_columns == 1 else tokens)
    return given * batch_size if len(given) == 1 else given


def _piece(
    tokenizer: AudioTokenizer, number: int, given: np.ndarray, new: np.ndarray, decode: Mapping
) -> Piece:
    tokens = np.concatenate([given, new])
    if not len(tokenizer.layout.to_codes(tokens)):
        raise GenerationError(
            f"piece {number} ended before its first step; try another seed, ask for min_seconds, "
            "or train the model for longer"
        )
    return Piece(tokens, len(given), within_range(tokenizer.decode(tokens, **decode)))


def within_range(audio: np.ndarray, peak: float = 0.95) -> np.ndarray:
    """Audio (n_samples,) turned down where it would clip; a waveform that was found may."""
    largest = float(np.abs(audio).max(initial=0.0))
    return audio if largest <= peak else (audio * (peak / largest)).astype(np.float32)


def save_generation(
    path: str | os.PathLike,
    audio: np.ndarray,
    sample_rate: int,
    *,
    label: str = "generated",
    beside: Mapping[str, np.ndarray] | None = None,
) -> tuple[Path, Path]:
    """Write a sound, and a picture of its spectrogram next to it. Taught in lesson 7.

    Args:
        path: of the sound, ending in .wav, .flac, .ogg or .mp3; the picture's ends in .png.
        audio: `(n_samples,)`.
        sample_rate: in Hz.
        label: its label in the picture.
        beside: label to audio of other sounds to show above it, such as the original clip.

    Returns:
        The paths of sound and picture.
    """
    sound = save_audio(path, audio, sample_rate)
    picture = sound.with_suffix(".png")
    save_comparison(picture, {**(beside or {}), label: audio}, sample_rate)
    return sound, picture
