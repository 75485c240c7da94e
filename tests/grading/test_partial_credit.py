"""Partial credit, an option of an exercise: the share of right results, rounded down to points."""

from dataclasses import replace

import numpy as np
import pytest

from refimpl.course.exercises import all_exercises, find_exercise
from refimpl.course.grading.answer_key import Question
from refimpl.course.grading.judging import judge
from refimpl.course.grading.replies import Trial

N = 9


def question(partial, points=4):
    """Nine inputs, two of them shown; each result is the input's number."""
    exercise = replace(find_exercise("1.3"), points=points, partial_credit=partial)
    trials = [{"clean": np.ones(1), "noisy": np.zeros(1)} for _ in range(N)]
    expected = [{"result": np.array(float(number))} for number in range(N)]
    return Question(exercise, trials, [""] * N, expected, 2)


def trials(right, n=N):
    """Calls of which those numbers came out right."""
    return [
        Trial("called", results={"result": np.array(float(i if i in right else -1))})
        for i in range(n)
    ]


@pytest.mark.parametrize(
    ("right", "points"),
    [((), 0), ((0, 1), 0), ((0, 1, 2), 1), ((3, 4, 5, 6, 8), 2), (range(N - 1), 3), (range(N), 4)],
)
def test_the_share_of_right_results_rounded_down(right, points):
    one = judge(question(True), trials(set(right)), None, [])
    assert (one.points, one.status) == (points, "right" if points == 4 else "wrong")
    said = f"right for {len(right)} of {N} inputs"
    assert (said in one.feedback) == (one.status == "wrong")


def test_off_by_default_and_in_all_exercises_of_the_course():
    assert judge(question(False), trials(set(range(N - 1))), None, []).points == 0
    assert not any(one.partial_credit for one in all_exercises().values())


def test_an_answer_that_raises_is_paid_for_the_calls_before():
    some = [*trials(set(range(6)), 6), Trial("error", "raised ValueError")]
    one = judge(question(True), some, None, [])
    assert (one.points, one.status) == (2, "error")  # 4 · 6 / 9 = 2.67


@pytest.mark.parametrize("status", ["forbidden", "memory", "not started"])
def test_nothing_for_an_answer_that_came_to_something_else(status):
    some = [*trials(set(range(8)), 8), Trial(status, "because")]
    assert judge(question(True), some, None, []).points == 0


@pytest.mark.parametrize("status", ["timeout", "crash", "tampering", "missing"])
def test_nothing_where_the_calls_came_to_no_end(status):
    assert judge(question(True), trials({0, 1}, 2), (status, "because"), []).points == 0
