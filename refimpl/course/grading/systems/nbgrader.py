"""nbgrader: its own gradebook.db, filled with the grades of this course.

nbgrader's documentation describes the database by its Python interface, `nbgrader.api.Gradebook`,
which is what writes here. An assignment is named after the lesson's notebook, and its cells after
those that nbgrader finds in `solutions/`, so that `nbgrader export` and the formgrader show them. A
student's points are the automatic score of each cell; points that people set are its manual score,
and what lateness costs is the submission's penalty.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.systems.who import Exported, grade_of
from refimpl.course.grading.term.course import Course
from refimpl.course.grading.term.standing import Standing
from refimpl.errors import UserError
from refimpl.files import make_folder

SOLUTIONS = "solutions"


def export_nbgrader(course: Course, root: Path, out: Path) -> Exported:
    """Write an nbgrader gradebook.

    Args:
        course: How everybody stands.
        root: The project's folder, whose solved notebooks name the cells.
        out: The database, which must be new.

    Raises:
        UserError: nbgrader is not installed, or there is such a file.
    """
    try:
        from nbgrader.api import Gradebook
    except ImportError:
        raise UserError(
            "nbgrader is not installed: python -m pip install -r requirements-nbgrader.txt"
        ) from None
    if out.exists():
        raise UserError(f"{out} exists: give a new name, so that no grade of yours is lost")
    make_folder(out.parent)
    # nbgrader calls alembic by its name, which is beside the interpreter.
    beside = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", ""), beside))
    done = Exported()
    with Gradebook(f"sqlite:///{out.resolve()}") as book:
        for total in course.totals:
            person = total.person
            first, _, last = person.name.rpartition(" ")
            book.update_or_create_student(
                person.id, first_name=first or None, last_name=last or None, email=person.email
            )
        for lesson in course.standings:
            stem, cells = _check_cells(root, lesson)
            due = course.known.rules.due(lesson)
            book.update_or_create_assignment(stem, duedate=_naive(due))
            book.update_or_create_notebook(stem, stem)
            for exercise, cell in cells.items():
                most = lesson_exercises(lesson)[exercise].points
                book.update_or_create_grade_cell(cell, stem, stem, max_score=most, cell_type="code")
            for standing in course.standings[lesson]:
                if grade_of(standing, zeros=False) is not None:
                    _write(book, stem, cells, standing)
                    done.n_filled += 1
    return done


def _write(book, stem: str, cells: dict[str, str], standing: Standing) -> None:
    """Write one student's lesson."""
    came = standing.submission.handed_in if standing.submission else None
    submission = book.update_or_create_submission(stem, standing.person.id, timestamp=_naive(came))
    submission.late_submission_penalty = float(standing.deducted)
    graded = {one.id: one for one in standing.report.exercises} if standing.report else {}
    for exercise, cell in cells.items():
        grade = book.find_grade(cell, stem, stem, standing.person.id)
        report, points = graded.get(exercise), standing.points.get(exercise)
        grade.auto_score = report.points if report else 0
        if points is not None and points != grade.auto_score:
            grade.manual_score = float(points)
        grade.needs_manual_grade = points is None and report is not None
    book.db.commit()


def _check_cells(root: Path, lesson: int) -> tuple[str, dict[str, str]]:
    """Return the stem of a lesson's notebook, and nbgrader's name of each exercise's check."""
    path = next(iter(sorted((root / SOLUTIONS).glob(f"{lesson:02}-*.ipynb"))), None)
    if path is None:
        raise UserError(f"{root / SOLUTIONS} has no notebook of lesson {lesson}")
    notebook = nbformat.read(path, as_version=4)
    ids = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    checks = [one["grade_id"] for one in ids if one.get("grade")]
    exercises = list(lesson_exercises(lesson))
    if len(checks) != len(exercises):
        raise UserError(f"{path.name} has {len(checks)} checks for {len(exercises)} exercises")
    return path.stem, dict(zip(exercises, checks, strict=True))


def _naive(time: datetime | None) -> datetime | None:
    """Return a time as nbgrader stores it: in UTC, without a zone."""
    return time.astimezone(UTC).replace(tzinfo=None) if time else None
