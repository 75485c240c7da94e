"""Lists that people keep, as any spreadsheet saves them."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.grading.cleaning import clean_line
from refimpl.errors import UserError

MAX_BYTES = 20 * 2**20
LONGEST_CELL = 5_000  # characters
# Headings of a column that names a student: an id, a name or an address.
STUDENT = ("id", "name", "email")


@dataclass(frozen=True)
class Row:
    """A row of a list.

    Attributes:
        where: The file and the row's number in it, for messages.
        cells: By the names that `read_list` was given; "" where there is nothing.
    """

    where: str
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells[name]

    def fault(self, what: str) -> UserError:
        """Return the error that names this row.

        Args:
            what: The message, without the row.
        """
        return UserError(f"{self.where}: {what}")


def read_list(path: Path, columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> list[Row]:
    """Read a list.

    Args:
        path: A file with a row of headings. Commas, semicolons or tabs separate the cells.
        columns: For each name, other headings for the same. Case and signs make no difference.
        needed: The names that must be there.

    Raises:
        UserError: The file is none of that.
    """
    text = read_text(path)
    separator = separator_of(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UserError(f"{path} is no table ({error}): save it as CSV again") from None
    head = list(map(_plain, rows[0])) if rows else []
    places = {name: _place(head, name, *others) for name, others in columns.items()}
    if missing := [name for name in needed if places[name] is None]:
        there = clean_line(", ".join(rows[0]), 200) if rows else "nothing"
        raise UserError(
            f"{path} has no column {' and no column '.join(missing)}; its first row is: {there}"
        )
    found = [
        Row(
            f"{path.name}, row {number}",
            {name: _cell(row, column) for name, column in places.items()},
        )
        for number, row in enumerate(rows[1:], start=2)
    ]
    return [row for row in found if any(row.cells.values())]


def separator_of(text: str) -> str:
    """Return what separates the cells of a table: a comma, a semicolon or a tab.

    Args:
        text: The table; its first line decides.
    """
    return max(",;\t", key=text.partition("\n")[0].count)


def _place(head: list[str], *names: str) -> int | None:
    """The column that has one of some headings."""
    plain = list(map(_plain, names))
    return next((head.index(name) for name in plain if name in head), None)


def _cell(row: list[str], column: int | None) -> str:
    if column is None or column >= len(row):
        return ""
    return clean_line(row[column], LONGEST_CELL)


def _plain(heading: str) -> str:
    """A heading without case and signs: "E-Mail" is "email"."""
    return re.sub(r"[\W_]+", "", heading).lower()


def read_text(path: Path) -> str:
    """Return a list's text, in whichever encoding a spreadsheet has saved it.

    Args:
        path: A file.

    Raises:
        UserError: The file cannot be read, or is far too large for a list.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 2**20} MB: it is no list")
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what spreadsheets save on some systems
