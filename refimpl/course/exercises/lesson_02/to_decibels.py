"""Exercise 2.6: from powers to decibels, with a floor."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs

TINY = 1e-30  # avoids the logarithm of 0, and lies far below any floor


def to_decibels(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    """Levels of powers in dB relative to a reference, none below the floor."""
    return np.maximum(10 * np.log10(np.maximum(power / reference, TINY)), floor_db)


def _powers(rng: np.random.Generator) -> Inputs:
    reference = float(rng.uniform(20, 400))
    floor_db = float(-rng.integers(60, 90))
    levels = rng.uniform(floor_db - 30, -10, size=(int(rng.integers(5, 8)), 9))
    levels.flat[:2] = floor_db - 20, -15  # at least one below the floor, and one well above
    power = reference * 10 ** (levels / 10)
    return {"power": power, "reference": reference, "floor_db": floor_db}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    reference = float(rng.uniform(20, 400))
    levels = rng.uniform(-50, -10, size=(3, 4))
    power = reference * 10 ** (levels / 10)
    given = {"reference": reference, "floor_db": -60.0}
    return {
        "powers above the reference": {"power": 1000 * power, **given},
        "a power that equals the reference": {"power": np.array([[reference]]), **given},
        "powers of 0": {"power": power * [1, 0, 1, 0], **given},
        "silence": {"power": np.zeros((2, 3)), **given},
        "powers that are all below the floor": {"power": 1e-9 * power, **given},
        "a power that is exactly at the floor": {
            "power": np.array([[1e-6, 2e-6]]),
            "reference": 1.0,
            "floor_db": -60.0,
        },
        "a floor far down": {"power": 1e-11 * power, "reference": reference, "floor_db": -200.0},
        "whole numbers": {
            "power": rng.integers(1, 99, size=(2, 3)),
            "reference": 50,
            "floor_db": -10,
        },
    }


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


def _nothing_above_the_reference(
    power: np.ndarray, reference: float, floor_db: float
) -> np.ndarray:
    return np.minimum(to_decibels(power, reference, floor_db), 0)


def _a_little_added(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return np.maximum(10 * np.log10(power / reference + 1e-10), floor_db)


def _the_smaller(power: np.ndarray, reference: float, floor_db: float) -> np.ndarray:
    return np.minimum(to_decibels(power, reference, -1000.0), floor_db)


EXERCISE = Exercise(
    id="2.6",
    title="Decibels with a floor",
    function="to_decibels",
    points=3,
    minutes=4,
    difficulty=1,
    inputs=_powers,
    edges=_edges,
    reference=to_decibels,
    misconceptions={
        _no_floor: "raise what is below the floor to the floor",
        _factor_of_amplitude: "these are powers: 10 log10, not 20",
        _natural_logarithm: "np.log is the natural logarithm; decibels take np.log10",
        _no_reference: "divide by the reference, the power that reads 0 dB",
        _loudest_as_reference: "use the given reference: with a clip's own maximum, "
        "the same frame reads differently in every clip",
        _floor_below_the_loudest: "floor_db is a level in dB, "
        "not a distance from the loudest power",
        _upside_down: "divide the power by the reference, not the reference by the power",
        _the_smaller: "np.maximum raises what is below the floor; np.minimum lowers the rest",
        _nothing_above_the_reference: "a power above the reference reads more than 0 dB: "
        "only the floor is a limit",
        _a_little_added: "adding a small number changes soft levels: raise them to the floor",
    },
    forbidden=("librosa.power_to_db", "librosa.amplitude_to_db"),
)
