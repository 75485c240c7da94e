"""One student's standing for one lesson."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.gradebook import Grading
from refimpl.course.grading.hand_ins import Handed
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.report import Report
from refimpl.course.grading.term.decisions import EXCUSED, Decision, Request
from refimpl.course.grading.term.people import Person

NOT_HANDED_IN = "not handed in"
NOT_GRADED = "not graded yet"


@dataclass(frozen=True)
class Standing:
    """One student's standing for one lesson.

    Attributes:
        lesson: Its number.
        person: The student.
        status: Of the report that counts; "not handed in", "not graded yet" or "excused".
        handed: The file that counts, if any does.
        grading: Its result.
        is_outdated: Whether that was by exercises or limits of before.
        attempt: Which one it is, from 1.
        attempts: How many there are.
        later: The names of files that came later and do not count, as they cannot be read or are
            not graded yet.
        due: The date, with the student's extension.
        days_late: Days that had begun after it; None where nobody knows.
        free_days: How many of these cost nothing.
        points: Of the exercises, by their id; None if a person has to decide.
        deducted: Points, for lateness.
        decisions: Of people, about it.
        requests: Of the student, each with whether it was answered.
    """

    lesson: int
    person: Person
    status: str
    handed: Handed | None = None
    grading: Grading | None = None
    is_outdated: bool = False
    attempt: int = 0
    attempts: int = 0
    later: tuple[str, ...] = ()
    due: datetime | None = None
    days_late: int | None = 0
    free_days: int = 0
    points: Mapping[str, Fraction | None] = field(default_factory=dict)
    deducted: Fraction = Fraction(0)
    decisions: tuple[Decision, ...] = ()
    requests: tuple[tuple[Request, bool], ...] = ()

    @property
    def submission(self) -> Submission | None:
        """The file that counts."""
        return self.handed.submission if self.handed else None

    @property
    def report(self) -> Report | None:
        """The result of grading."""
        return self.grading.report if self.grading else None

    @property
    def earned(self) -> Fraction:
        """The points of all exercises, before lateness."""
        return sum((points or Fraction(0) for points in self.points.values()), Fraction(0))

    @property
    def total(self) -> Fraction | None:
        """The points that count; None where the lesson does not count for the student."""
        return None if self.status in (EXCUSED, NOT_GRADED) else self.earned - self.deducted

    @property
    def of(self) -> int:
        """The points that could be earned."""
        return sum(exercise.points for exercise in lesson_exercises(self.lesson).values())
