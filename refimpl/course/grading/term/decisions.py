"""What people decide, in lists of theirs: it outlives every grading.

    overrides.csv    student, exercise, points, comment, who, when
    requests.csv     student, exercise, request, when

A row with points sets those of an exercise; of several, the last row holds. A row without points is
a comment. Where `exercise` is a lesson ("3"), a comment is on the whole of it, and "excused" as
points leaves the lesson out of that student's total. A request is answered by a row for the same
exercise that is in the list of overrides, and was not written before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from fractions import Fraction
from pathlib import Path

from refimpl.course.exercises import lesson_exercises, lesson_numbers
from refimpl.course.grading.term.lists import STUDENT, Row, read_list
from refimpl.course.grading.term.times import parse_lesson, parse_time
from refimpl.errors import UserError

EXCUSED = "excused"


@dataclass(frozen=True)
class Decision:
    """A row of overrides.

    Attributes:
        student: As the list names them.
        lesson: Its number.
        exercise: Such as "3.1"; "" for the whole lesson.
        points: What they are set to, or None: a comment alone.
        excused: Whether the lesson does not count for the student.
        comment: For the student.
        who: Has decided.
        when: In their words.
        where: The row, for messages.
    """

    student: str
    lesson: int
    exercise: str = ""
    points: Fraction | None = None
    excused: bool = False
    comment: str = ""
    who: str = ""
    when: str = ""
    where: str = ""


@dataclass(frozen=True)
class Request:
    """A row of requests: somebody wants an answer to be looked at again.

    Attributes:
        student: As the list names them.
        lesson: Its number.
        exercise: Such as "3.1"; "" for the whole lesson.
        text: In their words.
        when: In their words.
        where: The row, for messages.
    """

    student: str
    lesson: int
    exercise: str
    text: str
    when: str = ""
    where: str = ""


def read_overrides(path: Path) -> list[Decision]:
    """Read a list of overrides and comments.

    Raises:
        UserError: A row names no exercise, or points that it cannot have.
    """
    columns = {
        "student": STUDENT,
        "exercise": ["lesson"],
        "points": ["score"],
        "comment": ["why", "reason"],
        "who": ["by", "grader"],
        "when": ["date"],
    }
    return [_decision(row) for row in read_list(path, columns, ["student", "exercise"])]


def read_requests(path: Path) -> list[Request]:
    """Read a list of requests.

    Raises:
        UserError: A row names no exercise.
    """
    columns = {
        "student": STUDENT,
        "exercise": ["lesson"],
        "request": ["text", "comment", "why", "reason"],
        "when": ["date"],
    }
    rows = read_list(path, columns, ["student", "exercise", "request"])
    return [
        Request(row["student"], *_exercise(row), row["request"], row["when"], row.where)
        for row in rows
    ]


def is_answered(request: Request, decisions: Iterable[Decision], zone: tzinfo | None) -> bool:
    """Whether a request has an answer.

    Args:
        request: Somebody's.
        decisions: Everything decided for the same person.
        zone: Of dates that name none.
    """
    asked = _time(request.when, zone)
    for one in decisions:
        same = one.lesson == request.lesson and one.exercise in ("", request.exercise)
        answered = _time(one.when, zone)
        if same and (asked is None or answered is None or answered >= asked):
            return True
    return False


def _decision(row: Row) -> Decision:
    lesson, exercise = _exercise(row)
    text = row["points"].strip().lower()
    excused = text == EXCUSED
    if text and not exercise and not excused:
        raise row.fault(
            f"points are of an exercise, such as {lesson}.1; "
            f"for a whole lesson, write {EXCUSED!r} or a comment alone"
        )
    if excused and exercise:
        raise row.fault(f"{EXCUSED!r} is for a whole lesson, such as {lesson}")
    points = None if excused or not text else _points(row, text, lesson, exercise)
    if points is None and not excused and not row["comment"]:
        raise row.fault("neither points nor a comment")
    more = (row[name] for name in ("comment", "who", "when"))
    return Decision(row["student"], lesson, exercise, points, excused, *more, row.where)


def _exercise(row: Row) -> tuple[int, str]:
    """Return the lesson and the exercise that a row is about."""
    text = row["exercise"].strip()
    lesson = parse_lesson(text.partition(".")[0], row.where)
    if lesson not in lesson_numbers():
        raise row.fault(f"there is no lesson {lesson}")
    if "." in text and text not in lesson_exercises(lesson):
        known = ", ".join(lesson_exercises(lesson))
        raise row.fault(f"there is no exercise {text}; lesson {lesson} has {known}")
    return lesson, text if "." in text else ""


def _points(row: Row, text: str, lesson: int, exercise: str) -> Fraction:
    most = lesson_exercises(lesson)[exercise].points
    try:
        points = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise row.fault(f"{text!r} is no number of points") from None
    if not 0 <= points <= most:
        raise row.fault(f"{text} points; exercise {exercise} gives from 0 to {most}")
    return points


def _time(text: str, zone: tzinfo | None) -> datetime | None:
    try:
        return parse_time(text, zone)
    except UserError:
        return None
