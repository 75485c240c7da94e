"""Exercise 2.6: from powers to decibels, with a floor."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs

TINY = 1e-30  # avoids the logarithm of 0, and lies far below any floor


def to_decibels(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    """Levels of powers above a reference in dB, none below the floor."""
    return np.maximum(10 * np.log10(np.maximum(power / reference, TINY)), floor_db)


def _powers(rng: np.random.Generator) -> Inputs:
    reference = float(rng.uniform(20, 400))
    floor_db = float(-rng.integers(60, 90))
    levels = rng.uniform(floor_db - 30, -10, size=(int(rng.integers(5, 8)), 9))
    levels.flat[:2] = floor_db - 20, -15  # at least one below the floor, and one well above
    power = reference * 10 ** (levels / 10)
    return {"power": power, "reference": reference, "floor_db": floor_db}


def _no_floor(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return to_decibels(power, reference, -1000.0)


def _factor_of_amplitude(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return np.maximum(2 * to_decibels(power, reference, -1000.0), floor_db)


def _natural_logarithm(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return np.maximum(10 * np.log(np.maximum(power / reference, TINY)), floor_db)


def _no_reference(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return to_decibels(power, 1.0, floor_db)


def _loudest_as_reference(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return to_decibels(power, power.max(), floor_db)


def _floor_below_the_loudest(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    level = to_decibels(power, reference, -1000.0)
    return np.maximum(level, level.max() + floor_db)


def _upside_down(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return np.maximum(-to_decibels(power, reference, -1000.0), floor_db)


def _the_smaller(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return np.minimum(to_decibels(power, reference, -1000.0), floor_db)


EXERCISE = Exercise(
    id="2.6",
    title="Decibels with a floor",
    function="to_decibels",
    points=3,
    minutes=8,
    difficulty=1,
    inputs=_powers,
    reference=to_decibels,
    misconceptions={
        _no_floor: "what lies below the floor is raised to it",
        _factor_of_amplitude: "these are powers: 10 log10, not 20",
        _natural_logarithm: "np.log is the natural logarithm; decibels take np.log10",
        _no_reference: "divide by the reference: it is what reads 0 dB",
        _loudest_as_reference: "the reference is given: with a clip's own maximum, "
        "the same frame reads differently in every clip",
        _floor_below_the_loudest: "the floor is given in dB as it stands, "
        "not counted down from the loudest",
        _upside_down: "the power stands above, the reference below",
        _the_smaller: "np.maximum raises what is below the floor; np.minimum cuts the rest down",
    },
    forbidden=("librosa.power_to_db", "librosa.amplitude_to_db"),
)
