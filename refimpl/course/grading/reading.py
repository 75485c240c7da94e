"""Reading a submitted file: the source of its code cells, or the reason why there is none."""

import json

from refimpl.errors import UserError

MAX_BYTES = 50 * 2**20
MAX_CELLS = 20_000
MAX_SOURCE = 2 * 2**20  # characters of all code cells
MAX_VALUES = 5_000_000  # in the JSON: each takes many times its size in memory


class Unreadable(UserError):
    """A file that is no notebook, or not a whole one."""


def parse_code_cells(content: bytes) -> list[str]:
    """Return the source of a notebook's code cells.

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
    sources = [_source(cell) for cell in cells if _is_code(cell)]
    if sum(map(len, sources)) > MAX_SOURCE:
        raise Unreadable("the notebook's code is longer than 2 million characters")
    return sources


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
    """The cells: a list of their own since version 4, within worksheets before."""
    cells = notebook.get("cells")
    if cells is None and isinstance(sheets := notebook.get("worksheets"), list):
        inner = (sheet.get("cells", []) for sheet in sheets if isinstance(sheet, dict))
        cells = [cell for some in inner if isinstance(some, list) for cell in some]
    if not isinstance(cells, list):
        raise Unreadable("the file is JSON, but no notebook: it has no cells")
    return [cell for cell in cells if isinstance(cell, dict)]


def _is_code(cell: dict) -> bool:
    return cell.get("cell_type") == "code"


def _source(cell: dict) -> str:
    """A cell's text: a string or a list of lines, called `input` before version 4."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
