"""What counts: for each student and lesson the attempt, its points, and what lateness costs.

All of it follows from what the gradebook knows, from the rules and from people's lists. Nothing of
a run before has a say, so that the same hand-ins, lists and rules give the same points, in whatever
order they came.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from refimpl.course.grading.gradebook import Grading
from refimpl.course.grading.hand_ins import Handed
from refimpl.course.grading.inbox import PACKED
from refimpl.course.grading.term.decisions import EXCUSED, Decision, Request
from refimpl.course.grading.term.people import People, Person
from refimpl.course.grading.term.rules import BEST, Rules
from refimpl.course.grading.term.standing import NOT_GRADED, NOT_HANDED_IN, Standing
from refimpl.course.grading.term.times import days_late

UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Known:
    """Everything that decides how students stand.

    Attributes:
        rules: Of the course.
        people: Everybody, with their names.
        files: Everything that was handed in, by lesson.
        gradings: The result of each file, by lesson and the file's number.
        keys: Of the present exercises and limits, by lesson.
        decisions: Of people, by the student's id.
        requests: By the student's id, each with whether it was answered.
        extensions: The later date of a student's id and a lesson.
        times: When something was handed in that the export does not tell, likewise.
    """

    rules: Rules
    people: People
    files: Mapping[int, list[Handed]]
    gradings: Mapping[int, Mapping[int, Grading]]
    keys: Mapping[int, str]
    decisions: Mapping[str, list[Decision]] = field(default_factory=dict)
    requests: Mapping[str, list[tuple[Request, bool]]] = field(default_factory=dict)
    extensions: Mapping[tuple[str, int], datetime] = field(default_factory=dict)
    times: Mapping[tuple[str, int], datetime] = field(default_factory=dict)

    def in_order(self, lesson: int) -> list[Handed]:
        """Return what was handed in of a lesson, in the order in which it came."""
        return sorted(self.files[lesson], key=_order)


def reckon(known: Known) -> dict[int, list[Standing]]:
    """Return everybody's standing for each lesson of which something was handed in.

    Args:
        known: Everything that decides it.

    Returns:
        By the lesson's number, a standing for each student, by the order of their ids.
    """
    of_people = {lesson: _by_person(known, lesson) for lesson in known.files}
    standings: dict[int, list[Standing]] = {lesson: [] for lesson in sorted(known.files)}
    for person in known.people.everybody():
        free_days = known.rules.late_rule.free_days
        for lesson in sorted(known.files, key=lambda lesson: _date_first(known.rules, lesson)):
            standing = _stand(known, lesson, person, of_people[lesson][person.id], free_days)
            free_days -= standing.free_days
            standings[lesson].append(standing)
    return standings


def _date_first(rules: Rules, lesson: int) -> tuple:
    """Lessons by their dates; those without one come last."""
    due = rules.due(lesson)
    return due is None, due.timestamp() if due else 0, lesson


def _by_person(known: Known, lesson: int) -> dict[str, list[Handed]]:
    """Return each person's files of a lesson, in the order in which they came."""
    files: dict[str, list[Handed]] = defaultdict(list)
    for handed in known.in_order(lesson):
        files[known.people.by_label[handed.submission.student].id].append(handed)
    return files


def _order(handed: Handed) -> tuple:
    when = handed.submission.handed_in or handed.first_seen
    return handed.submission.position, when, handed.first_seen, handed.number


def _stand(
    known: Known, lesson: int, person: Person, files: list[Handed], free_days: int
) -> Standing:
    """Return one student's standing for one lesson, with some free days left."""
    decisions = tuple(d for d in known.decisions.get(person.id, ()) if d.lesson == lesson)
    requests = tuple(r for r in known.requests.get(person.id, ()) if r[0].lesson == lesson)
    due = max(
        filter(None, (known.rules.due(lesson), known.extensions.get((person.id, lesson)))),
        default=None,
    )
    told = known.times.get((person.id, lesson))
    gradings = known.gradings[lesson]
    attempts = [
        _attempt(
            known,
            Standing(
                lesson,
                person,
                gradings[handed.number].report.status if handed.number in gradings else NOT_GRADED,
                handed,
                gradings.get(handed.number),
                attempt=number,
                attempts=len(files),
                due=due,
                days_late=_days(handed, due, told if number == len(files) else None),
                decisions=decisions,
                requests=requests,
            ),
            free_days,
        )
        for number, handed in enumerate(files, start=1)
    ]
    if attempts:
        counts = _which_counts(attempts, known.rules.attempt)
    else:
        nothing = Standing(lesson, person, NOT_HANDED_IN, due=due)
        counts = _attempt(
            known, replace(nothing, decisions=decisions, requests=requests), free_days
        )
    if any(decision.excused for decision in decisions):
        return replace(counts, status=EXCUSED, deducted=Fraction(0), free_days=0)
    return counts


def _days(handed: Handed, due: datetime | None, told: datetime | None) -> int | None:
    """How late something is, in days; None where nobody knows."""
    if due is None:
        return 0
    if told is not None:
        return days_late(told, due)
    one = handed.submission
    # Nothing was handed in after it was here.
    known = min(filter(None, (one.handed_in, handed.first_seen)))
    if one.told_by and one.told_by != PACKED:
        return days_late(known, due)
    is_in_time = days_late(known, due) == 0 or (one.position > 0 and not one.late)
    return 0 if is_in_time else None


def _attempt(known: Known, standing: Standing, free_days: int) -> Standing:
    """One attempt with its points, what people decided, and what lateness costs."""
    report = standing.report
    points: dict[str, Fraction | None] = {}
    for one in report.exercises if report else []:
        points[one.id] = Fraction(one.points) if one.is_decided else None
    for decision in standing.decisions:
        if decision.points is not None:
            points[decision.exercise] = decision.points
    with_points = replace(standing, points=points)
    rule = known.rules.late_rule
    days = standing.days_late or 0
    free = min(days, free_days) if rule.costs_something and with_points.earned else 0
    return replace(
        with_points,
        free_days=free,
        deducted=rule.deduction(with_points.earned, days - free),
        is_outdated=bool(
            standing.grading and standing.grading.key != known.keys.get(standing.lesson)
        ),
    )


def _which_counts(attempts: list[Standing], rule: str) -> Standing:
    """The attempt that counts: the last or the best of those that could be graded."""
    usable = [one for one in attempts if one.status not in (UNREADABLE, NOT_GRADED)]
    usable = usable or [one for one in attempts if one.status != NOT_GRADED] or attempts
    counts = usable[-1]
    if rule == BEST:
        # Of equally good ones that with the fewest days late, and of these the last.
        counts = max(usable, key=lambda one: (one.total or 0, -(one.days_late or 0), one.attempt))
    passed_over = attempts[usable[-1].attempt :]
    later = tuple(
        f"{one.handed.submission.name}: {one.status}" for one in passed_over if one.handed
    )
    return replace(counts, later=later)
