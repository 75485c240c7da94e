"""Let a model write music: from nothing, or on from a clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from refimpl.generation import GenerationError, generate
from refimpl.tokenizer import AudioTokenizer
from refimpl.transformer import Transformer


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece that a model wrote.

    Attributes:
        tokens: (n_tokens,) codes, those of the prompt first.
        n_prompt: how many of them are the prompt's.
        audio: (n_samples,) float32, all of it made from tokens.
    """

    tokens: np.ndarray
    n_prompt: int
    audio: np.ndarray


def within_range(audio: np.ndarray, peak: float = 0.95) -> np.ndarray:
    """Audio (n_samples,) turned down where it would clip; a waveform that was found may."""
    largest = float(np.abs(audio).max(initial=0.0))
    return audio if largest <= peak else (audio * (peak / largest)).astype(np.float32)


def write_music(
    model: Transformer,
    tokenizer: AudioTokenizer,
    *,
    seconds: float,
    min_seconds: float = 0.0,
    n_pieces: int = 1,
    prompt: np.ndarray | None = None,
    prompt_seconds: float | None = None,
    decode: Mapping | None = None,
    **sampling,
) -> list[Piece]:
    """Write pieces of music.

    Args:
        model: trained on the tokenizer's tokens.
        tokenizer: tokens to audio and back.
        seconds: the most new seconds to write.
        min_seconds: the earliest end of a piece.
        n_pieces: how many; each draws random numbers of its own.
        prompt: a clip (n_samples,) to go on from, at the tokenizer's sample rate.
        prompt_seconds: how much of the clip the model is given; None: all. Where the clip is
            longer than that, the last frames of the prompt are made from what follows too, as all
            frames in the training were, and not from a sound that breaks off.
        decode: options for `tokenizer.decode`.
        sampling: options for `generate`: temperature, top_k, top_p, seed, progress.

    Raises:
        GenerationError: a setting that cannot be used, or nothing was written.

    Taught in lesson 7.
    """
    n_stages = len(tokenizer.codec.stream_sizes)
    start = np.array([tokenizer.vocabulary.start])
    given = np.zeros(0, np.int64)
    if not 0 <= min_seconds <= seconds or not seconds > 0:
        raise GenerationError(
            f"seconds {seconds:g} and min_seconds {min_seconds:g}; "
            "give 0 <= min_seconds <= seconds, and seconds above 0"
        )

    def n_tokens(duration: float) -> int:
        return round(duration * tokenizer.tokens_per_second / n_stages) * n_stages

    if prompt is not None:
        given = tokenizer.encode(prompt)
        if prompt_seconds is not None:
            given = given[: max(n_stages, n_tokens(prompt_seconds))]
    written = generate(
        model,
        tokenizer.vocabulary,
        prompt=np.concatenate([start, given]),
        max_tokens=max(n_stages, n_tokens(seconds)),
        min_tokens=n_tokens(min_seconds),
        batch_size=n_pieces,
        stage_sizes=tokenizer.codec.stream_sizes,
        **sampling,
    )
    pieces = []
    for new in written:
        tokens = np.concatenate([given, new])
        if len(tokens) < n_stages:
            raise GenerationError(
                "a piece ended before its first frame; try another seed, ask for min_seconds, "
                "or train the model for longer"
            )
        audio = within_range(tokenizer.decode(tokens, **(decode or {})))
        pieces.append(Piece(tokens, len(given), audio))
    return pieces
