"""Whose a row of a system's table is, and which grade goes into it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from refimpl.course.grading.term.course import Course
from refimpl.course.grading.term.people import Person
from refimpl.course.grading.term.standing import NOT_HANDED_IN, Standing
from refimpl.errors import UserError


@dataclass
class Exported:
    """The outcome of an export.

    Attributes:
        n_filled: How many grades were filled in.
        not_known: Rows of the system's table whose student nobody knows.
        not_there: Students with a grade and without a row in the system's table.
    """

    n_filled: int = 0
    not_known: list[str] = field(default_factory=list)
    not_there: list[str] = field(default_factory=list)


def find_student(course: Course, names: Iterable[str]) -> Person | None:
    """Return whom a row means, or None.

    Args:
        course: How everybody stands.
        names: Ids, addresses and names in the row, the most reliable first.
    """
    for name in filter(None, names):
        for way in _ways_to_write(name):
            try:
                return course.known.people.find(way, "")
            except UserError:
                continue
    return None


def _ways_to_write(name: str) -> list[str]:
    """Return a name, and for "Lovelace, Ada" also "Ada Lovelace" and Canvas's "lovelaceada"."""
    last, comma, first = name.partition(",")
    if not comma:
        return [name]
    together = re.sub(r"\W+", "", last + first).lower()
    return [name, f"{first.strip()} {last.strip()}", together]


def by_export_number(course: Course, lesson: int) -> dict[str, Person]:
    """Return whose the numbers are that a system puts behind names, as in "Ada Lovelace_4711".

    Args:
        course: How everybody stands.
        lesson: Its number; Moodle numbers everybody again for each assignment.
    """
    found = {}
    for handed in course.known.files.get(lesson, []):
        student = handed.submission.student
        if match := re.fullmatch(r".+_(\d+)", student):
            found[match[1]] = course.known.people.by_label[student]
    return found


def grade_of(standing: Standing | None, zeros: bool) -> Fraction | None:
    """Return the grade that goes into a system; None where its cell stays as it is.

    Args:
        standing: Of a student in a lesson.
        zeros: Whether students who handed in nothing get 0.
    """
    if standing is None:
        return None
    if standing.status == NOT_HANDED_IN and not standing.points:
        return Fraction(0) if zeros else None
    return standing.total


def standings_of(course: Course, lesson: int) -> dict[str, Standing]:
    """Return everybody's standing in a lesson, by the student's id.

    Args:
        course: How everybody stands.
        lesson: Its number.

    Raises:
        UserError: Nobody has handed in anything of the lesson.
    """
    if lesson not in course.standings:
        known = ", ".join(map(str, course.standings)) or "none"
        raise UserError(f"nothing of lesson {lesson} was handed in; there are lessons {known}")
    return {one.person.id: one for one in course.standings[lesson]}


def missing_from(course: Course, lessons: Iterable[int], there: set[str]) -> list[str]:
    """Return the ids of students who have a grade and no row in a system's table.

    Args:
        course: How everybody stands.
        lessons: Those that were exported.
        there: The ids of students with a row.
    """
    graded = {
        one.person.id
        for lesson in lessons
        for one in course.standings[lesson]
        if grade_of(one, zeros=False) is not None
    }
    return sorted(graded - there)
