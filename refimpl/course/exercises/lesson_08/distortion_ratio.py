"""Exercise 8.5: SI-SDR, the waveform's own measure of a codec."""

from functools import partial

import numpy as np

from refimpl.course.comparing import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def distortion_ratio(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Give SI-SDR: the energy of the reference in the estimate over that of all the rest, in dB.

    At least two samples; neither sound is silent, and the estimate is neither a scaled copy of the
    reference nor free of it.
    """
    reference, estimate = reference.astype(np.float64), estimate.astype(np.float64)
    target = (estimate @ reference) / (reference @ reference) * reference
    rest = estimate - target
    return float(10 * np.log10((target @ target) / (rest @ rest)))


def _sounds(rng: np.random.Generator) -> Inputs:
    reference = rng.normal(rng.uniform(0.3, 0.6), 1, size=int(rng.integers(40, 60)))
    noise = rng.normal(0.2, rng.uniform(0.3, 2), size=len(reference))
    return {"reference": reference, "estimate": rng.uniform(1.5, 3) * reference + noise}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _sounds(rng)
    reference, estimate = usual["reference"], usual["estimate"]
    noise = rng.normal(size=len(reference))
    return {
        "two samples": {"reference": np.array([1.0, 2.0]), "estimate": np.array([1.0, 1.0])},
        "an estimate upside down": usual | {"estimate": -estimate},
        "an estimate a thousand times too loud": usual | {"estimate": 1000 * estimate},
        "a soft reference": usual | {"reference": 1e-3 * reference},
        "little of the reference in it": usual | {"estimate": 0.01 * reference + noise},
        "nearly a copy": usual | {"estimate": reference + 1e-3 * noise},
        "the reference a sample later": usual | {"estimate": np.roll(reference, 1)},
        "an offset": usual | {"estimate": estimate + 2},
        "float32": {name: one.astype(np.float32) for name, one in usual.items()},
    }


def _decibels(signal: float, rest: float) -> float:
    return float(10 * np.log10(signal / rest))


def _not_scaled(reference, estimate) -> float:
    rest = estimate - reference
    return _decibels(reference @ reference, rest @ rest)


def _scaled_by_the_estimate(reference, estimate) -> float:
    target = (estimate @ reference) / (estimate @ estimate) * reference
    rest = estimate - target
    return _decibels(target @ target, rest @ rest)


def _equal_energy(reference, estimate) -> float:
    scaled = estimate * np.sqrt((reference @ reference) / (estimate @ estimate))
    return _not_scaled(reference, scaled)


def _reference_as_signal(reference, estimate) -> float:
    target = (estimate @ reference) / (reference @ reference) * reference
    rest = estimate - target
    return _decibels(reference @ reference, rest @ rest)


def _estimate_as_signal(reference, estimate) -> float:
    target = (estimate @ reference) / (reference @ reference) * reference
    rest = estimate - target
    return _decibels(estimate @ estimate, rest @ rest)


def _without_the_mean(reference, estimate) -> float:
    return distortion_ratio(reference - reference.mean(), estimate - estimate.mean())


def _upside_down(reference, estimate) -> float:
    return -distortion_ratio(reference, estimate)


def _twenty(reference, estimate) -> float:
    return 2 * distortion_ratio(reference, estimate)


def _no_decibels(reference, estimate) -> float:
    return 10 ** (distortion_ratio(reference, estimate) / 10)


def _norms(reference, estimate) -> float:
    return distortion_ratio(reference, estimate) / 2


def _natural_logarithm(reference, estimate) -> float:
    return distortion_ratio(reference, estimate) * np.log(10)


def _bels(reference, estimate) -> float:
    return distortion_ratio(reference, estimate) / 10


EXERCISE = Exercise(
    id="8.5",
    title="The waveform's measure",
    function="distortion_ratio",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_sounds,
    edges=_edges,
    reference=distortion_ratio,
    # An answer may compute in float32 what it got in float32.
    compare=partial(compare_arrays, tolerance=1e-4),
    misconceptions={
        _not_scaled: "scale the reference first: a softer copy is no distortion",
        _scaled_by_the_estimate: "divide the product by the energy of the reference, not by that "
        "of the estimate",
        _equal_energy: "equal energy is not the best scale: noise has energy too",
        _reference_as_signal: "the signal is the scaled reference, not the reference as it came",
        _estimate_as_signal: "the signal is the part of the reference in it, not all of the "
        "estimate",
        _without_the_mean: "leave the means as they are: the docstring does not subtract them",
        _upside_down: "signal over rest: more dB are better",
        _twenty: "energies are squares already: 10 times their logarithm, not 20 times",
        _no_decibels: "give decibels: 10 times the logarithm of the ratio",
        _norms: "energies are squares: square the norms before you divide them",
        _natural_logarithm: "decibels have the logarithm to the base of 10",
        _bels: "a decibel is a tenth of a bel: multiply the logarithm by 10",
    },
    forbidden=("refimpl.metrics.si_sdr",),
)
