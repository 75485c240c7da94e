"""The course's own answers, in normal form: equal to them is no sign of copying from a friend."""

import ast
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.cells import parse
from refimpl.course.grading.needed import needed, statements_of
from refimpl.course.grading.reading import Unreadable, parse_notebook
from refimpl.course.grading.reporting.alike import normal_form
from refimpl.course.grading.reporting.answers import read_statements

_ON_FILE = "tests/exercises"  # right answers that prove the checks
_SOLUTIONS = "solutions"


def known_answers(root: Path | None, lesson: int) -> dict[str, set[str]]:
    """Return the normal forms of the released solution and of the right answers on file.

    Args:
        root: The project's folder; None where there is none.
        lesson: Its number.

    Returns:
        The forms by the exercise's id; nothing without a project's folder.
    """
    forms: dict[str, set[str]] = {}
    for exercise in lesson_exercises(lesson).values() if root else ():
        package, name = exercise.inputs.__module__.split(".")[-2:]
        sources = _from_solutions(root, lesson, exercise.function, exercise.id)
        sources += _on_file(root / _ON_FILE / package / f"{name}.py", exercise.function)
        forms[exercise.id] = {normal_form(source, exercise.function)[0] for source in sources}
    return forms


def _from_solutions(root: Path, lesson: int, function: str, exercise: str) -> list[str]:
    """Return what an answer needs in each solved notebook of a lesson."""
    found = []
    for path in sorted((root / _SOLUTIONS).glob(f"{lesson:02}-*.ipynb")):
        try:
            statements = read_statements(parse_notebook(path.read_bytes()))
        except (Unreadable, OSError):
            continue
        found.append(needed(statements, function, exercise))
    return ["\n".join(one) for one in found if one]


def _on_file(path: Path, function: str) -> list[str]:
    """Return the right answers of a module, each under the name that the exercise asks for."""
    if not path.exists():
        return []
    source = path.read_text(encoding="utf-8")
    found = []
    for name in _right(parse(source)):
        statements = needed(statements_of([source]), name)
        if statements:
            found.append(_renamed("\n".join(statements), name, function))
    return found


def _right(tree: ast.Module) -> list[str]:
    """Return the names in the module's list `RIGHT`."""
    for node in tree.body:
        targets = [one.id for one in getattr(node, "targets", []) if isinstance(one, ast.Name)]
        if "RIGHT" in targets:
            return [one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)]
    return []


def _renamed(source: str, name: str, function: str) -> str:
    """Give a function another name, wherever its source uses the name."""
    tree = parse(source)
    for node in ast.walk(tree):
        for field in ("id", "name"):
            if getattr(node, field, None) == name:
                setattr(node, field, function)
    return ast.unparse(tree)
