"""Exercise 1.1: where a tone goes that is sampled too slowly."""

from collections.abc import Callable

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs


def heard_frequency(frequency: float, sample_rate: float) -> float:
    """The frequency in Hz of the tone that remains when a tone is sampled."""
    return abs(frequency - sample_rate * np.round(frequency / sample_rate))


def _tones_and_rate(rng: np.random.Generator) -> Inputs:
    sample_rate = float(rng.choice([8000, 11025, 22050, 44100]))
    # One tone between each two folds, up to three times the rate; never right on a fold, where both
    # neighbours meet.
    tones = (np.arange(6) + rng.uniform(0.05, 0.95, size=6)) * sample_rate / 2
    return {"tones": [float(round(tone)) for tone in tones], "sample_rate": sample_rate}


def _run(function: Callable, inputs: Inputs) -> Results:
    rate = inputs["sample_rate"]
    return {f"frequency={tone}": function(tone, rate) for tone in inputs["tones"]}


def _only_the_remainder(frequency: float, sample_rate: float) -> float:
    return frequency % sample_rate


def _stop_at_half(frequency: float, sample_rate: float) -> float:
    return min(frequency, sample_rate / 2)


def _fold_once(frequency: float, sample_rate: float) -> float:
    return frequency if frequency <= sample_rate / 2 else abs(sample_rate - frequency)


def _forget_the_sign(frequency: float, sample_rate: float) -> float:
    return frequency - sample_rate * np.round(frequency / sample_rate)


def _fold_at_the_rate(frequency: float, sample_rate: float) -> float:
    return heard_frequency(frequency, 2 * sample_rate)


def _remainder_of_half(frequency: float, sample_rate: float) -> float:
    return frequency % (sample_rate / 2)


EXERCISE = Exercise(
    id="1.1",
    title="The tone that remains",
    function="heard_frequency",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_tones_and_rate,
    run=_run,
    reference=heard_frequency,
    misconceptions={
        _stop_at_half: "tones do not stop at half the sample rate, they come back down",
        _only_the_remainder: "the remainder can lie above half the sample rate: fold it down",
        _fold_once: "right up to the sample rate; beyond it the pattern repeats",
        _forget_the_sign: "a negative frequency sounds like its positive twin: take abs()",
        _remainder_of_half: "beyond half the sample rate a tone comes down, from the top",
        _fold_at_the_rate: "the mirror stands at half the sample rate, not at the sample rate",
    },
)
