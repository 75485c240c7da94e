"""Exercise 1.2: rounding samples to what integers of a few bits can hold."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def quantise(audio: np.ndarray, n_bits: int) -> np.ndarray:
    """Round samples in [-1, 1] to the steps that signed integers of n_bits allow."""
    scale = 2 ** (n_bits - 1)
    integers = np.clip(np.round(audio * scale), -scale, scale - 1)
    return integers / scale


def _audio_and_bits(rng: np.random.Generator) -> Inputs:
    audio = rng.uniform(-1, 1, size=64)
    audio[:2] = 1, -1  # full scale, where clipping matters
    # Halves of a step are left out, because rounding them either way is right.
    n_bits = int(rng.integers(2, 9))
    steps = audio * 2 ** (n_bits - 1)
    return {"audio": audio[np.abs(steps % 1 - 0.5) > 0.01], "n_bits": n_bits}


def _floor_instead_of_round(audio: np.ndarray, n_bits: int) -> np.ndarray:
    scale = 2 ** (n_bits - 1)
    return np.clip(np.floor(audio * scale), -scale, scale - 1) / scale


def _truncate_instead_of_round(audio: np.ndarray, n_bits: int) -> np.ndarray:
    scale = 2 ** (n_bits - 1)
    return np.clip(np.trunc(audio * scale), -scale, scale - 1) / scale


def _never_clip(audio: np.ndarray, n_bits: int) -> np.ndarray:
    scale = 2 ** (n_bits - 1)
    return np.round(audio * scale) / scale


def _no_bit_for_the_sign(audio: np.ndarray, n_bits: int) -> np.ndarray:
    return quantise(audio, n_bits + 1)


def _keep_integers(audio: np.ndarray, n_bits: int) -> np.ndarray:
    return quantise(audio, n_bits) * 2 ** (n_bits - 1)


def _largest_integer_as_full_scale(audio: np.ndarray, n_bits: int) -> np.ndarray:
    largest = 2 ** (n_bits - 1) - 1
    return np.round(audio * largest) / largest


EXERCISE = Exercise(
    id="1.2",
    title="Quantise",
    function="quantise",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_audio_and_bits,
    reference=quantise,
    misconceptions={
        _floor_instead_of_round: "np.floor goes down everywhere; take the nearest step",
        _truncate_instead_of_round: "astype(int) cuts towards zero; take the nearest step",
        _never_clip: "the largest integer is 2**(n_bits - 1) - 1, so +1.0 does not fit: clip",
        _no_bit_for_the_sign: "one bit holds the sign: a unit has 2**(n_bits - 1) steps",
        _largest_integer_as_full_scale: "from 0 to 1 there are 2**(n_bits - 1) steps, not one less",
        _keep_integers: "divide by the number of steps, so that the result lies in [-1, 1]",
    },
)
