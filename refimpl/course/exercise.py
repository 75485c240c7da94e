"""What an exercise is: one record, from which a check draws inputs, a reference and a verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Inputs = dict[str, Any]
Results = dict[str, np.ndarray]


def call_once(function: Callable, inputs: Inputs) -> Results:
    """Call the function with the inputs by name, and take its value as the only result."""
    return {"result": np.asarray(function(**inputs))}


def compare_arrays(
    expected: Results, given: Results, inputs: Inputs, *, tolerance: float = 1e-6
) -> str | None:
    """Say what is wrong with the given arrays, or return None when they are right.

    Args:
        expected: What the reference returned, by name.
        given: What the answer returned, by name.
        inputs: What both were called with; a comparison that knows a misconception looks at it.
        tolerance: The largest difference that is still right, absolute and relative.

    Returns:
        A few lines that say what was expected and what came, or None.
    """
    del inputs  # this comparison knows no misconceptions
    for name, right in expected.items():
        answer = given[name]
        if answer.dtype.kind not in "biuf":
            return f"expected {_short(right)}\ngot      {answer.tolist()!r:.60}, which is no number"
        if answer.shape != right.shape:
            return f"expected the shape {right.shape}, got {answer.shape}"
        if n_bad := np.count_nonzero(~np.isfinite(answer)):
            return f"{n_bad} of {answer.size} values are not finite"
        difference = np.abs(answer - right)
        if np.any(difference > tolerance * (1 + np.abs(right))):
            return (
                f"expected {_short(right)}\n"
                f"got      {_short(answer)}\n"
                f"largest difference: {difference.max():.4g}"
                + (f", at position {difference.argmax()}" if right.size > 1 else "")
            )
    return None


def _short(array: np.ndarray) -> str:
    """An array's first values on one line."""
    text = ", ".join(f"{value:.6g}" for value in array.ravel()[:6])
    return f"[{text}{', …' if array.size > 6 else ''}]" if array.ndim else text


@dataclass(frozen=True)
class Exercise:
    """One exercise: a named function that the learner writes.

    Attributes:
        id: Lesson and number, such as "1.2".
        points: What a right answer earns.
        minutes: How long it takes, roughly.
        inputs: Draws the arguments of one call from a random generator.
        reference: The right answer.
        misconceptions: Known wrong answers, each with the line that puts it right: what a learner
            is told whose answer does exactly the same.
        run: Calls a function on the inputs and returns named arrays. Only this meets the
            learner's code.
        compare: Gives the difference in words, or None.
    """

    id: str
    points: int
    minutes: int
    inputs: Callable[[np.random.Generator], Inputs]
    reference: Callable
    misconceptions: Mapping[Callable, str] = field(default_factory=dict)
    run: Callable[[Callable, Inputs], Results] = call_once
    compare: Callable[[Results, Results, Inputs], str | None] = compare_arrays
