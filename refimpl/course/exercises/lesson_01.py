"""The exercises of lesson 1: where a tone goes that is sampled too slowly, and quantising."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def heard_frequency(frequency: float, sample_rate: float) -> float:
    """The frequency in Hz of the tone that remains when a tone is sampled."""
    return abs(frequency - sample_rate * np.round(frequency / sample_rate))


def _frequency_and_rate(rng: np.random.Generator) -> Inputs:
    sample_rate = float(rng.choice([8000, 11025, 22050, 44100]))
    # Up to three times the rate, but never right on a fold, where both neighbours meet.
    fold = int(rng.integers(0, 6))
    within = rng.uniform(0.05, 0.95)
    return {
        "frequency": float(round((fold + within) * sample_rate / 2)),
        "sample_rate": sample_rate,
    }


def _only_the_remainder(frequency: float, sample_rate: float) -> float:
    return frequency % sample_rate


def _stop_at_half(frequency: float, sample_rate: float) -> float:
    return min(frequency, sample_rate / 2)


def _fold_once(frequency: float, sample_rate: float) -> float:
    return frequency if frequency <= sample_rate / 2 else abs(sample_rate - frequency)


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


EXERCISES = [
    Exercise(
        id="1.1",
        points=4,
        minutes=15,
        inputs=_frequency_and_rate,
        reference=heard_frequency,
        misconceptions={
            _stop_at_half: "tones do not stop at half the sample rate, they come back down",
            _only_the_remainder: "the remainder can lie above half the sample rate: fold it down",
            _fold_once: "right up to the sample rate; beyond it the pattern repeats",
        },
    ),
    Exercise(
        id="1.2",
        points=4,
        minutes=10,
        inputs=_audio_and_bits,
        reference=quantise,
        misconceptions={
            _floor_instead_of_round: "np.floor goes down everywhere; take the nearest step",
            _truncate_instead_of_round: "astype(int) cuts towards zero; take the nearest step",
            _never_clip: "the largest integer is 2**(n_bits - 1) - 1, so +1.0 does not fit: clip",
            _no_bit_for_the_sign: "one bit holds the sign: a unit has 2**(n_bits - 1) steps",
            _keep_integers: "divide by the number of steps, so that the result lies in [-1, 1]",
        },
    ),
]
