"""Canvas: the gradebook as CSV.

Canvas's guide "How do I import grades in the Gradebook?" gives the form: columns Student, ID,
SIS User ID, SIS Login ID and Section, a column for each assignment with its number in brackets, and
a first row "Points Possible". The safest way is to fill in what Canvas exported: then Canvas knows
students and assignments by their numbers. Without an export, Canvas offers to make assignments, and
asks whom it does not recognise.
"""

import re
from pathlib import Path

from refimpl.course.grading.systems.sheet import (
    Sheet,
    check_most,
    column_of_lesson,
    read_sheet,
    show_grade,
)
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
from refimpl.course.grading.term.standing import EXCUSED
from refimpl.errors import UserError

_WHO = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_POSSIBLE = "Points Possible"
_EXCUSED = "EX"  # Canvas's own word
# Rows about assignments, and the student who only tries things out.
_NOBODY = re.compile(r"^\s*(Points Possible|Manual Posting|Muted|Student, Test|$)", re.IGNORECASE)


def export_canvas(
    course: Course, out: Path, template: Path | None = None, zeros: bool = False
) -> Exported:
    """Write the grades of all lessons that Canvas has an assignment for.

    Args:
        course: How everybody stands.
        out: A CSV file.
        template: The gradebook as Canvas exported it. The heading of an assignment's column names
            its lesson, as "Lesson 3 (12345)". None makes a gradebook of all lessons.
        zeros: Whether students who handed in nothing get 0.

    Raises:
        UserError: The template is no gradebook, has no column for any lesson, or gives other
            points.
    """
    sheet = read_sheet(template) if template else _new_sheet(course)
    sheet.need("Student")
    sheet.need("ID")
    columns = {n: column for n in course.standings if (column := column_of_lesson(sheet, n))}
    if not columns:
        raise UserError(f"{sheet.name} has no column that names a lesson, such as 'Lesson 1'")
    for row in sheet.rows:
        if _POSSIBLE.lower() in sheet.cell(row, 0).lower():
            _check_points(course, sheet, row, columns)
    numbers = {}
    for lesson in columns:  # Canvas puts the same number behind a name in all of its exports
        numbers |= by_export_number(course, lesson)
    done, there = Exported(), set()
    for row in sheet.rows:
        if _NOBODY.match(sheet.cell(row, 0)):
            continue
        cells = [sheet.cell(row, sheet.column(name)) for name in (*_WHO[2:4], _WHO[0])]
        person = find_student(course, cells) or numbers.get(sheet.cell(row, 1))
        if person is None:
            done.not_known.append(sheet.cell(row, 0))
            continue
        there.add(person.id)
        for lesson, column in columns.items():
            standing = standings_of(course, lesson).get(person.id)
            points = grade_of(standing, zeros)
            if standing and standing.status == EXCUSED:
                sheet.fill(row, column, _EXCUSED)
            elif points is not None:
                sheet.fill(row, column, show_grade(points))
            else:
                continue
            done.n_filled += 1
    done.not_there = missing_from(course, columns, there)
    sheet.write(out)
    return done


def _check_points(course: Course, sheet: Sheet, row: list[str], columns: dict[int, int]) -> None:
    for lesson, column in columns.items():
        of = course.standings[lesson][0].of
        check_most(f"{sheet.name}: {sheet.head[column]}", sheet.cell(row, column), of)


def _new_sheet(course: Course) -> Sheet:
    """Return a gradebook of all lessons and everybody, without grades."""
    lessons = list(course.standings)
    points = [str(course.standings[lesson][0].of) for lesson in lessons]
    possible = [f"    {_POSSIBLE}", *[""] * (len(_WHO) - 1), *points]
    people = [one.person for one in course.totals]
    rows = [
        [guard(one.name or one.id), "", guard(one.id), "", guard(one.section)] for one in people
    ]
    head = [*_WHO, *(f"Lesson {lesson}" for lesson in lessons)]
    return Sheet(head, [possible, *rows], name="the new gradebook")
