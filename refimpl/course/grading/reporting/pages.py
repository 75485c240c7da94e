"""The pages and tables of the report on a class."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from refimpl.course.grading.exports import is_shown
from refimpl.course.grading.gradebook import BOOK, Gradebook
from refimpl.course.grading.looking import reasons_to_look
from refimpl.course.grading.open_requests import open_requests
from refimpl.course.grading.reporting.alike import Alike, Group, count_pairs, find_alike
from refimpl.course.grading.reporting.answers import Answer, find_answers
from refimpl.course.grading.reporting.figures import (
    LessonFigures,
    distribution,
    lesson_figures,
    mistake,
)
from refimpl.course.grading.reporting.known_answers import known_answers
from refimpl.course.grading.tables import write_table
from refimpl.course.grading.term.anonymous import give_anonymous
from refimpl.course.grading.term.course import Course
from refimpl.course.grading.term.people import Person
from refimpl.course.grading.term.standing import Standing
from refimpl.display.bars import progress_bar
from refimpl.files import make_folder, replace_file

FOLDER, ANONYMOUS_FOLDER = "report", "report-anonymous"
FEWEST_SHARED = 2  # equal answers before a pair of students is named
_EXERCISES = ["exercise", "title", "of", "graded", "right", "share right", "mean points"]
_EXERCISES += ["not started", "commonest mistake", "times"]
_LESSONS = ["lesson", "students", "handed in", "late", "mean total", "median total", "of"]


@dataclass(frozen=True)
class _LookAt:
    """A line to look at, with the answers that it is about, each with its exercise."""

    who: str
    reason: str
    answers: list[tuple[str, str]]


def write_report(
    out: Path, course: Course, project: Path | None, anonymous: bool = False
) -> list[Path]:
    """Write a page and a table of the course, and of each lesson.

    Args:
        out: The course's folder. The report goes into `report` in it, or `report-anonymous`.
        course: How everybody stands, from `open_course`.
        project: The course's repository, whose own answers are no sign of copying; None if it is
            not at hand.
        anonymous: Whether to write anonymous ids instead of names.

    Returns:
        The pages, that of the course first.
    """
    folder = out / (ANONYMOUS_FOLDER if anonymous else FOLDER)
    book = Gradebook(out / BOOK)
    shown = {n: [one for one in some if is_shown(one)] for n, some in course.standings.items()}
    shown = {lesson: standings for lesson, standings in shown.items() if standings}
    names = _Names(out, course) if anonymous else _Names()
    figures, groups, pages = [], [], {}
    for lesson, standings in progress_bar(shown.items(), description="report", unit="lesson"):
        answers = find_answers(book, standings)
        known = known_answers(project, lesson)
        alike = find_alike(answers, known)
        figures.append(lesson_figures(standings))
        groups += alike.groups
        pages[lesson] = f"lesson-{lesson:02}.html"
        content = {
            **_lesson(course, names, figures[-1], standings, answers),
            **_alike(alike, names),
            "has_known": bool(known),
        }
        _write_page(folder / pages[lesson], "lesson.html.j2", content)
        _write_exercises(folder / f"lesson-{lesson:02}.csv", figures[-1])
    write_table(folder / "course.csv", _LESSONS, map(_row, figures))
    content = {
        "title": "The class",
        "anonymous": anonymous,
        "lessons": figures,
        "pages": pages,
        "totals": distribution(
            one.percent / 100 for one in course.totals if one.percent is not None
        ),
        "notes": [] if anonymous else course.notes,  # which are about names
        "pairs": _pairs(groups, names),
    }
    _write_page(folder / "index.html", "course.html.j2", content)
    return [folder / name for name in ("index.html", *pages.values())]


class _Names:
    """What students are called in the report: by name, or by an anonymous id."""

    def __init__(self, out: Path | None = None, course: Course | None = None):
        self._anonymous = None
        if out and course:
            everybody = {one.person.id for one in course.totals}
            self._anonymous = give_anonymous(out, sorted(everybody))

    def __call__(self, person: Person) -> str:
        if self._anonymous is not None:
            return self._anonymous[person.id]
        is_named = person.name not in ("", person.id)
        return f"{person.name} ({person.id})" if is_named else person.id

    def order(self, person: Person) -> str:
        """Return the key by which lines are sorted: no order of names among anonymous ids."""
        return self(person) if self._anonymous is not None else person.id

    def within(self, text: str, standing: Standing) -> str:
        """Return a text without the student's name, if names are not to be seen."""
        if self._anonymous is None:
            return text
        submission = standing.submission
        told = [submission.name, submission.student, submission.person] if submission else []
        told += [one.partition(": ")[0] for one in standing.later]
        told += [standing.person.name, standing.person.email, standing.person.id]
        for name in sorted(filter(None, told), key=len, reverse=True):
            text = text.replace(name, self(standing.person))
        return text


def _lesson(
    course: Course,
    names: _Names,
    figures: LessonFigures,
    standings: list[Standing],
    answers: dict[str, list[Answer]],
) -> dict:
    """Return the content of a lesson's page, but for the answers that are alike."""
    requests = [
        (names(one.person), request.exercise or "the lesson", names.within(request.text, one))
        for one, request in open_requests(course)
        if one.lesson == figures.lesson
    ]
    ordered = sorted(standings, key=lambda one: names.order(one.person))
    return {
        "title": f"Lesson {figures.lesson}: the class",
        "table": f"lesson-{figures.lesson:02}.csv",
        "figures": figures,
        "requests": requests,
        "look_at": [
            _LookAt(names(one.person), names.within(reason, one), _named_in(reason, one, answers))
            for one in ordered
            for reason in reasons_to_look(one)
        ],
    }


def _named_in(
    reason: str, standing: Standing, answers: dict[str, list[Answer]]
) -> list[tuple[str, str]]:
    """Return the student's answers to the exercises that a reason begins with."""
    first = {word.rstrip(",") for word in reason.split()}
    return [
        (exercise, answer.source)
        for exercise, some in answers.items()
        if exercise in first
        for answer in some
        if answer.standing is standing
    ]


def _alike(alike: Alike, names: _Names) -> dict:
    """Return the content about answers that are alike."""

    def shown(group: Group) -> dict:
        pairs = [(names(one.standing.person), one.source) for one in group.answers]
        first = group.answers[0].report
        return {
            "exercise": group.exercise,
            "names": [who for who, _ in pairs],
            "answers": pairs,
            "status": first.status,
            "mistake": mistake(first),
        }

    return {
        "alike": alike,
        "groups": [shown(group) for group in alike.groups],
        "common": [shown(group) for group in alike.common],
        "pairs": _pairs(alike.groups, names),
    }


def _pairs(groups: list[Group], names: Callable[[Person], str]) -> list[tuple[str, str, int]]:
    people = {a.standing.person.id: a.standing.person for group in groups for a in group.answers}
    return [
        (names(people[first]), names(people[second]), n)
        for (first, second), n in count_pairs(groups)
        if n >= FEWEST_SHARED
    ]


def _write_exercises(path: Path, figures: LessonFigures) -> None:
    rows = []
    for one in figures.exercises:
        text, n = one.mistakes[0] if one.mistakes else ("", None)
        share, points = round(one.share_right, 3), round(one.points, 2)
        numbers = [one.of, one.n, one.n_right, share, points, one.n_not_started]
        rows.append([one.id, one.title, *numbers, text, n])
    write_table(path, _EXERCISES, rows)


def _row(one: LessonFigures) -> list:
    means = [None if value is None else round(value, 2) for value in (one.mean, one.median)]
    return [one.lesson, one.n_students, one.n_handed_in, one.n_late, *means, one.of]


def _write_page(path: Path, template: str, content: dict) -> None:
    environment = Environment(
        loader=PackageLoader("refimpl.course.grading.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    make_folder(path.parent)
    page = environment.get_template(template).render(content)
    replace_file(path, page.encode("utf-8", "backslashreplace"))
