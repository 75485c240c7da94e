"""Brightspace: grades as CSV.

D2L's article "Importing grades" gives the form: OrgDefinedId or Username (or both), a column for
each grade item whose heading is the item's name and "Points Grade", and a last column "End-of-Line
Indicator" that holds "#". In what Brightspace exports, a heading goes on with the item's points, as
in "Lesson 1 Points Grade <Numeric MaxPoints:20>", and ids begin with "#".
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
    find_student,
    grade_of,
    missing_from,
    standings_of,
)
from refimpl.course.grading.tables import guard
from refimpl.course.grading.term.course import Course
from refimpl.errors import UserError

_ID, _USER, _END = "OrgDefinedId", "Username", "End-of-Line Indicator"
_MARK = "#"
_MOST = re.compile(r"MaxPoints:([\d.,]+)")


def export_brightspace(
    course: Course, out: Path, template: Path | None = None, zeros: bool = False
) -> Exported:
    """Write the grades of all lessons that Brightspace has a grade item for.

    Args:
        course: How everybody stands.
        out: A CSV file.
        template: The grades as Brightspace exported them, with "Points grade" ticked. None makes a
            table of all lessons, for which Brightspace offers to make grade items.
        zeros: Whether students who handed in nothing get 0.

    Raises:
        UserError: The template is no such export, has no column for any lesson, or gives other
            points.
    """
    sheet = read_sheet(template) if template else _new_sheet(course)
    if sheet.column(_ID) is None and sheet.column(_USER) is None:
        raise UserError(f"{sheet.name} has neither a column {_ID!r} nor {_USER!r}")
    end = sheet.need(_END)
    columns = {n: column for n in course.standings if (column := _column(course, sheet, n))}
    if not columns:
        raise UserError(f"{sheet.name} has no column such as 'Lesson 1 Points Grade'")
    done, there = Exported(), set()
    for row in sheet.rows:
        cells = [sheet.cell(row, sheet.column(n)).lstrip(_MARK) for n in (_ID, _USER, "Email")]
        person = find_student(course, [*cells, _full_name(sheet, row)])
        if person is None:
            done.not_known.append(next(filter(None, cells), "a row without an id"))
            continue
        there.add(person.id)
        for lesson, column in columns.items():
            points = grade_of(standings_of(course, lesson).get(person.id), zeros)
            if points is not None:
                sheet.fill(row, column, show_grade(points))
                done.n_filled += 1
        sheet.fill(row, end, _MARK)
    done.not_there = missing_from(course, columns, there)
    sheet.write(out)
    return done


def _column(course: Course, sheet: Sheet, lesson: int) -> int | None:
    column = column_of_lesson(sheet, lesson)
    if column is None or "points grade" not in sheet.head[column].lower():
        return None
    said = _MOST.search(sheet.head[column])
    name = f"{sheet.name}: {sheet.head[column].partition(' Points Grade')[0]}"
    check_most(name, said[1] if said else "", course.standings[lesson][0].of)
    return column


def _full_name(sheet: Sheet, row: list[str]) -> str:
    parts = (sheet.cell(row, sheet.column(name)) for name in ("First Name", "Last Name"))
    return " ".join(filter(None, parts))


def _new_sheet(course: Course) -> Sheet:
    """Return a table of all lessons and everybody, without grades."""
    head = [_ID, *(f"Lesson {lesson} Points Grade" for lesson in course.standings), _END]
    empty = [""] * len(course.standings)
    rows = [[guard(one.person.id), *empty, _MARK] for one in course.totals]
    return Sheet(head, rows, name="the new table")
