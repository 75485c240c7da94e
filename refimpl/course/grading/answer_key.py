"""What exercises are graded against: inputs from hidden seeds, and what is right for them."""

import hashlib
import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl.course.check import TRIALS, results
from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.needed import needed_source
from refimpl.errors import UserError

HIDDEN_TRIALS = 8
_EXERCISES = "refimpl.course.exercises"


@dataclass(frozen=True)
class Question:
    """One exercise, with the inputs of a grading run and the right results.

    Attributes:
        exercise: The exercise.
        trials: Inputs: first those that a learner's own check shows, then hidden ones.
        expected: The reference's results for them.
        n_visible: How many of the trials are known to learners.
    """

    exercise: Exercise
    trials: list[Inputs]
    expected: list[Results]
    n_visible: int = TRIALS

    def request(self) -> dict[str, Any]:
        """Return what a child has to know besides the answer: inputs, and how to call it."""
        exercise = self.exercise
        reference = exercise.reference
        forbidden = list(exercise.forbidden)
        if not reference.__module__.startswith(_EXERCISES):  # those are not in the sandbox at all
            forbidden.append(f"{reference.__module__}.{reference.__qualname__}")
        return {
            "function": exercise.function,
            "run": _how_to_run(exercise),
            "forbidden": forbidden,
            "trials": self.trials,
        }


def make_answer_key(lesson: int, secret: str) -> list[Question]:
    """Draw hidden inputs for all exercises of a lesson, and compute what is right for them.

    Args:
        lesson: Its number.
        secret: What the hidden seeds are made from: the same secret, the same inputs.

    Raises:
        UserError: No such lesson.
    """
    return [_question(exercise, secret) for exercise in lesson_exercises(lesson).values()]


def _question(exercise: Exercise, secret: str) -> Question:
    digest = hashlib.sha256(f"{secret}\0{exercise.id}".encode()).digest()
    seeds = [[0, trial] for trial in range(TRIALS)]
    seeds += [[*digest, trial] for trial in range(HIDDEN_TRIALS)]
    trials = [exercise.inputs(np.random.default_rng(seed)) for seed in seeds]
    return Question(exercise, trials, [results(exercise, exercise.reference, i) for i in trials])


def _how_to_run(exercise: Exercise) -> list[str | None]:
    """Return the module, the name and, for an exercise's own way, the source of how it is called.

    The child sees neither the exercise's module nor the reference that stands in it.
    """
    run = exercise.run
    if not inspect.isfunction(run):
        raise UserError(f"exercise {exercise.id}: `run` is a plain function, defined by its name")
    if not run.__module__.startswith(_EXERCISES):
        return [run.__module__, run.__qualname__, None]
    source = needed_source(inspect.getsource(inspect.getmodule(run)), run.__name__)
    return [run.__module__, run.__qualname__, source]
