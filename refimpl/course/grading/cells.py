"""Python out of cells, as IPython reads them, and what is wrong where there is none.

IPython's own transformer tells what is a magic and what is a command. Those that run Python are
replaced by what they run, all others by nothing: no answer is made of what a shell prints.
"""

import ast
import re

# `%time` and its like run what follows them; `%%bash` or `%%html` do something else.
_RUNS_PYTHON = ("time", "prun", "capture")
_WRITES = ("writefile", "file")
# A first look, since IPython takes a tenth of a second to import: what may be more than Python.
_MAY_BE_MAGIC = re.compile(r"^\s*([%!?]|>>>|In \[)|=\s*[%!]|\?\s*$|^[ \t]", re.MULTILINE)
FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def readable_source(cells: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the cells that are Python, and those that are not.

    Args:
        cells: The source of each code cell, as IPython would run it.

    Returns:
        Python, cell by cell; and each cell that no Python parser reads, with the reason.
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


def parse(source: str) -> ast.Module:
    """Return the tree of a cell's Python, which may wait for something outside a function.

    Raises:
        SyntaxError: It is no Python; also ValueError, RecursionError and MemoryError.
    """
    return compile(source, "<cell>", "exec", FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)


def _read(cell: str) -> tuple[str, str]:
    """One cell's Python, or the reason why it has none."""
    # As it is first: most cells are nothing but Python.
    if not (reason := _complaint(cell)) or not _MAY_BE_MAGIC.search(cell):
        return cell, reason
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        source = TransformerManager().transform_cell(cell)
    except (SyntaxError, ValueError, RecursionError):
        return "", reason
    if _complaint(source):
        return "", reason
    return _without_magics(source)


def _complaint(source: str) -> str:
    """Return the parser's objection to a source; "" for none."""
    try:
        parse(source)
    except SyntaxError as error:
        return f"{error.msg}, line {error.lineno} of the cell"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""


def _without_magics(source: str) -> tuple[str, str]:
    """Replace IPython's calls of magics and commands, and leave all else as it stands."""
    text = source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    edits = []
    for node in ast.walk(parse(source)):
        for child in ast.iter_child_nodes(node):
            if (call := _ipythons(child)) is None:
                continue
            plain, reason = _instead(*call, is_statement=isinstance(node, ast.Expr))
            if reason:
                return "", reason
            start = starts[child.lineno - 1] + child.col_offset
            edits.append((start, starts[child.end_lineno - 1] + child.end_col_offset, plain))
    for start, end, plain in sorted(edits, reverse=True):
        text = text[:start] + plain.encode() + text[end:]
    plain = text.decode()
    return ("", reason) if (reason := _complaint(plain)) else (plain, "")


def _ipythons(node: ast.AST) -> tuple[str, list[str]] | None:
    """The method and the arguments of a call that IPython's transformer wrote."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    owner = node.func.value
    if not (isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name)):
        return None
    words = [word.value for word in node.args if isinstance(word, ast.Constant)]
    if owner.func.id != "get_ipython" or not all(isinstance(word, str) for word in words):
        return None
    return node.func.attr, words


def _instead(method: str, words: list[str], is_statement: bool) -> tuple[str, str]:
    """The Python that stands for a call of IPython's, or the reason why there is none."""
    nothing = "pass" if is_statement else "None"
    if method == "getoutput":
        return "[]", ""
    if method == "run_line_magic" and words[0] in _RUNS_PYTHON:
        return (words[1] if is_statement else f"({words[1]})") if words[1].strip() else nothing, ""
    if method == "run_cell_magic" and words[0] in _RUNS_PYTHON:
        source, reason = _read(words[2])
        return source or nothing, reason
    if method == "run_cell_magic" and words[0] in _WRITES:
        name = words[1].split()[-1:] or ["nothing"]
        return f"open({name[0]!r}, 'w', encoding='utf-8').write({words[2]!r})", ""
    return nothing, ""
