"""Generated tokens as sound: from nothing or as the continuation of a clip, and as files."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from refimpl.audio import save_audio
from refimpl.display import save_comparison
from refimpl.generation.generate import generate
from refimpl.generation.sampling import GenerationError
from refimpl.tokenizer import AudioTokenizer
from refimpl.transformer import Transformer


def generate_audio(
    model: Transformer,
    tokenizer: AudioTokenizer,
    *,
    seconds: float,
    continue_from: np.ndarray | Sequence[np.ndarray] | None = None,
    min_seconds: float = 0.0,
    batch_size: int = 1,
    decode: Mapping | None = None,
    **sampling,
) -> list[np.ndarray]:
    """Let the model write sounds. Taught in lesson 7.

    Args:
        model: trained on the tokenizer's tokens.
        tokenizer: turns tokens into audio, and a clip into tokens.
        seconds: the most new seconds to write; a piece may end earlier.
        continue_from: a clip `(n_samples,)` to continue, at the tokenizer's sample rate, or a
            list with one clip for each sound; None begins from nothing.
        min_seconds: the earliest end of a piece.
        batch_size: number of sounds, where `continue_from` is not a list.
        decode: options for `tokenizer.decode`, such as the iterations of phase reconstruction.
        sampling: options for `generate`: temperature, top_k, top_p, seed, progress, …

    Returns:
        For each sound its audio `(n_samples,)` float32, including the clip that it continues. The
        clip is resynthesised from its tokens too, so that both parts sound the same.

    Raises:
        GenerationError: an invalid setting, or the model ended before the first frame.
    """
    rate, n_stages = tokenizer.tokens_per_second, len(tokenizer.codec.stream_sizes)
    if not seconds > 0 or not 0 <= min_seconds <= seconds:
        raise GenerationError(
            f"seconds {seconds} and min_seconds {min_seconds}: give 0 <= min_seconds <= seconds, "
            "and seconds above 0"
        )
    prompts = _prompts(tokenizer, continue_from, batch_size)
    # Complete steps only: the rest of an incomplete one could not be decoded.
    max_tokens, min_tokens = (
        round(length * rate / n_stages) * n_stages for length in (seconds, min_seconds)
    )
    written = generate(
        model,
        tokenizer.vocabulary,
        prompt=prompts,
        max_tokens=max(n_stages, max_tokens),
        min_tokens=min_tokens,
        stage_sizes=tokenizer.codec.stream_sizes,
        **sampling,
    )
    sounds = []
    for number, (prompt, new) in enumerate(zip(prompts, written, strict=True)):
        tokens = np.concatenate([prompt[1:], new])  # without <|START|>
        if len(tokens) < n_stages:
            raise GenerationError(
                f"sound {number} ended before its first frame; ask for min_seconds, try another "
                "seed, or train the model for longer"
            )
        sounds.append(tokenizer.decode(tokens, **(decode or {})))
    return sounds


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


def _prompts(tokenizer: AudioTokenizer, continue_from, batch_size: int) -> list[np.ndarray]:
    """Return <|START|>, followed by the tokens of the clip to continue."""
    start = np.array([tokenizer.vocabulary.start])
    if continue_from is None:
        return [start] * batch_size
    if isinstance(continue_from, np.ndarray):
        continue_from = [continue_from]
    elif batch_size not in (1, len(continue_from)):
        raise GenerationError(
            f"{len(continue_from)} clips and batch_size {batch_size}; leave batch_size out, "
            "every clip of a list gives one sound"
        )
    prompts = [np.concatenate([start, tokenizer.encode(clip)]) for clip in continue_from]
    return prompts * batch_size if len(prompts) == 1 else prompts
