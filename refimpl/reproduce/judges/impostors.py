"""Impostors made of sound: each keeps what some judge listens for, and is no new music.

Those made of tokens are in `refimpl.metrics.references`. What these keep and lose:

| impostor | keeps | loses |
| --- | --- | --- |
| average tune | key, beat, the usual spectrum | every single tune |
| one tune, repeated | a tune | all others |
| recited training tunes | everything | that they are new |
| one key | tunes | eleven keys |
| wrong key after a bar | notes, beat | that the halves belong together |
| beats of random length | pitches, timbre, key | the beat |
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.audio.standardising import pad_to
from refimpl.errors import UserError
from refimpl.mel import mel_spectrogram, mel_to_audio
from refimpl.mel.config import MelConfig

JOIN = 0.01  # seconds that two pieces overlap
TRITONE = 6  # semitones: the key that shares fewest notes


def average_tune(sounds: Sequence[np.ndarray], mel: MelConfig) -> np.ndarray:
    """Average the mel frames of several tunes, moment by moment, and turn them into sound.

    A model trained to minimise squared error gives this when it answers in one step.

    Args:
        sounds: (n_samples,) each, all of the same length, and best in the same key.
        mel: of the frames.

    Returns:
        (n_samples,) float32.

    Raises:
        UserError: no sounds, or several lengths.
    """
    lengths = {len(sound) for sound in sounds}
    if len(lengths) != 1:
        raise UserError(f"the sounds have {len(lengths)} lengths; give sounds of one length")
    frames = np.mean([mel_spectrogram(sound, mel) for sound in sounds], axis=0)
    n_samples = lengths.pop()
    return pad_to(mel_to_audio(frames, mel)[:n_samples], n_samples)  # the last frame is whole


def pasted(first: np.ndarray, second: np.ndarray, sample_rate: int) -> np.ndarray:
    """Play the first half of one sound, then the second half of another.

    Args:
        first: (n_samples,), as long as `second`.
        second: (n_samples,).
        sample_rate: in Hz.

    Raises:
        UserError: the lengths differ.
    """
    if first.shape != second.shape:
        raise UserError(f"the sounds have shapes {first.shape} and {second.shape}; give equal ones")
    half, join = len(first) // 2, min(len(first) // 2, round(JOIN * sample_rate))
    weight = np.zeros(len(first), dtype=np.float32)
    weight[half:] = 1
    weight[half - join // 2 : half + join - join // 2] = np.linspace(0, 1, join)
    return first * (1 - weight) + second * weight


def uneven_beats(
    audio: np.ndarray, sample_rate: int, beat_period: float, rng: np.random.Generator
) -> np.ndarray:
    """Cut a sound at its beats and play each piece for a random time, between .5 and 1.5 beats.

    A shortened piece loses its end. A lengthened one begins again, so that there is no gap.

    Args:
        audio: (n_samples,) whose beats begin at 0.
        sample_rate: in Hz.
        beat_period: seconds per beat.
        rng: source of randomness.

    Returns:
        (n_samples,) float32; the last pieces are left out where the others take longer.

    Raises:
        UserError: a beat that is shorter than two joins.
    """
    size, join = round(beat_period * sample_rate), round(JOIN * sample_rate)
    if size <= 2 * join:
        raise UserError(f"a beat of {beat_period} s is too short; give more than {2 * JOIN} s")
    result, place = np.zeros(len(audio) + 2 * size, dtype=np.float32), 0
    fade = np.linspace(0, 1, join, dtype=np.float32)
    starts = np.arange(0, len(audio), size)
    for start in np.concatenate([starts, rng.permutation(starts)]):  # more than enough
        if place >= len(audio):
            break
        piece = audio[start : start + size]
        piece = np.resize(piece, round(size * rng.uniform(0.5, 1.5))).astype(np.float32)
        piece[:join] *= fade
        piece[-join:] *= fade[::-1]
        result[place : place + len(piece)] += piece
        place += len(piece) - join
    return result[: len(audio)]


def in_another_key(keys: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Choose for each tune another whose key is a tritone away.

    Args:
        keys: (n_tunes,) the tonic of each tune, 0 to 11.
        rng: source of randomness.

    Returns:
        (n_tunes,) the number of the other tune; the farthest key there is, where none is that far.
    """
    keys = np.asarray(keys)
    distance = np.abs((keys[:, None] - keys[None] + TRITONE) % 12 - TRITONE)
    farthest = distance == distance.max(axis=1, keepdims=True)
    return np.array([rng.choice(np.flatnonzero(row)) for row in farthest], dtype=np.int64)
