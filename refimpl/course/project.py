"""The project's folder: what changes or checks lessons works in a copy of the whole repository."""

from pathlib import Path

import refimpl
from refimpl.course.notebooks import SOURCES
from refimpl.errors import UserError


def find_project(start: Path | None = None) -> Path:
    """Return the project's folder, which holds `book/lessons`.

    Args:
        start: The folder or one inside it; by default the current one.

    Raises:
        UserError: There is none above `start`, or its package is not the one that is running.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / SOURCES).is_dir() and (folder / "_toc.yml").exists():
            _check_package(folder)
            return folder
    raise UserError(f"{start} is not in the course's repository: go to where _toc.yml lies")


def _check_package(root: Path) -> None:
    """Exercises are read from the package that runs: it has to be this folder's own."""
    here = Path(refimpl.__file__).resolve().parent
    if (root / "refimpl").is_dir() and here != (root / "refimpl").resolve():
        raise UserError(
            f"{root} has its own package, and another one is running ({here}): "
            f"use `python -m refimpl` in {root}, or its own .venv/bin/refimpl"
        )
