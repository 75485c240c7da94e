"""Tables of results as CSV, in which no cell turns into a formula.

A spreadsheet takes a cell that begins with "=" and the like for a formula and runs it, and it is
the reader who says what separates the cells: `a;=1+1` is one cell between commas and two between
semicolons. So a quote is put in front of such a sign wherever some separator would make it the
first of a cell; a spreadsheet takes what follows for text.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from refimpl.files import replacing

# Also the wide forms, which some spreadsheets take for the same.
_FORMULA = r"=+\-@＝＋－＠"
# What programs offer as a separator, but for the space: a name would fall apart anyway.
_SEPARATORS = ',;:|\t\r\n"^~'
_BEGINS_A_FORMULA = re.compile(rf"(^|[{re.escape(_SEPARATORS)}])(\s*)([{_FORMULA}])")

Cell = str | int | float | None


def write_table(path: Path, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table, over what was there.

    Args:
        path: Of a .csv file.
        head: The headings of the columns.
        rows: Text is guarded; numbers are not, and None is an empty cell.

    Raises:
        UserError: Something other than a regular file is there.
    """
    with (
        replacing(path, sync=False) as new,
        new.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(
            [guard(one) if isinstance(one, str) else one for one in row] for row in rows
        )


def number(points: Fraction | None) -> Cell:
    """Return points for a table: a whole number if they are one; None for None.

    Args:
        points: Any number of points.
    """
    if points is None:
        return None
    return points.numerator if points.denominator == 1 else round(float(points), 2)


def guard(text: str) -> str:
    """Return text of which no spreadsheet takes a part for a formula."""
    return _BEGINS_A_FORMULA.sub(r"\1\2'\3", text)
