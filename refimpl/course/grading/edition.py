"""The package as a sandbox gets it: without exercises, references and the grader."""

import compileall
import shutil
from pathlib import Path

from refimpl.files import make_folder

PACKAGE = Path(__file__).resolve().parents[2]
# Of `refimpl.course` only what the child itself needs.
OF_COURSE = (
    *("budgets.py", "differences.py", "escapes.py", "exercise.py", "guard.py", "operators.py"),
)
OF_GRADING = (
    *("answering.py", "cells.py", "certain.py", "child.py", "importing.py"),
    *("interpreter.py", "needed.py", "overseeing.py", "refusing.py", "staying.py"),
    *("suspicion.py", "walking.py", "wire.py", "workers.py"),
)

STAND_IN = '''\
"""The course's machinery, as it is while a submission is graded: nothing is checked in here."""


def check(*args, **kwargs):
    return 0


def progress(*args, **kwargs):
    return None


def solved(exercise_id, function):
    return function
'''


def write_edition(folder: Path) -> Path:
    """Write the package into a folder that a sandbox may see.

    Args:
        folder: An empty one.

    Returns:
        The folder, which goes onto the child's import path.
    """
    copy = folder / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=_without_course)
    course = copy / "course"
    for name in (*OF_COURSE, *(f"grading/{name}" for name in OF_GRADING)):
        make_folder((course / name).parent)
        shutil.copyfile(PACKAGE / "course" / name, course / name)
    (course / "__init__.py").write_text(STAND_IN, encoding="utf-8")
    (course / "grading/__init__.py").touch()
    # The child cannot write here, and is not to compile everything anew each time.
    compileall.compile_dir(copy, quiet=1)
    folder.chmod(0o755)  # a child may be another user
    return folder


def _without_course(folder: str, names: list[str]) -> list[str]:
    """Return the names that are not copied."""
    top = Path(folder) == PACKAGE
    return [name for name in names if name == "__pycache__" or (top and name == "course")]
