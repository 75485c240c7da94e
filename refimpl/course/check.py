"""`check("1.1", heard_frequency)`: compare an answer with the reference, and say what differs.

Right: the exercise's points. Not started: a friendly line and 0, so that a lesson runs from top to
bottom as it stands. Wrong: `CheckFailed`, which shows a few lines instead of a traceback.

This check runs in the notebook and helps the learner; it is no examination, since code in the same
process can do anything to it. `refimpl grade` examines, from outside.
"""

import copy
import hashlib
import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import CodeType

import numpy as np

from refimpl.course.differences import Results, arrays
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises import find_exercise
from refimpl.course.guard import ForbiddenCall, Guard
from refimpl.course.progress import record

# Calls with different inputs, since one may come out right by luck.
TRIALS = 3  # the same ones every time
FRESH_TRIALS = 2  # ones that an answer has not met before
SHOWN_VALUES = 10  # an array of so many is shown as it is
SHOWN_LETTERS = 80  # of one value in a message
HINT_TRIALS = 10  # more of them tell misconceptions apart that often come out the same


class CheckFailed(AssertionError):
    """An answer that is not right, told in a few lines."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback, which would lead into the checker's code.
        return str(self).splitlines()


class NotStarted(Exception):
    """The function still holds its placeholder."""


def check(exercise_id: str, function: Callable, *, seed: int = 0) -> int:
    """Check an answer, note what it earned in the learner's progress, and return the points.

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
        raise CheckFailed(
            f"✗ {exercise_id}: hand over the function itself, {exercise.function}, "
            f"and not {function!r:.60}"
        )
    # A warning is no mistake, but nbgrader gives no points to a cell that writes one to stderr.
    with redirect_stderr(sys.stdout):
        return _verdict(exercise, function, seed)


def _verdict(exercise: Exercise, function: Callable, seed: int) -> int:
    """Print the verdict of `check`, and return the points."""
    try:
        wrong = first_complaint(exercise, function, seed)
    except NotStarted:
        print(f"{exercise.id}: not started yet (0 of {exercise.points} points)")
        return 0
    if wrong:
        known = hint(exercise, function, seed)
        lines = [f"✗ {exercise.id}: not right yet", wrong, *([f"hint: {known}"] if known else [])]
        raise CheckFailed("\n".join(lines))
    print(f"✓ {exercise.id}: right ({exercise.points} of {exercise.points} points)")
    record(exercise, exercise.points)
    return exercise.points


def first_complaint(exercise: Exercise, function: Callable, seed: int = 0) -> str | None:
    """Say in words what the first wrong trial got wrong, or return None for a right answer.

    Raises:
        NotStarted: The function holds its placeholder.
    """
    for edge, inputs in draw(exercise, function, seed):
        if wrong := complaint(exercise, function, inputs):
            return f"at an edge that the docstring allows: {edge}\n{wrong}" if edge else wrong
    return None


def draw(exercise: Exercise, function: Callable, seed: int) -> list[tuple[str, Inputs]]:
    """Draw the inputs of all trials, each with the name of the edge that it visits, or "".

    The last ones depend on the answer's code. An answer that stores the results for the inputs
    in the messages meets new inputs then, yet the same answer always gets the same verdict.
    """
    code = getattr(function, "__code__", None)
    fingerprint = hashlib.sha256(_text(code).encode()).digest()[:4]
    fresh = [[seed, trial, *fingerprint] for trial in range(TRIALS, TRIALS + FRESH_TRIALS)]
    hidden = [("", exercise.inputs(np.random.default_rng(numbers))) for numbers in fresh]
    return visible_trials(exercise, seed) + hidden


def visible_trials(exercise: Exercise, seed: int = 0) -> list[tuple[str, Inputs]]:
    """Draw the inputs that every answer meets: ordinary ones, then all edges by their names."""
    generators = (np.random.default_rng([seed, trial]) for trial in range(TRIALS))
    ordinary = [("", exercise.inputs(rng)) for rng in generators]
    return ordinary + list(exercise.edges(np.random.default_rng([seed, TRIALS])).items())


def _text(code: CodeType | None) -> str:
    """A function's code and constants, without what changes when the same cell is run again."""
    if code is None:
        return ""
    constants = (
        _text(constant)
        if isinstance(constant, CodeType)
        else repr(sorted(constant, key=repr) if isinstance(constant, frozenset) else constant)
        for constant in code.co_consts
    )
    return "\n".join([code.co_code.hex(), *code.co_names, *constants])


def complaint(exercise: Exercise, function: Callable, inputs: Inputs) -> str | None:
    """Say in words what one call got wrong, or return None.

    Raises:
        NotStarted: The function holds its placeholder.
    """
    expected = results(exercise, exercise.reference, inputs)
    handed = copy.deepcopy(inputs)
    stay = bool(exercise.forbidden)
    guard = Guard(function, [*exercise.forbidden, exercise.reference], stay=stay)
    try:
        with guard.watching():  # until all is plain: what is returned may do its work later
            given = arrays(exercise.run(guard, handed))
    except ForbiddenCall as error:
        return str(error)
    except Exception as error:  # whatever the learner's code may raise
        if isinstance(error, NotImplementedError) and not error.args:  # as the placeholder does
            raise NotStarted from None
        told = f"{type(error).__name__}: {error}"
        if guard.finished:  # what came back could not be used
            returned = f"your function returned {_cut(repr(guard.value))}"
            return (
                f"{_called(inputs)}\n{returned}\nwhich is not what its docstring asks for: {told}"
            )
        return f"{_called(inputs)}\nyour function raised {told}"
    if _differ(handed, inputs):
        return f"{_called(inputs)}\nyour function changed its argument in place: work on a copy"
    difference = exercise.compare(expected, given, inputs)
    return difference and f"{_called(inputs)}\n{difference}"


def results(exercise: Exercise, function: Callable, inputs: Inputs) -> Results:
    """Return what a function gives for a copy of the inputs, as arrays."""
    return arrays(exercise.run(function, copy.deepcopy(inputs)))


def hint(exercise: Exercise, function: Callable, seed: int) -> str | None:
    """Recognise a misconception: a known wrong answer that gives the same results."""
    generators = (np.random.default_rng([seed, trial]) for trial in range(HINT_TRIALS))
    trials = [("", exercise.inputs(rng)) for rng in generators]
    trials += exercise.edges(np.random.default_rng([seed, TRIALS])).items()
    # What the answer prints has been printed before.
    with redirect_stdout(io.StringIO()):
        given = [_outcome(exercise, function, inputs) for _, inputs in trials]
    return recognise(exercise, trials, given)


def recognise(
    exercise: Exercise, trials: list[tuple[str, Inputs]], given: list[Results | None]
) -> str | None:
    """Return the line of the misconception that an answer's results come from, if it is known.

    A misconception that behaves alike at every edge is preferred. Two answers with the same
    misconception may differ at an edge, so one that is wrong in the same way where the answer is
    first wrong counts as well.

    Args:
        exercise: The exercise.
        trials: Inputs, each with the name of its edge or "".
        given: The answer's results for them, or None where it raised an exception.
    """
    ordinary = [index for index, (edge, _) in enumerate(trials) if not edge]
    if not ordinary or any(given[index] is None for index in ordinary):
        return None

    def same(first: Results | None, second: Results | None, index: int) -> bool:
        if first is None or second is None:
            return first is second
        return exercise.compare(first, second, trials[index][1]) is None

    right = [_outcome(exercise, exercise.reference, inputs) for _, inputs in trials]
    edges = [index for index in range(len(trials)) if index not in ordinary]
    wrong = [i for i in [*ordinary, *edges] if not same(right[i], given[i], i)]
    second_best = None
    for misconception, line in exercise.misconceptions.items():
        theirs = {index: _outcome(exercise, misconception, trials[index][1]) for index in ordinary}
        if not all(same(theirs[index], given[index], index) for index in ordinary):
            continue
        theirs |= {i: _outcome(exercise, misconception, trials[i][1]) for i in edges}
        if all(same(theirs[index], given[index], index) for index in edges):
            return line
        if wrong and same(theirs[wrong[0]], given[wrong[0]], wrong[0]):
            second_best = second_best or line
    return second_best


def _outcome(exercise: Exercise, function: Callable, inputs: Inputs) -> Results | None:
    """Return a function's results, or None if it raises an exception."""
    try:
        with np.errstate(all="ignore"):  # a misconception may well divide by zero
            return results(exercise, function, inputs)
    except Exception:  # whatever a learner's code may raise; a misconception may fail as theirs do
        return None


def _differ(first: object, second: object) -> bool:
    """Tell whether inputs have changed, in their values or in the values that they hold."""
    if isinstance(second, dict):
        return first.keys() != second.keys() or any(_differ(first[k], second[k]) for k in second)
    if isinstance(second, list | tuple):
        return len(first) != len(second) or any(map(_differ, first, second))
    if isinstance(second, np.ndarray):
        return not np.array_equal(first, second, equal_nan=second.dtype.kind == "f")
    return first != second


def _called(inputs: Inputs) -> str:
    """The call in one line, with large arrays by their type and shape."""
    return f"called with {', '.join(f'{name}={_cut(_shown(x))}' for name, x in inputs.items())}"


def _cut(text: str) -> str:
    """A text on one line that ends with a sign where it is cut."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_LETTERS else f"{line[:SHOWN_LETTERS]}…"


def _shown(value: object) -> str:
    """A value as text that fits a line."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.size > SHOWN_VALUES:
        return f"<{value.dtype} {value.shape}>"
    return " ".join(np.array2string(value, precision=4, separator=", ").split())
