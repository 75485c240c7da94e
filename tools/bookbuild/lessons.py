"""Which lessons the book has: links to them by number, and the names of `refimpl` they import."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from bookbuild.package import PACKAGE

LINK = re.compile(r"\[([^][]*)\]\(lesson:(\d+)\)")
MAGIC = re.compile(r"^\s*[!%].*$", re.MULTILINE)


def pages_by_number(paths: list[Path]) -> dict[int, str]:
    """Return the lessons' notebooks by number, such as `{1: "01-audio-basics"}`."""
    return {
        int(path.stem[:2]): path.stem for path in sorted(paths) if path.parent.name == "lessons"
    }


def resolve(text: str, lessons: dict[int, str], up: str = "../") -> str:
    """Lead links such as `[lesson 3](lesson:3)` to the lesson, or leave their text alone.

    Args:
        text: of a page.
        lessons: the pages that there are, by number.
        up: from the page's folder to the book's.
    """

    def link(match: re.Match) -> str:
        words, number = match[1], int(match[2])
        return f"[{words}]({up}lessons/{lessons[number]}.ipynb)" if number in lessons else words

    return LINK.sub(link, text)


def imported_by(notebook: NotebookNode) -> list[str]:
    """Return the full names that a notebook imports from the package, in the order of their use.

    A module that is imported whole counts with those of its names that are used.
    """
    found: dict[str, None] = {}
    modules: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(parsed(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module and is_ours(node.module):
                for alias in node.names:
                    found[f"{node.module}.{alias.name}"] = None
                    modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Import):
                for alias in filter(lambda alias: is_ours(alias.name), node.names):
                    modules[alias.asname or alias.name] = alias.name
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in modules:
                found[f"{modules[ast.unparse(node.value)]}.{node.attr}"] = None
    return list(found)


def parsed(source: str) -> ast.Module:
    """Return a cell's syntax tree, without magics; an empty one if it is no Python."""
    try:
        return ast.parse(MAGIC.sub("", source))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def is_ours(module: str) -> bool:
    """Tell whether a module belongs to the package."""
    return module.split(".")[0] == PACKAGE


def imports(paths: list[Path]) -> dict[int, list[str]]:
    """Return what each lesson imports, by its number."""
    return {
        int(path.stem[:2]): imported_by(nbformat.read(path, as_version=4))
        for path in paths
        if path.parent.name == "lessons"
    }


def used_in(imports_of: dict[int, list[str]]) -> dict[str, list[int]]:
    """Return in which lessons each name is imported."""
    found = defaultdict(list)
    for number, names in sorted(imports_of.items()):
        for name in names:
            found[name].append(number)
    return dict(found)
