"""Exercise 2.3: predict how long a frame must be to show two tones as two."""

import math

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def n_fft_to_separate(low: float, high: float, sample_rate: int) -> int:
    """The smallest power of two at which two tones lie at least two bins apart."""
    return 2 ** math.ceil(math.log2(_samples(low, high, sample_rate)))


def _samples(low: float, high: float, sample_rate: int) -> float:
    """Samples of a frame in which the tones lie two bins apart."""
    return 2 * sample_rate / (high - low)


def _two_tones(rng: np.random.Generator) -> Inputs:
    sample_rate = int(rng.choice([16000, 22050, 44100, 48000]))
    # Between two powers of two and near to neither, so that no rounding decides; on both sides of
    # the middle, so that the nearest power is sometimes the wrong one.
    exponent = int(rng.integers(7, 14)) + rng.uniform(0.1, 0.9)
    gap = 2 * sample_rate / 2**exponent
    low = float(rng.uniform(0.8, 3.0) * gap)
    return {"low": low, "high": low + gap, "sample_rate": sample_rate}


def _half_as_long(low: float, high: float, sample_rate: int) -> int:
    return n_fft_to_separate(low, high, sample_rate) // 2


def _twice_as_long(low: float, high: float, sample_rate: int) -> int:
    return 2 * n_fft_to_separate(low, high, sample_rate)


def _nearest_power(low: float, high: float, sample_rate: int) -> int:
    return 2 ** round(math.log2(_samples(low, high, sample_rate)))


def _no_power_of_two(low: float, high: float, sample_rate: int) -> int:
    return math.ceil(_samples(low, high, sample_rate))


def _two_periods(low: float, high: float, sample_rate: int) -> int:
    return 2 ** math.ceil(math.log2(2 * sample_rate / low))


def _only_the_exponent(low: float, high: float, sample_rate: int) -> int:
    return math.ceil(math.log2(_samples(low, high, sample_rate)))


EXERCISE = Exercise(
    id="2.3",
    title="Two tones, seen as two",
    function="n_fft_to_separate",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_two_tones,
    reference=n_fft_to_separate,
    misconceptions={
        _half_as_long: "at this n_fft they are not yet two bins apart: take the next power of two",
        _twice_as_long: "half of it is enough: bins lie sample_rate / n_fft apart",
        _nearest_power: "the nearest power of two may be too short: round up",
        _no_power_of_two: "enough samples, but n_fft is to be a power of two",
        _two_periods: "what counts is how far apart the tones lie, not how low they are",
        _only_the_exponent: "this is the exponent: n_fft is two to the power of it",
    },
)
