"""No exercise takes something that is not its result for its result, whatever shape that has."""

import numpy as np
import pytest

from refimpl.course.exercises import lesson_numbers
from refimpl.course.grading.answer_key import make_answer_key
from tests.grading.settings import SECRET


def one_nan(array):
    changed = array.astype(complex if array.dtype.kind == "c" else float)
    changed.reshape(-1)[:1] = np.nan
    return changed


def an_object(array):
    holder = np.empty((), dtype=object)
    holder[()] = "an object, as a child tells of it"
    return holder


def others(array):
    """What none of an array's own values stands in."""
    return np.where(array == 0, 1, 0) if array.dtype.kind in "biu" else np.zeros(array.shape) + 1e9


def one_axis(array):
    """Rows and columns as one row, or a row as a column."""
    if not array.ndim:
        return None
    return array.reshape(-1) if array.ndim > 1 else array[:, None]


ODD = {
    "nan": lambda array: np.full(array.shape, np.nan),
    "one nan": one_nan,
    "infinity": lambda array: np.full(array.shape, np.inf),
    "other values": others,
    # An array that holds one number stands for that number.
    "one more axis": lambda array: array[None] if array.ndim else None,
    "one axis": one_axis,
    "two numbers for one": lambda array: None if array.ndim else np.stack([array, array]),
    "nothing": lambda array: array.reshape(-1)[:0],
    "one value, which broadcasts": lambda array: array.reshape(-1)[:1] if array.size > 1 else None,
    "complex": lambda array: array.astype(complex) + 1j,
    "text": lambda array: array.astype(str),
    "an object": an_object,
}


@pytest.mark.parametrize("lesson", lesson_numbers())
def test_what_is_odd_is_never_right(lesson):
    for question in make_answer_key(lesson, SECRET):
        compare = question.exercise.compare
        for right, inputs in zip(question.expected, question.trials, strict=True):
            assert compare(right, right, inputs) is None
            if not all(array.size for array in right.values()):
                continue  # at an edge where the result is empty, all empty arrays are it
            for name, make in ODD.items():
                arrays = right.values()
                if any(array.dtype.kind == "U" or make(array) is None for array in arrays):
                    continue
                odd = {key: make(array) for key, array in right.items()}
                assert compare(right, odd, inputs), (question.exercise.id, name)


@pytest.mark.parametrize("lesson", lesson_numbers())
def test_one_answer_for_all_inputs_is_never_right(lesson):
    for question in make_answer_key(lesson, SECRET):
        compare = question.exercise.compare
        for guess in question.expected[: question.n_visible]:
            asked = zip(question.expected, question.trials, strict=True)
            right = [guess.keys() == e.keys() and not compare(e, guess, i) for e, i in asked]
            assert not all(right), question.exercise.id
