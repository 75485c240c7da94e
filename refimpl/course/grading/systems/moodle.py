"""Moodle: the grading worksheet of an assignment, filled in, and a zip of feedback files.

Moodle's documentation describes both under "Assignment settings: Offline grading worksheet" and
"Upload multiple feedback files in a zip". The worksheet that Moodle gives is the one that it takes
back: it knows a row by "Identifier", and leaves grades alone that changed after "Last modified
(grade)". So the cells that are not a grade or a comment stay as they are. In the zip, a folder's
name tells whose a file is: the name, the identifier's number, and "assignsubmission_file".
"""

import re
import zipfile
from datetime import tzinfo
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.feedback import feedback_page, show_points
from refimpl.course.grading.systems.sheet import Sheet, check_most, read_sheet, show_grade
from refimpl.course.grading.systems.who import (
    Exported,
    by_export_number,
    find_student,
    grade_of,
    missing_from,
    standings_of,
)
from refimpl.course.grading.tables import guard
from refimpl.course.grading.term.course import Course
from refimpl.course.grading.term.people import Person
from refimpl.course.grading.term.standing import Standing
from refimpl.files import replacing

WORKSHEET, FEEDBACK = "worksheet.csv", "feedback.zip"
_NAMES = ("ID number", "Username", "Email address", "Full name")


def export_moodle(
    course: Course, lesson: int, worksheet: Path, out: Path, zeros: bool = False
) -> Exported:
    """Fill in a worksheet, and pack the pages of feedback.

    Args:
        course: How everybody stands.
        lesson: Its number.
        worksheet: As Moodle gave it, with English headings.
        out: A folder, for `worksheet.csv` and `feedback.zip`.
        zeros: Whether students who handed in nothing get 0.

    Raises:
        UserError: The worksheet lacks a column, or its highest grade is not the lesson's.
    """
    sheet = read_sheet(worksheet)
    identifier, grade = sheet.need("Identifier"), sheet.need("Grade")
    sheet.need("Last modified (grade)")
    comments = sheet.column("Feedback comments")
    standings = standings_of(course, lesson)
    zone = course.known.rules.time_zone
    done, there, pages = Exported(), set(), {}
    for row in sheet.rows:
        if (person := _whose(course, lesson, sheet, row)) is None:
            done.not_known.append(sheet.cell(row, sheet.column("Full name")))
            continue
        there.add(person.id)
        standing = standings.get(person.id)
        points = grade_of(standing, zeros)
        if points is None:
            continue
        most = sheet.cell(row, sheet.column("Maximum Grade"))
        check_most(f"{worksheet.name}: the assignment", most, standing.of)
        sheet.fill(row, grade, show_grade(points))
        if comments is not None:
            sheet.fill(row, comments, guard(comment(standing)))
        pages[_folder(sheet, row, identifier)] = standing
        done.n_filled += 1
    done.not_there = missing_from(course, [lesson], there)
    sheet.write(out / WORKSHEET)
    _write_feedback(out / FEEDBACK, pages, zone)
    return done


def comment(standing: Standing) -> str:
    """Return a short text about a lesson: the points of each exercise, and what people wrote.

    Args:
        standing: Of a student in a lesson.
    """
    parts = [
        f"{name}: {show_points(standing.points.get(name)) or 'no points yet'} of {one.points}"
        for name, one in lesson_exercises(standing.lesson).items()
    ]
    if standing.deducted:
        parts.append(f"less {show_points(standing.deducted)} for lateness")
    said = [
        f"{one.exercise or 'lesson'}: {one.comment}" for one in standing.decisions if one.comment
    ]
    return "; ".join([*parts, *said])


def _whose(course: Course, lesson: int, sheet: Sheet, row: list[str]) -> Person | None:
    number = _number(sheet.cell(row, sheet.column("Identifier")))
    known = by_export_number(course, lesson).get(number)
    names = (sheet.cell(row, sheet.column(name)) for name in _NAMES)
    return known or find_student(course, names)


def _number(identifier: str) -> str:
    """Return the number in "Participant 4711", which the export's names have, too."""
    match = re.search(r"(\d+)$", identifier)
    return match[1] if match else ""


def _folder(sheet: Sheet, row: list[str], identifier: int) -> str:
    """Return the folder that Moodle knows a student by; between its parts are underscores."""
    name = sheet.cell(row, sheet.column("Full name")) or "student"
    plain = re.sub(r"[_/\\:*?\"<>|\x00-\x1f]+", " ", name).strip() or "student"
    return f"{plain}_{_number(sheet.cell(row, identifier))}_assignsubmission_file"


def _write_feedback(path: Path, pages: dict[str, Standing], zone: tzinfo | None) -> None:
    with (
        replacing(path, sync=False) as new,
        zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for folder, standing in pages.items():
            name = f"{folder}/feedback-lesson-{standing.lesson:02}.html"
            archive.writestr(name, feedback_page(standing, zone).encode("utf-8", "replace"))
