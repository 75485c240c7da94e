"""Exercise 2.4: the step that Griffin-Lim repeats."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def keep_phase(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    """The spectrum with other magnitudes, and the phase that it has."""
    return magnitude * np.exp(1j * np.angle(spectrum))


def _spectrum_and_magnitude(rng: np.random.Generator) -> Inputs:
    shape = (int(rng.integers(4, 7)), 9)
    spectrum = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    spectrum.flat[rng.integers(spectrum.size, size=3)] = 0.0  # silence has no phase
    return {"spectrum": spectrum, "magnitude": rng.uniform(0.3, 2.0, size=shape)}


def _nothing_where_silent(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return keep_phase(spectrum, magnitude) * (spectrum != 0)


def _divided_by_zero(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return magnitude * spectrum / np.abs(spectrum)


def _multiplied(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return magnitude * spectrum


def _magnitude_only(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return magnitude.astype(complex)


def _other_way_round(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return keep_phase(spectrum, magnitude).conj()


def _real_part(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return keep_phase(spectrum, magnitude).real.astype(complex)


def _angle_as_a_factor(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return magnitude * np.angle(spectrum)


def _added(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return spectrum + magnitude


EXERCISE = Exercise(
    id="2.4",
    title="The step of Griffin-Lim",
    function="keep_phase",
    points=3,
    minutes=8,
    difficulty=2,
    inputs=_spectrum_and_magnitude,
    reference=keep_phase,
    misconceptions={
        _nothing_where_silent: "where the spectrum is 0, take phase 0, and the magnitude as it is",
        _divided_by_zero: "where the spectrum is 0, this is 0 / 0; np.angle gives 0 there",
        _multiplied: "the spectrum has a magnitude of its own: divide by it first",
        _magnitude_only: "the phase is gone: the result is complex",
        _other_way_round: "the phase has the wrong sign: exp(+1j * angle)",
        _real_part: "keep the imaginary part: it holds half of the phase",
        _angle_as_a_factor: "an angle is no direction yet: np.exp(1j * angle)",
        _added: "a magnitude is not added: it is multiplied with exp(1j * angle)",
    },
)
