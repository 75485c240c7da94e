"""Exercise 2.4: the step that Griffin-Lim repeats."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def keep_phase(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    """The spectrum with new magnitudes and its own phases."""
    return magnitude * np.exp(1j * np.angle(spectrum))


def _spectrum_and_magnitude(rng: np.random.Generator) -> Inputs:
    shape = (int(rng.integers(4, 7)), 9)
    spectrum = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    spectrum.flat[rng.integers(spectrum.size, size=3)] = 0.0  # silence has no phase
    return {"spectrum": spectrum, "magnitude": rng.uniform(0.3, 2.0, size=shape)}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    spectrum = rng.normal(size=(3, 5)) + 1j * rng.normal(size=(3, 5))
    magnitude = rng.uniform(0.3, 2.0, size=(3, 5))
    sparse = magnitude.copy()
    sparse[:, 1:3] = 0.0
    return {
        "a spectrum that is 0 everywhere": {
            "spectrum": np.zeros((3, 5), complex),
            "magnitude": magnitude,
        },
        "magnitudes of 0": {"spectrum": spectrum, "magnitude": sparse},
        "phases of 0, a quarter, half, and three quarters of a turn": {
            "spectrum": np.array([[1 + 0j, 2j, -3 + 0j, -4j]]),
            "magnitude": np.array([[2.0, 2.0, 2.0, 2.0]]),
        },
        "a spectrum that is very soft": {"spectrum": 1e-6 * spectrum, "magnitude": magnitude},
        "one frame of one bin": {"spectrum": spectrum[:1, :1], "magnitude": magnitude[:1, :1]},
        "spectra of type complex64": {
            "spectrum": spectrum.astype(np.complex64),
            "magnitude": magnitude.astype(np.float32),
        },
    }


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


def _arctan_of_a_quotient_of_zeros(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return magnitude * np.exp(1j * np.arctan(spectrum.imag / spectrum.real))


def _arctan_of_a_quotient(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        angle = np.nan_to_num(np.arctan(spectrum.imag / spectrum.real))
    return magnitude * np.exp(1j * angle)


def _added(spectrum: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return spectrum + magnitude


EXERCISE = Exercise(
    id="2.4",
    title="One step of Griffin-Lim",
    function="keep_phase",
    points=3,
    minutes=8,
    difficulty=2,
    inputs=_spectrum_and_magnitude,
    edges=_edges,
    reference=keep_phase,
    misconceptions={
        _nothing_where_silent: "where the spectrum is 0, take phase 0 and the given magnitude",
        _divided_by_zero: "where the spectrum is 0, this divides 0 by 0; np.angle gives 0 there",
        _multiplied: "the spectrum has its own magnitude: divide by it first",
        _magnitude_only: "the phase is gone: the result has to be complex",
        _other_way_round: "the phase has the wrong sign: exp(+1j * angle)",
        _real_part: "keep the imaginary part: it holds half of the phase",
        _angle_as_a_factor: "turn the angle into a complex number first: np.exp(1j * angle)",
        _arctan_of_a_quotient: "np.arctan of a quotient confuses opposite phases: "
        "take np.angle or np.arctan2",
        _arctan_of_a_quotient_of_zeros: "the quotient is 0 / 0 where the spectrum is 0, and its "
        "np.arctan confuses opposite phases: take np.angle",
        _added: "multiply the magnitude by exp(1j * angle); do not add it",
    },
)
