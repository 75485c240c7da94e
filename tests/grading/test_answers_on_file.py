"""The answers on file, in the sandbox: right ones earn all points, wrong ones none and their hint.

`make test` takes one lesson, since `test_earned.py` grades the notebooks of all. `make soak` takes
all lessons: three minutes for the first right answer to each exercise, and longer for the others.
"""

import inspect
from pathlib import Path

import pytest

from refimpl.course.exercises import lesson_numbers
from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.task import Task, grade_cells
from tests.exercises.proof import load_proofs
from tests.grading.settings import SECRET

pytestmark = pytest.mark.usefixtures("sandbox")
PROOFS = load_proofs()
LESSONS = [n for n in lesson_numbers() if any(p.startswith(f"{n}.") for p in PROOFS)]
QUICK = LESSONS[0]


def proofs_of(lesson):
    return [proof for name, proof in PROOFS.items() if name.startswith(f"{lesson}.")]


def handed_in(proof, kind, number):
    """A cell whose function is one of the answers on file, as it stands there."""
    source = Path(inspect.getsourcefile(proof.answers)).read_text(encoding="utf-8")
    name = proof.exercise.function
    return f"answers = {{}}\nexec({source!r}, answers)\n{name} = list(answers[{kind!r}])[{number}]"


def graded(lesson, kind, number):
    """What the lesson's exercises come to with their answers of a number, where there is one."""
    chosen = [proof for proof in proofs_of(lesson) if number < len(getattr(proof.answers, kind))]
    cells = [handed_in(proof, kind, number) for proof in chosen]
    report = grade_cells(Task(lesson, SECRET, Limits(seconds=60)), cells)
    assert report.status == "graded", report.reason
    by_id = {one.id: one for one in report.exercises}
    return [(proof, by_id[proof.exercise.id]) for proof in chosen]


def test_right_answers_earn_all_points():
    check_right_answers(QUICK, 0)


@pytest.mark.soak
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("number", [0, 1])
def test_right_answers_of_all_lessons_earn_all_points(lesson, number):
    check_right_answers(lesson, number)


def check_right_answers(lesson, number):
    for _, one in graded(lesson, "RIGHT", number):
        assert (one.status, one.points) == ("right", one.of), one


def test_wrong_answers_earn_none_and_their_hint():
    check_wrong_answers(QUICK)


@pytest.mark.soak
@pytest.mark.parametrize("lesson", LESSONS)
def test_wrong_answers_of_all_lessons_earn_none_and_their_hint(lesson):
    check_wrong_answers(lesson)


def check_wrong_answers(lesson):
    most = max(len(proof.answers.WRONG) for proof in proofs_of(lesson))
    for number in range(most):
        for proof, one in graded(lesson, "WRONG", number):
            assert one.points == 0 and one.status in ("wrong", "error", "forbidden"), one
            said = list(proof.answers.WRONG.values())[number]
            assert said in one.feedback, (one, said)
