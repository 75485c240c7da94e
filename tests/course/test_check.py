"""What a learner is told about an answer."""

import inspect

import numpy as np
import pytest

from refimpl.course import CheckFailed, check
from refimpl.course.exercises import EXERCISES
from refimpl.errors import UserError

MISCONCEPTIONS = [
    pytest.param(exercise, wrong, hint, id=f"{exercise.id}{wrong.__name__}")
    for exercise in EXERCISES.values()
    for wrong, hint in exercise.misconceptions.items()
]


@pytest.fixture(params=EXERCISES.values(), ids=EXERCISES)
def exercise(request):
    return request.param


def test_the_reference_earns_all_points(exercise, capsys):
    assert check(exercise.id, exercise.reference) == exercise.points
    assert "right" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(20))
def test_the_reference_is_right_whatever_is_drawn(exercise, seed):
    assert check(exercise.id, exercise.reference, seed=seed) == exercise.points


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("exercise", "wrong", "hint"), MISCONCEPTIONS)
def test_a_misconception_is_recognised(exercise, wrong, hint, seed):
    with pytest.raises(CheckFailed, match="not right yet") as failure:
        check(exercise.id, wrong, seed=seed)
    assert f"hint: {hint}" in str(failure.value)


def test_a_placeholder_is_not_started_and_no_error(exercise, capsys):
    def placeholder(**inputs):
        raise NotImplementedError

    assert check(exercise.id, placeholder) == 0
    assert "not started" in capsys.readouterr().out


def test_wrong_answers_of_every_kind_are_told_in_words():
    def ends_in_an_error(frequency, sample_rate):
        return frequency / 0

    cases = [
        (lambda frequency, sample_rate: None, "which is no number"),
        (lambda frequency, sample_rate: "440", "which is no number"),
        (lambda frequency, sample_rate: np.zeros(3), "expected the shape"),
        (lambda frequency, sample_rate: np.nan, "not finite"),
        (lambda frequency, sample_rate: 1.5, "largest difference"),
        (ends_in_an_error, "raised ZeroDivisionError"),
        (lambda: 0.0, "raised TypeError"),
    ]
    for wrong, told in cases:
        with pytest.raises(CheckFailed, match=told):
            check("1.1", wrong)


def test_an_object_that_equals_everything_is_rejected():
    class EqualsAll:
        def __eq__(self, other):
            return True

        __hash__ = None

    with pytest.raises(CheckFailed):
        check("1.1", lambda frequency, sample_rate: EqualsAll())


def test_changing_the_argument_in_place_is_told():
    def in_place(audio, n_bits):
        audio[:] = EXERCISES["1.2"].reference(audio, n_bits)
        return audio

    with pytest.raises(CheckFailed, match="in place"):
        check("1.2", in_place)


def test_a_function_called_too_early_is_told():
    with pytest.raises(CheckFailed, match="the function itself"):
        check("1.1", 440.0)


def test_an_unknown_exercise_names_those_there_are():
    with pytest.raises(UserError, match=r"1\.1, 1\.2"):
        check("9.9", len)


def test_a_failure_shows_lines_and_no_traceback():
    with pytest.raises(CheckFailed) as failure:
        check("1.1", lambda frequency, sample_rate: 0.0)
    lines = failure.value._render_traceback_()
    assert lines[0] == "✗ 1.1: not right yet"
    assert all("\n" not in line and "File" not in line for line in lines)


def test_inputs_fit_the_reference(exercise):
    inputs = exercise.inputs(np.random.default_rng(0))
    assert list(inputs) == list(inspect.signature(exercise.reference).parameters)
