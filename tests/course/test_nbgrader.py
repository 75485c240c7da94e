"""nbgrader takes `solutions/` as they are, and gives the points that our own check gives.

Needs requirements-nbgrader.txt, and runs in `make soak`.
"""

import os
from importlib.util import find_spec

import nbformat
import pytest

from tests.course.nbgrader_course import ROOT, Course, most_wrong_answers, with_wrong_answers

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        find_spec("nbgrader") is None,
        reason="nbgrader is not installed: pip install -r requirements-nbgrader.txt",
    ),
]
STEMS = [path.stem for path in sorted((ROOT / "lessons").glob("*.ipynb"))]


@pytest.fixture(scope="module", params=STEMS)
def graded(request, tmp_path_factory):
    """All scores of a lesson: of its solution, of the open lesson, and of all wrong answers."""
    folder = tmp_path_factory.mktemp("nbgrader") / "a course"
    folder.mkdir()
    # Where the points are noted cannot be written: a note about it must not cost any.
    (folder / "file").touch()
    environment = os.environ | {"REFIMPL_PROGRESS": str(folder / "file/progress.json")}
    course = Course(folder, request.param, environment)
    lesson = int(request.param[:2])
    released = course.generate()
    course.hand_in("open", released)
    solution = ROOT / "solutions" / f"{request.param}.ipynb"
    course.hand_in("solved", nbformat.read(solution, as_version=4))
    for number in range(most_wrong_answers(lesson)):
        course.hand_in(f"wrong-{number}", with_wrong_answers(lesson, released, number))
    return request.param, released, course.scores()


def test_the_released_notebook_is_the_open_lesson(graded):
    stem, released, _ = graded
    lesson = nbformat.read(ROOT / "lessons" / f"{stem}.ipynb", as_version=4)
    # nbgrader's placeholder has brackets, and does the same.
    sources = [cell.source.replace("Error()", "Error") for cell in released.cells]
    assert sources == [cell.source for cell in lesson.cells]


def test_the_solution_gets_all_points(graded):
    _, _, scores = graded
    assert scores["solved"]
    for name, (score, of) in scores["solved"].items():
        assert score == of > 0, name


def test_nothing_else_gets_any(graded):
    _, _, scores = graded
    others = {student: found for student, found in scores.items() if student != "solved"}
    assert "open" in others and len(others) > 5
    for student, found in others.items():
        assert len(found) == len(scores["solved"]), student
        for name, (score, _) in found.items():
            assert score == 0, (student, name)
