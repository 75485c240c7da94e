"""Checks that every exercise has its wrong and right answers on file."""

from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from refimpl.course.exercise import Exercise
from refimpl.course.linting.finding import Finding

ANSWERS = Path("tests/exercises")
N_WRONG, N_RIGHT = 5, 2


def check_answers(root: Path, exercises: Mapping[str, Exercise]) -> Iterator[Finding]:
    """Count the answers of a lesson's exercises.

    Args:
        root: The project's folder.
        exercises: The records, by id.
    """
    for name, exercise in exercises.items():
        path = answers_path(exercise)
        wanted = f"it needs {N_WRONG} wrong ones in WRONG and {N_RIGHT} right ones in RIGHT"
        if not (root / path).exists():
            yield Finding(path.as_posix(), 1, f"exercise {name} has no answers on file: {wanted}")
            continue
        answers = load_answers(root / path)
        n_wrong, n_right = len(getattr(answers, "WRONG", {})), len(getattr(answers, "RIGHT", []))
        if n_wrong < N_WRONG:
            line = _line_of(root / path, "WRONG")
            text = f"exercise {name} has {n_wrong} wrong answers on file, {N_WRONG} are needed"
            yield Finding(path.as_posix(), line, text)
        if n_right < N_RIGHT:
            line = _line_of(root / path, "RIGHT")
            text = f"exercise {name} has {n_right} right answers on file, {N_RIGHT} are needed"
            yield Finding(path.as_posix(), line, text)


def answers_path(exercise: Exercise) -> Path:
    """Return where an exercise's answers lie: named after the module of its record."""
    lesson, name = exercise.inputs.__module__.split(".")[-2:]
    return ANSWERS / lesson / f"{name}.py"


def load_answers(path: Path) -> ModuleType:
    """Run a module of answers, which is in no package."""
    spec = spec_from_file_location(f"answers_{path.parent.name}_{path.stem}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _line_of(path: Path, name: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(name)), 1)
