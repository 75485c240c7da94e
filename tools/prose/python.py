"""The prose in Python: docstrings, and texts of some words, such as messages and labels."""

import ast
import re
from collections.abc import Iterator

from prose.passages import CODE, Passage, paragraphs

FEWEST_WORDS = 4  # of a text that is no docstring; shorter ones are names, keys and formats
WORD = re.compile(r"[A-Za-z]{2,}")
MAGIC = re.compile(r"^\s*[!%].*$", re.MULTILINE)
IN_DOCSTRING = re.compile(r"(`+).+?\1|https?://\S+", re.DOTALL)


def prose(source: str, first_line: int = 1) -> Iterator[Passage]:
    """Find the passages of a Python source.

    Args:
        source: of a module or a cell; nothing is found where it is no Python.
        first_line: number of its first line in the file.
    """
    try:
        tree = ast.parse(MAGIC.sub("", source))
    except SyntaxError:
        return
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node, clean=False) is not None:
                docstrings.add(first.value)
                text = IN_DOCSTRING.sub(without_code, first.value.value)
                yield from paragraphs(text, first_line + first.value.lineno - 1)
    inside = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                part.value if isinstance(part, ast.Constant) else CODE for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node in docstrings or node in inside:
                continue
            text = node.value
        else:
            continue
        if len(WORD.findall(text)) >= FEWEST_WORDS:
            for passage in paragraphs(IN_DOCSTRING.sub(without_code, text), 1):
                passage.lines = [first_line + node.lineno - 1] * len(passage.lines)
                yield passage


def without_code(found: re.Match) -> str:
    """Return a place holder of as many lines."""
    return CODE + "\n" * found[0].count("\n")
