"""A table as a system exported it: every cell stays as it was, except those that are filled in."""

import csv
import io
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from refimpl.course.grading.term.lists import read_text, separator_of
from refimpl.errors import UserError
from refimpl.files import make_folder, replace_file


@dataclass
class Sheet:
    """A table with a row of headings.

    Attributes:
        head: The headings.
        rows: Cells of text. Rows may be shorter than the head.
        separator: Between the cells of a line.
        name: The file's name, for messages.
    """

    head: list[str]
    rows: list[list[str]]
    separator: str = ","
    name: str = ""

    def column(self, *names: str) -> int | None:
        """Return the number of the column with one of some headings, whatever their case."""
        plain = [heading.strip().casefold() for heading in self.head]
        return next((plain.index(n.casefold()) for n in names if n.casefold() in plain), None)

    def need(self, *names: str) -> int:
        """Return the number of a column that must be there.

        Raises:
            UserError: The table has no such column.
        """
        if (column := self.column(*names)) is None:
            there = ", ".join(self.head)[:300]
            raise UserError(f"{self.name} has no column {names[0]!r}; its first row is: {there}")
        return column

    def cell(self, row: list[str], column: int | None) -> str:
        """Return a cell, or "" where the row has none."""
        return row[column].strip() if column is not None and column < len(row) else ""

    def fill(self, row: list[str], column: int, text: str) -> None:
        """Write a cell, in a row that may be too short for it."""
        row.extend([""] * (column + 1 - len(row)))
        row[column] = text

    def write(self, path: Path) -> None:
        """Write the table with the separator that it was read with."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.separator, lineterminator="\n").writerows(
            [self.head, *self.rows]
        )
        make_folder(path.parent)
        replace_file(path, text.getvalue().encode("utf-8", "backslashreplace"))


def read_sheet(path: Path) -> Sheet:
    """Read a table that a system exported.

    Args:
        path: A CSV file with a row of headings.

    Raises:
        UserError: The file cannot be read as a table.
    """
    text = read_text(path)
    separator = separator_of(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UserError(f"{path} is no table ({error}): export it again") from None
    if not rows:
        raise UserError(f"{path} is empty: export it again")
    return Sheet(rows[0], rows[1:], separator, path.name)


def column_of_lesson(sheet: Sheet, lesson: int) -> int | None:
    """Return the number of the column whose heading names a lesson, as "Lesson 3: codebooks (77)".

    Args:
        sheet: A system's gradebook.
        lesson: Its number.

    Raises:
        UserError: Two columns name the lesson.
    """
    named = re.compile(rf"\blesson[\s_-]*0*{lesson}(?!\d)", re.IGNORECASE)
    found = [column for column, heading in enumerate(sheet.head) if named.search(heading)]
    if len(found) > 1:
        names = " and ".join(sheet.head[column] for column in found)
        raise UserError(f"{sheet.name} has several columns for lesson {lesson}: {names}")
    return found[0] if found else None


def show_grade(points: Fraction) -> str:
    """Return points as every system reads them: "14", "14.4"."""
    return str(points.numerator) if points.denominator == 1 else f"{float(points):.2f}"


def check_most(where: str, said: str, of: int) -> None:
    """Make sure that a system's highest grade is what the lesson gives.

    Args:
        where: The assignment's name in the system, for the message.
        said: The system's highest grade, as it is written there; "" is not looked at.
        of: The points of the lesson.

    Raises:
        UserError: It is another number, so the system would show other shares of the points.
    """
    try:
        most = float(said.replace(",", ".")) if said else float(of)
    except ValueError:
        most = float("nan")
    if most != of:
        raise UserError(
            f"{where} gives {said} points there and {of} here: "
            f"set it to {of} points there, and export again"
        )
