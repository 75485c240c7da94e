"""Exercise 1.1: which frequency a tone has after it is sampled too slowly."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results, compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def heard_frequency(frequency: float, sample_rate: float) -> float:
    """The frequency in Hz that is heard when a tone is sampled."""
    return abs(frequency - sample_rate * np.round(frequency / sample_rate))


def _tones_and_rate(rng: np.random.Generator) -> Inputs:
    sample_rate = float(rng.choice([8000, 11025, 22050, 44100]))
    # One tone between each two folds, up to three times the rate, and three tones far above.
    folds = np.concatenate([np.arange(6), rng.integers(6, 2000, size=3)])
    tones = (folds + rng.uniform(0.05, 0.95, size=9)) * sample_rate / 2
    return {"tones": [float(round(tone)) for tone in tones], "sample_rate": sample_rate}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    rate = float(rng.choice([8000, 22050, 44100]))
    whole = int(rng.integers(3000, 20_000))
    return {
        "a tone of 0 Hz": {"tones": [0.0], "sample_rate": rate},
        "a tone of half the sample rate, and odd multiples of it": {
            "tones": [n * rate / 2 for n in (1, 3, 5)],
            "sample_rate": rate,
        },
        "a tone of the sample rate, and multiples of it": {
            "tones": [n * rate for n in (1, 2, 3)],
            "sample_rate": rate,
        },
        "a sample rate that is no whole number": {"tones": [whole + 0.5], "sample_rate": 7350.3},
        "whole numbers": {"tones": [whole, 10 * whole + 1], "sample_rate": 8000},
    }


def _run(function: Callable, inputs: Inputs) -> Results:
    rate = inputs["sample_rate"]
    return {f"frequency={tone}": function(tone, rate) for tone in inputs["tones"]}


def _compare(expected: Results, given: Results, inputs: Inputs) -> str | None:
    complaint = compare_arrays(expected, given, inputs)
    values = [np.ravel(value) for value in given.values() if value.dtype.kind in "if"]
    if complaint and values and np.min(np.concatenate(values), initial=0) < 0:
        return (
            f"{complaint}\nsome of your frequencies are negative: "
            "a tone of -300 Hz sounds like one of 300 Hz"
        )
    return complaint


def _only_the_remainder(frequency: float, sample_rate: float) -> float:
    return frequency % sample_rate


def _stop_at_half(frequency: float, sample_rate: float) -> float:
    return min(frequency, sample_rate / 2)


def _fold_once(frequency: float, sample_rate: float) -> float:
    return frequency if frequency <= sample_rate / 2 else abs(sample_rate - frequency)


def _subtract_twice(frequency: float, sample_rate: float) -> float:
    for _ in range(2):
        if frequency >= sample_rate:
            frequency -= sample_rate
    return _fold_once(frequency, sample_rate)


def _forget_the_sign(frequency: float, sample_rate: float) -> float:
    return frequency - sample_rate * np.round(frequency / sample_rate)


def _fold_at_the_rate(frequency: float, sample_rate: float) -> float:
    return heard_frequency(frequency, 2 * sample_rate)


def _remainder_of_half(frequency: float, sample_rate: float) -> float:
    return frequency % (sample_rate / 2)


EXERCISE = Exercise(
    id="1.1",
    title="The tone you hear",
    function="heard_frequency",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_tones_and_rate,
    edges=_edges,
    run=_run,
    reference=heard_frequency,
    compare=_compare,
    misconceptions={
        _stop_at_half: "a tone does not stop at half the sample rate: it comes back down",
        _only_the_remainder: "the remainder can be above half the sample rate: fold it down",
        _fold_once: "right up to the sample rate; above it the pattern repeats",
        _subtract_twice: "far above the sample rate, subtract it as often as it fits",
        _forget_the_sign: "return the absolute value",
        _remainder_of_half: "above half the sample rate the frequency falls from the top",
        _fold_at_the_rate: "tones fold at half the sample rate, not at the sample rate",
    },
)
