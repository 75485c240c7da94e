"""Importing what a notebook imports before any of its code runs.

Importing torch takes seconds that are none of the answer's, so they are not counted as such.
"""

import ast
import warnings
from collections.abc import Iterator
from importlib import import_module


def import_ahead(sources: list[str]) -> None:
    """Import the modules that the text names, wherever it does; what fails is left for later.

    Args:
        sources: Python, from `readable_source` or `needed`.
    """
    names = dict.fromkeys(name for source in sources for name in _imported(source))
    for name in names:
        try:
            with warnings.catch_warnings(action="ignore"):
                import_module(name)
        except BaseException:  # also SystemExit: the notebook's own import tells of it
            continue


def _imported(source: str) -> Iterator[str]:
    """The modules of all import statements in a source, those in functions included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
