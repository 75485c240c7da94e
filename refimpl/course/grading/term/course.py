"""The whole course as it stands now: the gradebook, the rules and people's lists taken together."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from refimpl.course.grading.gradebook import BOOK, Gradebook
from refimpl.course.grading.term.anonymous import read_anonymous
from refimpl.course.grading.term.decisions import (
    Decision,
    Request,
    is_answered,
    read_overrides,
    read_requests,
)
from refimpl.course.grading.term.notes import course_notes
from refimpl.course.grading.term.people import (
    LEFT,
    Label,
    People,
    Person,
    read_roster,
)
from refimpl.course.grading.term.reckoning import Known, reckon
from refimpl.course.grading.term.rules import Rules, find_list, read_rules
from refimpl.course.grading.term.standing import Standing
from refimpl.course.grading.term.times import (
    Extension,
    HandedIn,
    read_extensions,
    read_times,
)
from refimpl.course.grading.term.totals import Total, total_up
from refimpl.errors import UserError


@dataclass(frozen=True)
class Lists:
    """The content of people's lists, each row checked, names not yet.

    Attributes:
        roster: The students.
        extensions: More time for some.
        overrides: The decisions of people.
        requests: The students' regrade requests.
        times: When students handed in, by lesson.
        anonymous: The students' ids by their anonymous ids.
    """

    roster: list[Person] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    overrides: list[Decision] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    times: dict[int, list[HandedIn]] = field(default_factory=dict)
    anonymous: dict[str, str] = field(default_factory=dict)


def read_lists(folder: Path, rules: Rules) -> Lists:
    """Read all lists that the rules name.

    Args:
        folder: Of the rules, from which their paths are seen.
        rules: Of the course.

    Raises:
        UserError: A list is not there, or a row of it cannot be read.
    """
    zone = rules.time_zone

    def read(name: str, reader: object, *more: object) -> list:
        path = find_list(folder, name)
        return reader(path, *more) if path else []

    return Lists(
        read(rules.roster, read_roster),
        read(rules.extensions, read_extensions, zone),
        read(rules.overrides, read_overrides),
        read(rules.requests, read_requests),
        {
            lesson: read(one.times, read_times, zone)
            for lesson, one in rules.lessons.items()
            if one.times
        },
        {made: student for student, made in read_anonymous(folder).items()},
    )


@dataclass(frozen=True)
class Course:
    """How everybody stands.

    Attributes:
        known: Everything that it follows from.
        standings: By lesson, a standing for each student.
        totals: Of each student, over all lessons.
        notes: For a human to look at, on the course as a whole.
    """

    known: Known
    standings: dict[int, list[Standing]]
    totals: list[Total]
    notes: list[str]


def gather(book: Gradebook, rules: Rules, lists: Lists) -> Known:
    """Take everything together that decides how students stand.

    Args:
        book: Every hand-in and its results.
        rules: Of the course.
        lists: Of people.

    Raises:
        UserError: A list names somebody whom nobody knows.
    """
    files = defaultdict(list)
    for handed in book.files():
        files[handed.lesson].append(handed)
    labels = [
        Label(one.submission.student, one.submission.person, lesson, one.submission.ids)
        for lesson, some in files.items()
        for one in some
    ]
    people = People(_with_those_who_left(book, lists.roster), labels, lists.anonymous)
    keys = {lesson: (book.last_key(lesson) or ("", {}))[0] for lesson in files}
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for one in lists.overrides:
        decisions[people.find(one.student, one.where).id].append(one)
    requests = defaultdict(list)
    for one in lists.requests:
        person = people.find(one.student, one.where)
        answered = is_answered(one, decisions.get(person.id, ()), rules.time_zone)
        requests[person.id].append((one, answered))
    extensions: dict[tuple[str, int], datetime] = {}
    for one in lists.extensions:
        key = (people.find(one.student, one.where).id, one.lesson)
        extensions[key] = max(one.until, extensions.get(key, one.until))
    return Known(
        rules,
        people,
        dict(files),
        {lesson: book.gradings(lesson, keys[lesson]) for lesson in files},
        keys,
        decisions,
        requests,
        extensions,
        _times(people, lists.times),
    )


def reckon_course(known: Known) -> Course:
    """Return how everybody stands.

    Args:
        known: From `gather`.
    """
    standings = reckon(known)
    totals = total_up(standings, known.rules)
    return Course(known, standings, totals, course_notes(known, standings))


def write_course(book: Gradebook, course: Course) -> None:
    """Write how everybody stands into the gradebook.

    Args:
        book: The gradebook of the course.
        course: From `reckon_course`.
    """
    known = course.known
    book.write_standings(
        [_row(one) for some in course.standings.values() for one in some],
        [_decision_row(key, one) for key, some in known.decisions.items() for one in some],
    )
    if known.people.roster:
        book.write_students(
            (one.id, one.name, one.email, one.section, one.status)
            for one in known.people.roster.values()
        )


def open_course(folder: Path) -> Course:
    """Return how everybody stands, from a course's folder; nothing is graded or written.

    Args:
        folder: The `--out` of `refimpl grade`.

    Raises:
        UserError: The folder holds no gradebook, or a list of people cannot be read.
    """
    if not (folder / BOOK).exists():
        raise UserError(
            f"{folder} holds no {BOOK}: give the folder that you gave `refimpl grade` as --out"
        )
    rules = read_rules(folder)
    book = Gradebook(folder / BOOK)
    return reckon_course(gather(book, rules, read_lists(folder, rules)))


def _with_those_who_left(book: Gradebook, roster: list[Person]) -> list[Person]:
    """The roster, with those who were on it once: they keep their rows."""
    here = {person.id for person in roster}
    before = [Person(*row[:4], status=LEFT) for row in book.read_students() if row[0] not in here]
    return [*roster, *before] if roster else []


def _times(people: People, times: dict[int, list[HandedIn]]) -> dict[tuple[str, int], datetime]:
    found = {}
    for lesson, some in times.items():
        for one in some:
            try:
                found[people.find(one.student, one.where).id, lesson] = one.when
            except UserError:
                continue  # a system's own list names also those who handed in no file
    return found


def _row(one: Standing) -> tuple:
    """A row of the gradebook's table of standings."""
    return (
        one.lesson,
        one.person.id,
        one.handed.number if one.handed else None,
        one.grading.number if one.grading else None,
        one.status,
        one.attempt,
        one.attempts,
        one.due.astimezone(UTC).isoformat(timespec="seconds") if one.due else None,
        one.days_late,
        one.free_days,
        float(one.earned),
        float(one.deducted),
        None if one.total is None else float(one.total),
        one.of,
    )


def _decision_row(student: str, one: Decision) -> tuple:
    points = None if one.points is None else float(one.points)
    return one.lesson, student, one.exercise, points, one.comment, one.who, one.when
