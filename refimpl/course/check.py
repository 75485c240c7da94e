"""`check("1.1", quantise)`: compare an answer with the reference, and say what differs.

Right: the exercise's points. Not started: a friendly line and 0, so that a lesson runs from top to
bottom as it stands. Wrong: `CheckFailed`, which shows a few lines instead of a traceback.

This check runs in the notebook and helps the learner; it is no examination, since code in the same
process can do anything to it.
"""

import copy
from collections.abc import Callable

import numpy as np

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises import EXERCISES
from refimpl.errors import UserError

TRIALS = 5  # calls with different inputs: one may come out right by luck


class CheckFailed(AssertionError):
    """An answer that is not right, told in a few lines."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback, which would lead into the checker's code.
        return str(self).splitlines()


def check(exercise_id: str, function: Callable, *, seed: int = 0) -> int:
    """Check an answer, and return the points that it earns.

    Args:
        exercise_id: Such as "1.1".
        function: The learner's function.
        seed: Which inputs are drawn.

    Returns:
        The exercise's points, or 0 for an exercise that is not started.

    Raises:
        CheckFailed: The answer is wrong; the message says what was expected and what came.
        UserError: There is no such exercise.

    Taught in lesson 1.
    """
    exercise = find_exercise(exercise_id)
    if not callable(function):
        raise CheckFailed(f"{exercise_id}: hand over the function itself, not {function!r}")
    drawn = [exercise.inputs(np.random.default_rng([seed, trial])) for trial in range(TRIALS)]
    try:
        complaints = [_complaint(exercise, function, inputs) for inputs in drawn]
    except NotImplementedError:
        print(f"{exercise_id}: not started yet (0 of {exercise.points} points)")
        return 0
    if wrong := next(filter(None, complaints), None):
        hint = _hint(exercise, function, drawn)
        lines = [f"✗ {exercise_id}: not right yet", wrong, *([f"hint: {hint}"] if hint else [])]
        raise CheckFailed("\n".join(lines))
    print(f"✓ {exercise_id}: right ({exercise.points} of {exercise.points} points)")
    return exercise.points


def find_exercise(exercise_id: str) -> Exercise:
    """Return an exercise by its id, or say which ids there are."""
    if exercise_id not in EXERCISES:
        raise UserError(f"no exercise {exercise_id!r}; there are {', '.join(sorted(EXERCISES))}")
    return EXERCISES[exercise_id]


def _complaint(exercise: Exercise, function: Callable, inputs: Inputs) -> str | None:
    """Say in words what one call got wrong, or return None."""
    expected = exercise.run(exercise.reference, copy.deepcopy(inputs))
    handed = copy.deepcopy(inputs)
    try:
        given = exercise.run(function, handed)
    except NotImplementedError:
        raise
    except Exception as error:  # whatever the learner's code may raise
        return f"{_called(inputs)}\nyour function raised {type(error).__name__}: {error}"
    if _differ(handed, inputs):
        return f"{_called(inputs)}\nyour function changed its argument in place: work on a copy"
    difference = exercise.compare(expected, given, inputs)
    return difference and f"{_called(inputs)}\n{difference}"


def _hint(exercise: Exercise, function: Callable, drawn: list[Inputs]) -> str | None:
    """Recognise a misconception: a known wrong answer that does the same on every input."""
    for misconception, hint in exercise.misconceptions.items():
        if all(_agree(exercise, function, misconception, inputs) for inputs in drawn):
            return hint
    return None


def _agree(exercise: Exercise, function: Callable, other: Callable, inputs: Inputs) -> bool:
    """Tell whether two functions give the same for these inputs."""
    try:
        given = exercise.run(function, copy.deepcopy(inputs))
    except Exception:  # whatever the learner's code may raise
        return False
    return exercise.compare(exercise.run(other, copy.deepcopy(inputs)), given, inputs) is None


def _differ(first: Inputs, second: Inputs) -> bool:
    return any(not np.array_equal(first[name], second[name]) for name in second)


def _called(inputs: Inputs) -> str:
    """The call in one line, with arrays by their type and shape."""
    shown = [
        f"{name}={f'<{x.dtype} {x.shape}>' if isinstance(x, np.ndarray) else x}"
        for name, x in inputs.items()
    ]
    return f"called with {', '.join(shown)}"
