"""Exercise 2.3: predict how long a frame must be to tell two tones apart."""

import math

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def n_fft_to_separate(low: float, high: float, sample_rate: int) -> int:
    """The smallest power of two at which two tones are at least two bins apart."""
    return 2 ** math.ceil(math.log2(_samples(low, high, sample_rate)))


def _samples(low: float, high: float, sample_rate: int) -> float:
    """The length of a frame, in samples, at which the tones are two bins apart."""
    return 2 * sample_rate / (high - low)


def _two_tones(rng: np.random.Generator) -> Inputs:
    sample_rate = int(rng.choice([16000, 22050, 44100, 48000]))
    # Between two powers of two and near to neither, so that no rounding decides; on both sides of
    # the middle, so that the nearest power is sometimes the wrong one.
    exponent = int(rng.integers(7, 14)) + rng.uniform(0.1, 0.9)
    gap = 2 * sample_rate / 2**exponent
    low = float(rng.uniform(0.8, 3.0) * gap)
    return {"low": low, "high": low + gap, "sample_rate": sample_rate}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    # Halves and doubles of a whole number have exact distances, so no rounding decides here.
    n_fft, sample_rate = 2 ** int(rng.integers(9, 13)), 22_050
    low = float(rng.integers(100, 400))
    two_bins = 2 * sample_rate / n_fft
    return {
        "exactly two bins apart": {
            "low": low,
            "high": low + two_bins,
            "sample_rate": sample_rate,
        },
        "exactly two bins apart, in whole numbers": {
            "low": 200,
            "high": 200 + 2 * 48_000 // 256,
            "sample_rate": 48_000,
        },
        "a hair less than two bins apart": {
            "low": low,
            "high": low + two_bins * (1 - 1e-5),
            "sample_rate": sample_rate,
        },
        "a hair more than two bins apart": {
            "low": low,
            "high": low + two_bins * (1 + 1e-5),
            "sample_rate": sample_rate,
        },
        "half a hertz apart": {"low": low, "high": low + 0.5, "sample_rate": sample_rate},
        "as far apart as tones can be": {"low": 0.0, "high": 4000.0, "sample_rate": 8000},
    }


def _half_as_long(low: float, high: float, sample_rate: int) -> int:
    return n_fft_to_separate(low, high, sample_rate) // 2


def _twice_as_long(low: float, high: float, sample_rate: int) -> int:
    return 2 * n_fft_to_separate(low, high, sample_rate)


def _nearest_power(low: float, high: float, sample_rate: int) -> int:
    return 2 ** round(math.log2(_samples(low, high, sample_rate)))


def _next_power_above(low: float, high: float, sample_rate: int) -> int:
    return 2 ** (math.floor(math.log2(_samples(low, high, sample_rate))) + 1)


def _no_power_of_two(low: float, high: float, sample_rate: int) -> int:
    return math.ceil(_samples(low, high, sample_rate))


def _two_periods(low: float, high: float, sample_rate: int) -> int:
    return 2 ** math.ceil(math.log2(2 * sample_rate / (low or 1)))


def _only_the_exponent(low: float, high: float, sample_rate: int) -> int:
    return math.ceil(math.log2(_samples(low, high, sample_rate)))


EXERCISE = Exercise(
    id="2.3",
    title="Tell two tones apart",
    function="n_fft_to_separate",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_two_tones,
    edges=_edges,
    reference=n_fft_to_separate,
    misconceptions={
        _half_as_long: "at this n_fft the tones are not yet two bins apart: double it",
        _twice_as_long: "half of this is enough: bins are sample_rate / n_fft apart",
        _next_power_above: "exactly two bins apart is enough: do not go on to the next power",
        _nearest_power: "the nearest power of two may be too short: round up",
        _no_power_of_two: "these are enough samples, but n_fft has to be a power of two",
        _two_periods: "the distance of the tones counts, not how low they are",
        _only_the_exponent: "this is the exponent: n_fft is 2 ** exponent",
    },
)
