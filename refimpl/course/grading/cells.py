"""Python out of cells, without magics and shell commands, and what is wrong where there is none."""

import ast
import re
import warnings

# `%%time` and its like run the rest of the cell; `%%bash` or `%%writefile` do something else.
_RUNS_THE_CELL = re.compile(r"\s*%%(time|capture|prun)\b")
_NO_PYTHON = re.compile(r"\s*([%!?]|[\w\s,.]+=\s*[%!])|.*\?\s*$")


def readable_source(cells: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the cells that are Python, and those that are not.

    Args:
        cells: The source of each code cell, as IPython would run it.

    Returns:
        Python, cell by cell, with `pass` for each line that only IPython understands; and each cell
        that no Python parser reads, with the reason.
    """
    kept, broken = [], []
    for cell in cells:
        source, reason = _read(cell)
        if reason:
            broken.append((cell, reason))
        elif source.strip():
            kept.append(source)
    return kept, broken


def broken_definition(broken: list[tuple[str, str]], name: str) -> str:
    """Return why a cell cannot be read that seems to define a function; "" where none does.

    Args:
        broken: From `readable_source`.
        name: Of the function.
    """
    defines = re.compile(rf"^\s*(def\s+{re.escape(name)}\b|{re.escape(name)}\s*=)", re.MULTILINE)
    return next((reason for cell, reason in broken if defines.search(cell)), "")


def _read(cell: str) -> tuple[str, str]:
    """One cell's Python, or the reason why it has none."""
    if cell.lstrip().startswith("%%"):
        if not _RUNS_THE_CELL.match(cell):
            return "", ""
        cell = cell.lstrip().partition("\n")[2]
    if not (reason := _complaint(cell)):
        return cell, ""
    # As it is first: a line may start with % within an expression.
    plain = "\n".join(map(_without_magic, cell.splitlines()))
    return (plain, "") if not _complaint(plain) else ("", reason)


def _without_magic(line: str) -> str:
    if not _NO_PYTHON.match(line):
        return line
    return line[: len(line) - len(line.lstrip())] + "pass"


def _complaint(source: str) -> str:
    """What the parser says against a source; "" for nothing."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source)
    except SyntaxError as error:
        return f"{error.msg}, line {error.lineno} of the cell"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""
