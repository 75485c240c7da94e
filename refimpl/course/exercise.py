"""What an exercise is: one record, which a check in a notebook and the grader both use."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refimpl.course.differences import Results, call_once, compare_arrays
from refimpl.errors import UserError

Inputs = dict[str, Any]


def no_edges(rng: np.random.Generator) -> dict[str, Inputs]:
    """Return no inputs: for an exercise whose docstring allows nothing out of the ordinary."""
    del rng
    return {}


@dataclass(frozen=True)
class Exercise:
    """One exercise: a named function that the learner writes.

    Attributes:
        id: Lesson and number, such as "1.2".
        title: Its subject, in a few words.
        function: The name of the learner's function.
        points: The points for a right answer.
        minutes: A rough estimate of the time that it takes.
        difficulty: From 1 (apply what was just said) to 5 (put several ideas together).
        inputs: Draws the arguments of one call from a random generator. Plain values only, so
            that a grader can send them to another process: numbers, text, booleans, None, arrays,
            and lists or dictionaries of these.
        edges: Draws inputs at the edges of what the docstring allows (nothing, one, all, silence,
            values on a boundary, integers), each under a few words that name it. Every check and
            every grading visits all of them. A docstring must exclude every edge that it does not
            allow.
        reference: The correct answer.
        misconceptions: Known wrong answers, each with the hint for a learner whose answer does
            exactly the same.
        run: Calls a function on the inputs and returns named arrays. Only this meets the
            learner's code; it builds what is no plain value, such as a model.
        compare: Gives the difference in words, or None.
        forbidden: Dotted names of functions and classes that an answer must not call, because
            they are the answer. The reference is forbidden anyway.
        partial_credit: Whether the grader gives a wrong answer the share of the points that equals
            its share of right results, rounded down. The instructor's guide says why this is off.
    """

    id: str
    title: str
    function: str
    points: int
    minutes: int
    difficulty: int
    inputs: Callable[[np.random.Generator], Inputs]
    reference: Callable
    misconceptions: Mapping[Callable, str] = field(default_factory=dict)
    run: Callable[[Callable, Inputs], Results] = call_once
    compare: Callable[[Results, Results, Inputs], str | None] = compare_arrays
    forbidden: tuple[str, ...] = ()
    edges: Callable[[np.random.Generator], dict[str, Inputs]] = no_edges
    partial_credit: bool = False

    def __post_init__(self) -> None:
        # The grader sends the source of `run` to the process of the answers, where it is run anew.
        if not inspect.isfunction(self.run):
            raise UserError(
                f"exercise {self.id}: `run` is a plain function, defined by its name in a module: "
                f"not {self.run!r}"
            )
