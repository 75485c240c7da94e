"""The results of a run as files: grades.csv, feedback, Gradescope's JSON, and what to look at."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.cleaning import clean_line
from refimpl.course.grading.feedback import feedback_page
from refimpl.course.grading.gradebook import Gradebook
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.report import GRADER_ERROR, Report, report_fault
from refimpl.course.grading.tables import Cell, write_table
from refimpl.course.grading.task import Task


@dataclass(frozen=True)
class Row:
    """What counts of a student.

    Attributes:
        submission: The attempt that counts.
        report: What it came to.
        n_attempts: How many the student has handed in.
    """

    submission: Submission
    report: Report
    n_attempts: int


def write_exports(
    out: Path, task: Task, submissions: list[Submission], book: Gradebook, *, best: bool
) -> tuple[list[Row], list[str]]:
    """Write all results of what is graded.

    Args:
        out: `grades.csv`, `look-at.txt`, `feedback/` and `gradescope/` are written here, over those
            of an earlier run.
        task: What was asked.
        submissions: All that were handed in.
        book: Where their reports are.
        best: Whether the best attempt of a student counts, and not the last.

    Returns:
        A row for each student, and lines about what a human should look at.
    """
    reports = {
        submission: report
        for submission in submissions
        if (report := book.find(task.lesson, task.key, submission))
    }
    rows = _rows(reports, best)
    names = file_names([row.submission.student for row in rows])
    _write_grades(out / "grades.csv", task.lesson, rows)
    look_at = [line for one, report in reports.items() for line in _look_at(one, report)]
    look_at += [f"{one.student} ({one.name}): {one.note}" for one in reports if one.note]
    for row, name in zip(rows, names, strict=True):
        page = out / "feedback" / f"{name}.html"
        with _noting(look_at, row.submission, page):
            _write(page, feedback_page(task.lesson, row.submission, row.report))
    wanted = [f"{one.student} attempt {one.attempt}" for one in reports]
    for name, (submission, report) in zip(file_names(wanted), reports.items(), strict=True):
        path = out / "gradescope" / name / "results.json"
        with _noting(look_at, submission, path):
            _write(path, gradescope_results(task.lesson, report))
    _write(out / "look-at.txt", "".join(f"{line}\n" for line in look_at))
    return rows, look_at


@contextmanager
def _noting(look_at: list[str], submission: Submission, path: Path) -> Iterator[None]:
    """Put a failure on the list, and go on with the others."""
    try:
        yield
    except Exception as error:
        fault = report_fault(f"{path} could not be written", error)
        look_at += _look_at(submission, fault)


def file_names(students: list[str]) -> list[str]:
    """Return a name for each student's files that every file system takes, all of them different.

    Args:
        students: Their names, whatever these hold.
    """
    names, taken = [], set()
    for student in students:
        stem = re.sub(r"[^\w-]+", "-", student, flags=re.ASCII).strip("-")[:60] or "student"
        name, number = stem, 1
        while name.lower() in taken:  # some systems take A and a for the same
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names


def _rows(reports: dict[Submission, Report], best: bool) -> list[Row]:
    by_student: dict[str, list[tuple[Submission, Report]]] = {}
    for submission, report in reports.items():
        by_student.setdefault(submission.student, []).append((submission, report))
    rows = []
    for attempts in by_student.values():
        # Of several best ones the last.
        counts = max(attempts, key=lambda a: (a[1].points if best else 0, a[0].attempt))
        rows.append(Row(*counts, len(attempts)))
    return rows


def _write_grades(path: Path, lesson: int, rows: list[Row]) -> None:
    ids = list(lesson_exercises(lesson))
    head = ["student", *ids, "total", "of", "status", "attempt", "attempts", "file", "look at"]
    write_table(path, head, [_cells(lesson, row) for row in rows])


def _cells(lesson: int, row: Row) -> list[Cell]:
    # An empty cell where a human has to decide.
    points = {one.id: one.points if one.is_decided else None for one in row.report.exercises}
    otherwise = None if row.report.status == GRADER_ERROR else 0
    exercises = lesson_exercises(lesson)
    return [
        row.submission.student,
        *(points.get(exercise_id, otherwise) for exercise_id in exercises),
        row.report.points,
        sum(exercise.points for exercise in exercises.values()),
        row.report.status,
        row.submission.attempt,
        row.n_attempts,
        row.submission.name,
        "; ".join(_reasons(row.report)),
    ]


def gradescope_results(lesson: int, report: Report) -> str:
    """Return a report as Gradescope reads it, in a file `results.json`.

    Args:
        lesson: Its number.
        report: What a submission came to.
    """
    titles = {one.id: one.title for one in lesson_exercises(lesson).values()}
    tests = [
        {
            "number": one.id,
            "name": titles[one.id],
            "score": one.points,
            "max_score": one.of,
            "status": "passed" if one.status == "right" else "failed",
            "output": one.feedback or "right",
        }
        for one in report.exercises
    ]
    content = {"score": report.points, "output": report.reason, "tests": tests}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _look_at(submission: Submission, report: Report) -> list[str]:
    who = f"{submission.student} ({submission.name})"
    return [f"{who}: {reason}" for reason in _reasons(report)]


def _reasons(report: Report) -> list[str]:
    """What a human should look at in a report, each on one line."""
    if report.status != "graded":
        return [clean_line(f"{report.status}: {report.reason}")]
    same: dict[str, list[str]] = {}  # of all exercises at once, mostly: another lesson's notebook
    for one in report.exercises:
        if one.needs_a_look:
            reason = ": ".join(filter(None, (one.status, one.reason, one.remark)))
            same.setdefault(reason, []).append(one.id)
    return [clean_line(f"{', '.join(ids)} {reason}") for reason, ids in same.items()]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    new.replace(path)
