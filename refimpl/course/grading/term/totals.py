"""What the course comes to for each student: weights, and lessons that are dropped."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.term.people import Person
from refimpl.course.grading.term.rules import Rules
from refimpl.course.grading.term.standing import Standing

_ZERO = Fraction(0)


@dataclass(frozen=True)
class Total:
    """One student's total over the course.

    Attributes:
        person: The student.
        lessons: Their standings.
        dropped: The lessons that do not count, as their lowest.
        points: Of the lessons that count, without weights.
        of: The points that these lessons give.
        percent: Of what could be earned, with all weights; None where no lesson counts.
        free_days: How many days late are left without cost.
    """

    person: Person
    lessons: Mapping[int, Standing]
    dropped: tuple[int, ...]
    points: Fraction
    of: int
    percent: Fraction | None
    free_days: int


def total_up(standings: Mapping[int, list[Standing]], rules: Rules) -> list[Total]:
    """Return what the course comes to for each student.

    Args:
        standings: From `reckon`.
        rules: Of the course.
    """
    lessons: dict[str, dict[int, Standing]] = defaultdict(dict)
    for lesson, some in standings.items():
        for one in some:
            lessons[one.person.id][lesson] = one
    return [_total(list(mine.values()), rules) for mine in lessons.values()]


def _total(standings: list[Standing], rules: Rules) -> Total:
    counting = [one for one in standings if one.total is not None]
    # A lesson of weight 0 changes nothing, so dropping it would give the student nothing.
    weighty = [one for one in counting if _weight(one, rules)]
    lowest = sorted(weighty, key=lambda one: (_share(one, rules), one.lesson))
    dropped = lowest[: max(0, min(rules.drop_lowest, len(weighty) - 1))]
    kept = [one for one in counting if one not in dropped]
    weights = {one.lesson: _weight(one, rules) for one in kept}
    whole = sum(weights.values(), _ZERO)
    reached = sum((weights[one.lesson] * _share(one, rules) for one in kept), _ZERO)
    return Total(
        standings[0].person,
        {one.lesson: one for one in standings},
        tuple(sorted(one.lesson for one in dropped)),
        sum((one.total or _ZERO for one in kept), _ZERO),
        sum(one.of for one in kept),
        100 * reached / whole if whole else None,
        rules.late_rule.free_days - sum(one.free_days for one in standings),
    )


def _weight(standing: Standing, rules: Rules) -> Fraction:
    weight = rules.of(standing.lesson).weight
    return Fraction(standing.of) if weight is None else Fraction(str(weight))


def _share(standing: Standing, rules: Rules) -> Fraction:
    """Return the share of a lesson, with the weights of its exercises, after lateness."""
    weights = rules.of(standing.lesson).weights
    exercises = lesson_exercises(standing.lesson)
    weight = {name: Fraction(str(weights.get(name, 1))) for name in exercises}
    whole = sum((weight[name] * one.points for name, one in exercises.items()), _ZERO)
    reached = sum((weight[name] * (standing.points.get(name) or 0) for name in exercises), _ZERO)
    if not whole or not standing.earned:
        return _ZERO
    return reached / whole * (1 - standing.deducted / standing.earned)
