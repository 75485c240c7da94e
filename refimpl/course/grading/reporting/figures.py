"""Numbers about a class: shares of right answers, common mistakes, totals, attempts and times."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.report import ExerciseReport
from refimpl.course.grading.term.standing import Standing

HINT = "hint: "  # begins the line of feedback that names a recognised mistake
MOST_MISTAKES = 5  # per exercise
N_BINS = 10
EARLY, LAST_DAY, UNKNOWN = "more than a day early", "on the last day", "not known"


@dataclass(frozen=True)
class ExerciseFigures:
    """How a class did in one exercise.

    Attributes:
        id: Such as "3.1".
        title: Its subject.
        of: The points for a right answer.
        n: How many notebooks were graded.
        n_right: How many of them have a right answer.
        n_not_started: How many of them hold the open placeholder.
        points: The mean of the points, as people have set them.
        statuses: How often each status occurred.
        mistakes: The commonest recognised mistakes, each with its count.
    """

    id: str
    title: str
    of: int
    n: int
    n_right: int
    n_not_started: int
    points: float
    statuses: dict[str, int]
    mistakes: list[tuple[str, int]]

    @property
    def share_right(self) -> float:
        """The share of graded notebooks with a right answer, 0 to 1."""
        return self.n_right / self.n if self.n else 0.0


@dataclass(frozen=True)
class Bin:
    """One bar of a distribution.

    Attributes:
        label: The name of the bar.
        n: The count.
    """

    label: str
    n: int


@dataclass(frozen=True)
class LessonFigures:
    """How a class did in one lesson.

    Attributes:
        lesson: Its number.
        of: The points that could be earned.
        n_students: Everybody with a row in the lesson's table.
        n_handed_in: How many of them handed in.
        n_late: How many of those were late.
        mean: The mean total of those who handed in; None if nobody did.
        median: The median of the same totals.
        exercises: The figures of each exercise.
        totals: The distribution of the totals.
        attempts: How many students needed how many attempts.
        times: How long before or after the date they handed in.
    """

    lesson: int
    of: int
    n_students: int
    n_handed_in: int
    n_late: int
    mean: float | None
    median: float | None
    exercises: list[ExerciseFigures]
    totals: list[Bin]
    attempts: list[Bin]
    times: list[Bin]


def lesson_figures(standings: Sequence[Standing]) -> LessonFigures:
    """Return how a class did in one lesson.

    Args:
        standings: One for each student, at least one.
    """
    handed_in = [one for one in standings if one.handed]
    totals = [one.total for one in handed_in if one.total is not None]
    of = standings[0].of
    return LessonFigures(
        standings[0].lesson,
        of,
        len(standings),
        len(handed_in),
        sum(bool(one.days_late) for one in handed_in),
        float(sum(totals) / len(totals)) if totals else None,
        float(median(totals)) if totals else None,
        [_exercise(name, handed_in) for name in lesson_exercises(standings[0].lesson)],
        distribution([total / of for total in totals]),
        _attempts(handed_in),
        _times(handed_in),
    )


def distribution(shares: Iterable[Fraction]) -> list[Bin]:
    """Count shares in ten bins of equal width.

    Args:
        shares: Each from 0 to 1. A share on the border of two bins is in the upper one; 1 is in
            the last.
    """
    counts = Counter(min(int(share * N_BINS), N_BINS - 1) for share in shares)
    width = 100 // N_BINS
    return [Bin(f"{width * n}–{width * (n + 1)} %", counts[n]) for n in range(N_BINS)]


def mistake(report: ExerciseReport) -> str:
    """Return the recognised mistake that a report names, or "".

    Args:
        report: Of a wrong answer.
    """
    lines = report.feedback.splitlines()
    return next((line.removeprefix(HINT) for line in lines if line.startswith(HINT)), "")


def _exercise(exercise_id: str, standings: Sequence[Standing]) -> ExerciseFigures:
    exercise = lesson_exercises(int(exercise_id.partition(".")[0]))[exercise_id]
    pairs = [
        (one, report)
        for one in standings
        for report in (one.report.exercises if one.report else ())
        if report.id == exercise_id
    ]
    statuses = Counter(report.status for _, report in pairs)
    mistakes = Counter(filter(None, (mistake(report) for _, report in pairs)))
    points = [one.points.get(exercise_id) or Fraction(0) for one, _ in pairs]
    return ExerciseFigures(
        exercise_id,
        exercise.title,
        exercise.points,
        len(pairs),
        statuses["right"],
        statuses["not started"],
        float(sum(points) / len(points)) if points else 0.0,
        dict(statuses.most_common()),
        mistakes.most_common(MOST_MISTAKES),
    )


def _attempts(standings: Iterable[Standing]) -> list[Bin]:
    counts = Counter(one.attempts for one in standings)
    return [Bin(f"{n} attempt{'s' * (n != 1)}", counts[n]) for n in sorted(counts)]


def _times(standings: Iterable[Standing]) -> list[Bin]:
    counts = Counter(map(_when, standings))
    late = sorted(key for key in counts if isinstance(key, int))
    bins = [Bin(label, counts[label]) for label in (EARLY, LAST_DAY) if counts[label]]
    bins += [Bin(f"{n} day{'s' * (n != 1)} late", counts[n]) for n in late]
    return bins + ([Bin(UNKNOWN, counts[UNKNOWN])] if counts[UNKNOWN] else [])


def _when(standing: Standing) -> str | int:
    """Return when somebody handed in, as days late or in words."""
    if standing.days_late is None or standing.due is None:
        return UNKNOWN
    if standing.days_late:
        return standing.days_late
    came = standing.submission.handed_in if standing.submission else None
    if came is None:
        return UNKNOWN
    return EARLY if (standing.due - came).total_seconds() > 86_400 else LAST_DAY
