"""What exercises are graded against: inputs from hidden seeds, and what is right for them."""

import ast
import hashlib
import inspect
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from refimpl import __version__
from refimpl.course.check import results, visible_trials
from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.needed import needed, statements_of

HIDDEN_TRIALS = 8
_EXERCISES = "refimpl.course.exercises"
# Modules that decide what is right, and what of a notebook is asked.
_DECIDES = (
    *("differences", "check", "escapes", "guard", "operators"),
    *(f"grading/{name}" for name in ("answering", "cells", "certain", "child", "examine")),
    *(f"grading/{name}" for name in ("judging", "interpreter", "needed", "overseeing", "replies")),
    *(f"grading/{name}" for name in ("staying", "walking", "workers")),
)


@dataclass(frozen=True)
class Question:
    """One exercise, with the inputs of a grading run and the right results.

    Attributes:
        exercise: The exercise.
        trials: Inputs: first those that a learner's own check shows, then hidden ones.
        edges: For each trial the name of the edge that it visits, or "".
        expected: The reference's results for the trials.
        n_visible: How many of the trials are known to learners.
    """

    exercise: Exercise
    trials: list[Inputs]
    edges: list[str]
    expected: list[Results]
    n_visible: int

    @cached_property
    def forbidden(self) -> list[str]:
        """Dotted names of what an answer must not call."""
        reference = self.exercise.reference
        # A reference in an exercise's module is not in the sandbox at all.
        own = reference.__module__.startswith(_EXERCISES)
        also = [] if own else [f"{reference.__module__}.{reference.__qualname__}"]
        return [*self.exercise.forbidden, *also]

    @cached_property
    def how(self) -> dict[str, Any]:
        """The part of a request that is neither the answer nor its inputs."""
        function, run = self.exercise.function, _how_to_run(self.exercise)
        return {"function": function, "run": run, "forbidden": self.forbidden}


def make_answer_key(lesson: int, secret: str) -> list[Question]:
    """Draw hidden inputs for all exercises of a lesson, and compute what is right for them.

    Args:
        lesson: Its number.
        secret: What the hidden seeds are made from: the same secret, the same inputs.

    Raises:
        UserError: No such lesson.
    """
    return [_question(exercise, secret) for exercise in lesson_exercises(lesson).values()]


def key_parts(lesson: int, secret: str) -> dict[str, str]:
    """Return what a grade depends on besides the submission and its limits, part by part.

    Args:
        lesson: Its number.
        secret: The text from which the hidden seeds are made.

    Returns:
        By a name for people, a value that they know (a version, a tolerance, points), or the
        SHA-256 of a file or of the secret, cut short.
    """
    course = Path(__file__).resolve().parents[1]
    package = f"{_EXERCISES}.lesson_{lesson:02}"
    deciding = [(course / f"{name}.py").read_bytes() for name in _DECIDES]
    parts = {
        "the version of the course": __version__,
        "the secret": _digest(secret.encode()),
        "the grader": _digest(*deciding),
    }
    for path in sorted((course / "exercises" / f"lesson_{lesson:02}").glob("*.py")):
        record = getattr(import_module(f"{package}.{path.stem}"), "EXERCISE", None)
        name = f"exercise {record.id}" if record else f"{path.stem} of lesson {lesson}"
        parts[name] = _digest(path.read_bytes())
        if record:
            tolerance = getattr(record.compare, "keywords", {}).get("tolerance")
            parts[f"{name}, tolerance"] = str(tolerance)
            parts[f"{name}, points"] = str(record.points)
    return parts


def _digest(*contents: bytes) -> str:
    digests = b"".join(hashlib.sha256(content).digest() for content in contents)
    return hashlib.sha256(digests).hexdigest()[:16]


def _question(exercise: Exercise, secret: str) -> Question:
    digest = hashlib.sha256(f"{secret}\0{exercise.id}".encode()).digest()
    visible = visible_trials(exercise)
    seeds = [[*digest, trial] for trial in range(HIDDEN_TRIALS)]
    hidden = [("", exercise.inputs(np.random.default_rng(seed))) for seed in seeds]
    hidden += exercise.edges(np.random.default_rng([*digest, HIDDEN_TRIALS])).items()
    edges, trials = map(list, zip(*visible, *hidden, strict=True))
    expected = [results(exercise, exercise.reference, inputs) for inputs in trials]
    return Question(exercise, trials, edges, expected, len(visible))


def _how_to_run(exercise: Exercise) -> list[str | None]:
    """Return the module, the name and, for an exercise's own way, the source of how it is called.

    The child sees neither the exercise's module nor the reference in it.
    """
    run = exercise.run
    if not run.__module__.startswith(_EXERCISES):
        return [run.__module__, run.__qualname__, None]
    return [run.__module__, run.__qualname__, "\n".join(_own_source(run.__module__, run.__name__))]


def _own_source(module: str, name: str) -> list[str]:
    """The statements that a name in a module of exercises needs, other modules' included."""
    statements = []
    for source in needed(statements_of([inspect.getsource(import_module(module))]), name) or []:
        (node,) = ast.parse(source).body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(_EXERCISES):
            for alias in node.names:
                statements += _own_source(node.module, alias.name)
        else:
            statements.append(source)
    return statements
