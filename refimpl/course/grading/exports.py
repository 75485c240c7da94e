"""The results of a course as files: tables, pages of feedback, and what to look at.

course.csv, look-at.txt          of the whole course
open-requests.csv                regrade requests without an answer
lesson-02/grades.csv             a row for each student
lesson-02/look-at.txt            what a human should look at
lesson-02/feedback/NAME.html     a page for each student
lesson-02/gradescope/…           results.json of each attempt
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.cleaning import clean_line
from refimpl.course.grading.feedback import feedback_page
from refimpl.course.grading.looking import look_at_lines, reasons_to_look
from refimpl.course.grading.open_requests import write_open_requests
from refimpl.course.grading.report import GRADER_ERROR, Report, report_fault
from refimpl.course.grading.tables import Cell, number, write_table
from refimpl.course.grading.term.course import Course
from refimpl.course.grading.term.standing import NOT_GRADED, Standing
from refimpl.course.grading.term.times import show_time
from refimpl.course.grading.term.totals import Total
from refimpl.files import replacing

_WHO = ["name", "e-mail", "section", "roster"]


def lesson_folder(out: Path, lesson: int) -> Path:
    """Return where the results of a lesson lie."""
    return out / f"lesson-{lesson:02}"


def write_results(
    out: Path, course: Course, notes: Iterable[tuple[int, str]]
) -> dict[int, list[str]]:
    """Write all results, over those of an earlier run.

    Args:
        out: The course's folder.
        course: How everybody stands.
        notes: Lines for a human to look at, each with its lesson.

    Returns:
        By lesson, lines about what a human should look at; by 0, those on the course.
    """
    look_at = {0: [clean_line(note) for note in course.notes]}
    for lesson, standings in course.standings.items():
        lines = look_at[lesson] = [line for one in standings for line in look_at_lines(one)]
        lines += [clean_line(note) for number, note in notes if number == lesson]
        lines += _write_lesson(lesson_folder(out, lesson), course, lesson)
        _write_lines(lesson_folder(out, lesson) / "look-at.txt", lines)
    _write_lines(out / "look-at.txt", look_at[0])
    _write_course(out / "course.csv", course)
    write_open_requests(out, course)
    return look_at


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


def gradescope_results(lesson: int, report: Report) -> str:
    """Return a report as Gradescope reads it, in a file `results.json`.

    Args:
        lesson: Its number.
        report: The result of grading a submission.
    """
    titles = {one.id: one.title for one in lesson_exercises(lesson).values()}
    tests = [
        {
            "number": one.id,
            "name": titles.get(one.id, one.id),
            "score": one.points,
            "max_score": one.of,
            "status": "passed" if one.status == "right" else "failed",
            "output": one.feedback or "right",
        }
        for one in report.exercises
    ]
    content = {"score": report.points, "output": report.reason, "tests": tests}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _write_lesson(folder: Path, course: Course, lesson: int) -> list[str]:
    """Write the results of a lesson, and return lines about what could not be written."""
    zone = course.known.rules.time_zone
    shown = [one for one in course.standings[lesson] if is_shown(one)]
    faults: list[str] = []
    ids = list(lesson_exercises(lesson))
    head = ["student", *ids, "total", "of", "status", "attempt", "attempts", "file", "look at"]
    head += ["points", "off for lateness", "days late", "free days", "handed in", "due", "comments"]
    rows = [[*_cells(one, ids), *_more_cells(one, course)] for one in shown]
    write_table(folder / "grades.csv", [*head, *_WHO], rows)
    with_page = [one for one in shown if one.handed or one.decisions or one.requests]
    names = file_names([one.person.id for one in with_page])
    _remove_others(folder / "feedback", names)
    for name, one in zip(names, with_page, strict=True):
        page = folder / "feedback" / f"{name}.html"
        with _noting(faults, one.person.id, page):
            _write(page, feedback_page(one, zone))
    faults += _write_gradescope(folder / "gradescope", course, lesson)
    return faults


def _remove_others(folder: Path, names: list[str]) -> None:
    """Remove the pages of an earlier run that belong to nobody any more."""
    for path in folder.glob("*.html"):
        if path.stem not in names and not path.is_dir():
            path.unlink()


def is_shown(one: Standing) -> bool:
    """Tell whether a student has a row in a lesson's table.

    With a roster, everybody on it has one; without one, everybody who has handed in.

    Args:
        one: Of a student in a lesson.
    """
    has_something = one.handed or one.decisions or one.requests
    return bool(has_something) or one.person.status not in ("", "unknown")


def _cells(one: Standing, ids: list[str]) -> list[Cell]:
    """The columns that say what a lesson came to."""
    otherwise = None if one.status in (GRADER_ERROR, NOT_GRADED) else Fraction(0)
    return [
        one.person.id,
        # An empty cell where a human has to decide.
        *(number(one.points.get(exercise_id, otherwise)) for exercise_id in ids),
        number(one.total),
        one.of,
        one.status,
        one.attempt or None,
        one.attempts,
        one.submission.name if one.submission else "",
        "; ".join(reasons_to_look(one)),
    ]


def _more_cells(one: Standing, course: Course) -> list[Cell]:
    """The columns that say why, and who."""
    zone = course.known.rules.time_zone
    is_known = one.submission is not None and one.days_late is not None
    comments = [
        f"{decision.exercise or 'lesson'}: {decision.comment}"
        for decision in one.decisions
        if decision.comment
    ]
    return [
        number(one.earned),
        number(one.deducted),
        "not known" if one.days_late is None else one.days_late,
        one.free_days,
        show_time(one.submission.handed_in, zone) if is_known else "",
        show_time(one.due, zone),
        "; ".join(comments),
        *_person(one.person),
    ]


def _person(person) -> list[Cell]:
    return [person.name, person.email, person.section, person.status]


def _write_course(path: Path, course: Course) -> None:
    """Write a row for each student, over all lessons."""
    lessons = list(course.standings)
    head = ["student", *(f"lesson {n}" for n in lessons), "points", "of", "percent", "dropped"]
    rows = [_course_row(one, lessons) for one in course.totals]
    write_table(path, [*head, "free days left", *_WHO], rows)


def _course_row(one: Total, lessons: list[int]) -> list[Cell]:
    def shown(standing: Standing) -> Cell:
        return number(standing.total) if standing.total is not None else standing.status

    return [
        one.person.id,
        *(shown(one.lessons[lesson]) for lesson in lessons),
        number(one.points),
        one.of,
        None if one.percent is None else round(float(one.percent), 2),
        ", ".join(f"lesson {lesson}" for lesson in one.dropped),
        one.free_days,
        *_person(one.person),
    ]


def _write_gradescope(folder: Path, course: Course, lesson: int) -> list[str]:
    """Write what Gradescope reads of each attempt, each `results.json` in its own folder."""
    faults: list[str] = []
    attempts: dict[str, int] = {}
    graded = []
    for handed in course.known.in_order(lesson):
        who = course.known.people.by_label[handed.submission.student].id
        attempts[who] = attempts.get(who, 0) + 1
        if grading := course.known.gradings[lesson].get(handed.number):
            graded.append((f"{who} attempt {attempts[who]}", grading.report))
    for name, (who, report) in zip(file_names([who for who, _ in graded]), graded, strict=True):
        path = folder / name / "results.json"
        with _noting(faults, who, path):
            _write(path, gradescope_results(lesson, report))
    return faults


@contextmanager
def _noting(faults: list[str], who: str, path: Path) -> Iterator[None]:
    """Put a failure on the list, and go on with the others."""
    try:
        yield
    except Exception as error:
        fault = report_fault(f"{path} could not be written", error)
        faults.append(clean_line(f"{who}: {fault.status}: {fault.reason}"))


def _write_lines(path: Path, lines: list[str]) -> None:
    _write(path, "".join(f"{line}\n" for line in lines))


def _write(path: Path, text: str) -> None:
    with replacing(path, sync=False) as new:
        new.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
