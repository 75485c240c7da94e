"""Reading a submitted file: the source of its cells, or the reason why there is none."""

import json
from dataclasses import dataclass
from typing import Any

from refimpl.errors import UserError

MAX_BYTES = 50 * 2**20
MAX_CELLS = 20_000
MAX_SOURCE = 2 * 2**20  # characters of all code cells
MAX_VALUES = 5_000_000  # in the JSON: each takes many times its size in memory


class Unreadable(UserError):
    """A file that is no notebook, or not a whole one."""


@dataclass(frozen=True)
class Cell:
    """A cell of a submitted notebook.

    Attributes:
        kind: "code", "markdown", "raw", or whatever else the file says.
        source: Its text.
        grade_id: Its name in nbgrader, "answer-" and a function's name for an answer; "" where
            the file does not tell.
    """

    kind: str
    source: str
    grade_id: str = ""


@dataclass(frozen=True)
class Notebook:
    """A submitted notebook.

    Attributes:
        cells: All of them, in their order.
    """

    cells: list[Cell]

    @property
    def code(self) -> list[str]:
        """The source of each code cell."""
        return [cell.source for cell in self.cells if cell.kind == "code"]


def parse_notebook(content: bytes) -> Notebook:
    """Return a notebook's cells.

    Reads notebooks of all versions since the third, whatever else is wrong with them: only the
    cells are looked at.

    Args:
        content: Of the submitted file.

    Raises:
        Unreadable: It cannot be read; the message says why, in words for its author.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // 2**20} MB: clear its outputs")
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise Unreadable("the file holds too many values for a notebook: clear its outputs")
    cells = _cells(_parse(content))
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"the notebook has {len(cells)} cells, {MAX_CELLS} are read at most")
    notebook = Notebook([Cell(_kind(cell), _source(cell), _grade_id(cell)) for cell in cells])
    if sum(map(len, notebook.code)) > MAX_SOURCE:
        raise Unreadable("the notebook's code is longer than 2 million characters")
    return notebook


def _parse(content: bytes) -> dict:
    """The file as JSON."""
    if not content.strip():
        raise Unreadable("the file is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Some editors save in the encoding of their system; JSON itself is the same in most.
        is_utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        try:
            text = content.decode("utf-16" if is_utf_16 else "cp1252")
        except UnicodeDecodeError:
            raise Unreadable("the file is no text in UTF-8: save the notebook again") from None
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise Unreadable("the file is no notebook: it is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"the file is no whole notebook ({error}): save it again") from None
    if not isinstance(notebook, dict):
        raise Unreadable("the file is JSON, but no notebook")
    return notebook


def _cells(notebook: dict) -> list[dict]:
    """The cells: a separate list since version 4, within worksheets before."""
    cells = notebook.get("cells")
    if cells is None and isinstance(sheets := notebook.get("worksheets"), list):
        inner = (sheet.get("cells", []) for sheet in sheets if isinstance(sheet, dict))
        cells = [cell for some in inner if isinstance(some, list) for cell in some]
    if not isinstance(cells, list):
        raise Unreadable("the file is JSON, but no notebook: it has no cells")
    return [cell for cell in cells if isinstance(cell, dict)]


def _kind(cell: dict) -> str:
    kind = cell.get("cell_type")
    return kind if isinstance(kind, str) else ""


def _grade_id(cell: dict) -> str:
    """Return a cell's name in nbgrader."""
    found: Any = cell
    for key in ("metadata", "nbgrader", "grade_id"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _source(cell: dict) -> str:
    """A cell's text: a string or a list of lines, called `input` before version 4."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
