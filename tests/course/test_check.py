"""What a learner is told about an answer. (`tests/exercises/` proves each exercise's checker.)"""

import sys
from functools import partial

import numpy as np
import pytest

from refimpl.course import CheckFailed, Exercise, check, solved
from refimpl.course.check import FRESH_TRIALS, TRIALS, draw, first_complaint, hint
from refimpl.course.differences import call_once, compare_arrays
from refimpl.course.exercises import all_exercises, find_exercise, lesson_exercises
from refimpl.errors import UserError


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("REFIMPL_PROGRESS", str(tmp_path / "progress.json"))


def test_wrong_answers_of_every_kind_are_told_in_words():
    def ends_in_an_error(frequency, sample_rate):
        return frequency / 0

    cases = [
        (lambda frequency, sample_rate: None, "does your function return its result"),
        (lambda frequency, sample_rate: "440", "got      text"),
        (lambda frequency, sample_rate: np.zeros(3), "expected a single number"),
        (lambda frequency, sample_rate: np.nan, "not finite"),
        (lambda frequency, sample_rate: 1.5, "largest difference"),
        (ends_in_an_error, "raised ZeroDivisionError"),
        (lambda: 0.0, "raised TypeError"),
    ]
    for wrong, told in cases:
        with pytest.raises(CheckFailed, match=told):
            check("1.1", wrong)


def test_an_array_that_holds_one_number_is_one_number():
    expected = {"result": np.array(2.0)}
    for shape in [(1,), (1, 1)]:
        given = {"result": np.full(shape, 2.0)}
        assert compare_arrays(expected, given, {}) is None
        assert "got      3" in compare_arrays(expected, {"result": given["result"] + 1}, {})
    row = {"result": np.array([2.0])}
    assert "expected the shape (1,)" in compare_arrays(row, expected, {})


def test_a_function_called_too_early_is_told():
    with pytest.raises(CheckFailed, match="the function itself"):
        check("1.1", 440.0)


def test_an_unknown_exercise_names_those_there_are():
    for unknown in ("99.9", "1.99", "one", 1.1):
        with pytest.raises(UserError, match=r"1\.1, 1\.2"):
            check(unknown, len)


def test_a_failure_shows_lines_and_no_traceback():
    with pytest.raises(CheckFailed) as failure:
        check("1.1", lambda frequency, sample_rate: 0.0)
    lines = failure.value._render_traceback_()
    assert lines[0] == "✗ 1.1: not right yet"
    assert all("\n" not in line and "File" not in line for line in lines)


def test_what_cannot_be_used_is_told_from_what_the_answer_raised():
    with pytest.raises(CheckFailed, match="returned 4.0\nwhich is not what its docstring asks for"):
        check("5.6", lambda query, key, value, keys, values: 4.0)
    with pytest.raises(CheckFailed, match="got      None: does your function return its result"):
        check("1.1", lambda frequency, sample_rate: None)
    with pytest.raises(CheckFailed, match="expected a single number, got an array"):
        check("1.1", lambda frequency, sample_rate: np.ones(3))


def test_an_error_of_a_library_is_not_taken_for_the_placeholder():
    def unsupported(frequency, sample_rate):
        raise NotImplementedError("not for this type")

    with pytest.raises(CheckFailed, match="raised NotImplementedError: not for this type"):
        check("1.1", unsupported)


def test_small_arrays_are_shown_and_large_ones_described():
    def message(exercise_id):
        with pytest.raises(CheckFailed) as failure:
            check(exercise_id, lambda **inputs: 0.0)
        return str(failure.value)

    assert "chosen=[" in message("6.3")
    assert "audio=<float" in message("1.2")


def test_what_an_answer_prints_is_not_repeated_for_the_hint(capsys):
    def answer(frequency, sample_rate):
        print("here")
        return frequency % sample_rate

    with pytest.raises(CheckFailed, match="hint: "):
        check("1.1", answer)
    n_tones = 6
    assert capsys.readouterr().out.count("here") <= n_tones * (TRIALS + FRESH_TRIALS)


def test_other_constants_meet_other_inputs():
    exercise = find_exercise("1.1")
    first, again, second = (eval(f"lambda f, s: {n}.0") for n in (1, 1, 2))  # noqa: S307
    drawn = [draw(exercise, answer, 0)[-1][1] for answer in (first, again, second)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_exercises_are_numbered_and_found_by_their_lesson():
    assert list(lesson_exercises(1))[:2] == ["1.1", "1.2"]
    assert set(lesson_exercises(1)) <= set(all_exercises())
    with pytest.raises(UserError, match="there are lessons 1, 2"):
        lesson_exercises(99)


def test_a_check_writes_nothing_to_standard_error(capsys, tmp_path, monkeypatch):
    # nbgrader gives no points to a cell that does, be it a warning.
    (tmp_path / "file").touch()
    monkeypatch.setenv("REFIMPL_PROGRESS", str(tmp_path / "file/progress.json"))

    def warns(frequency, sample_rate):
        sys.stderr.write("a word on the way\n")
        return abs(frequency - sample_rate * round(frequency / sample_rate))

    with pytest.warns(UserWarning, match="could not be saved"):
        assert check("1.1", warns) == 4
    told = capsys.readouterr()
    assert told.err == ""
    assert "a word on the way" in told.out


# Edges -------------------------------------------------------------------------------------------


def double(values):
    return 2 * np.asarray(values, dtype=float)


def first_value_lost(values):
    return np.append(double(values)[:-1], 0.0)


def twice(values):
    return np.asarray(values, dtype=float) * 2.0


def edge_exercise(**changes):
    return Exercise(
        id="0.1",
        title="Double",
        function="double",
        points=2,
        minutes=5,
        difficulty=1,
        inputs=lambda rng: {"values": rng.uniform(1, 2, size=3)},
        edges=lambda rng: {"no values": {"values": []}, "integers": {"values": [1, 2]}},
        reference=double,
        misconceptions={first_value_lost: "keep the last value"},
        **changes,
    )


def test_every_edge_is_visited_and_named():
    def needs_one(values):
        return twice(values) if values[0] else None

    def keeps_integers(values):
        return np.array(values) if isinstance(values, list) and values else twice(values)

    exercise = edge_exercise()
    assert first_complaint(exercise, twice) is None
    assert "the docstring allows: no values\n" in first_complaint(exercise, needs_one)
    assert "the docstring allows: integers\n" in first_complaint(exercise, keeps_integers)


def test_a_misconception_is_known_that_differs_at_an_edge_only():
    def lost_and_afraid_of_nothing(values):
        if len(values) == 0:
            raise ValueError("no values")
        return first_value_lost(values)

    def fails_at_an_edge_only(values):
        return twice(values) if len(values) else np.zeros(1)

    exercise = edge_exercise()
    assert hint(exercise, lost_and_afraid_of_nothing, 0) == "keep the last value"
    assert hint(exercise, fails_at_an_edge_only, 0) is None


# Using an answer ---------------------------------------------------------------------------------


def test_a_right_answer_is_used_and_any_other_is_replaced(capsys):
    exercise = find_exercise("1.1")

    def mine(frequency, sample_rate):
        return exercise_reference(frequency, sample_rate)

    def open_one(frequency, sample_rate):
        raise NotImplementedError

    def exercise_reference(frequency, sample_rate):
        folded = frequency % sample_rate
        return min(folded, sample_rate - folded)

    assert solved("1.1", mine).__wrapped__ is mine
    assert "your heard_frequency" in capsys.readouterr().out
    for other in (open_one, lambda frequency, sample_rate: 0.0, 440.0):
        assert solved("1.1", other) is exercise.reference
        assert "stands in" in capsys.readouterr().out


def test_a_solved_function_returns_what_later_cells_expect():
    def quantise(audio, n_bits):
        steps = 2 ** (n_bits - 1)
        return [max(-steps, min(steps - 1, round(float(x) * steps))) / steps for x in audio]

    def signal_to_noise(clean, noisy):
        ratio = np.sum(clean**2, keepdims=True) / np.sum((noisy - clean) ** 2, keepdims=True)
        return 10 * np.log10(ratio)

    half = np.array([0.5, -0.25])
    assert solved("1.2", quantise)(half, 8).tolist() == [0.5, -0.25]
    assert f"{solved('1.3', signal_to_noise)(half, 2 * half):.1f}" == "0.0"


def test_a_way_of_calling_that_could_not_be_sent_to_the_grader_is_refused_at_once():
    with pytest.raises(UserError, match=r"0\.1: `run` is a plain function.*not functools.partial"):
        edge_exercise(run=partial(call_once))
