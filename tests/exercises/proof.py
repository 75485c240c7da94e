"""What the proofs of the checkers share: the answers on file, and ways to cheat.

`tests/exercises/lesson_NN/` holds a module for each exercise, with

    WRONG   wrong answers, named after their misconception, each with words of the message it gets
    RIGHT   right answers, written differently from the reference and from each other
"""

from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from refimpl.course.check import results, visible_trials
from refimpl.course.differences import as_array
from refimpl.course.exercise import Exercise
from refimpl.course.exercises import all_exercises

HERE = Path(__file__).parent
N_SEEDS = 20  # of inputs, for every answer
N_QUICK = 3  # `make test` takes one of the first three for each, in turn; `make soak` the others


def over_seeds(answers: list) -> list:
    """Return every answer with every seed, as parameters of a test; most are for `make soak`.

    A wrong answer is wrong for all inputs of a check, so one seed shows nearly all that three do.

    Args:
        answers: a `pytest.param` for each, with an id.
    """
    return [
        pytest.param(
            *answer.values,
            seed,
            id=f"{answer.id}-{seed}",
            marks=() if seed == number % N_QUICK else pytest.mark.soak,
        )
        for number, answer in enumerate(answers)
        for seed in range(N_SEEDS)
    ]


@dataclass
class Proof:
    """An exercise and the answers on file."""

    exercise: Exercise
    answers: ModuleType


def load_proofs() -> dict[str, Proof]:
    """Read all modules of answers, by the id of their exercise.

    A module is named after the exercise's module in `refimpl.course.exercises`.
    """
    proofs = {}
    for exercise_id, exercise in all_exercises().items():
        lesson, name = exercise.inputs.__module__.split(".")[-2:]
        path = HERE / lesson / f"{name}.py"
        module = ModuleType(f"answers_{lesson}_{name}")
        module.WRONG, module.RIGHT = {}, []  # without answers, an exercise's own tests fail
        if path.exists():
            spec = spec_from_file_location(module.__name__, path)
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
        proofs[exercise_id] = Proof(exercise, module)
    return proofs


class EqualsEverything:
    """An object that a naive comparison takes for right."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return True


class Memory:
    """An answer that knows what is right for the inputs that the messages show."""

    def __init__(self, exercise: Exercise):
        self.known: dict[bytes, object] = {}
        self.teaching = exercise.reference
        for _, inputs in visible_trials(exercise):
            results(exercise, self, inputs)
        self.teaching = None

    def __call__(self, *args, **kwargs):
        key = fingerprint([args, sorted(kwargs.items())])
        if self.teaching:
            self.known[key] = self.teaching(*args, **kwargs)
        return self.known.get(key, next(iter(self.known.values())))


def fingerprint(value: object) -> bytes:
    """Tell two arguments apart by what they hold."""
    if isinstance(value, list | tuple):
        return b"[" + b",".join(map(fingerprint, value)) + b"]"
    array = as_array(value)
    return (
        repr(value).encode()
        if array.dtype == object
        else array.tobytes() + repr(array.shape).encode()
    )


def scribbles(right):
    """An answer that is right and then changes every array that it was given."""

    def answer(*args, **kwargs):
        returned = right(*args, **kwargs)
        # What is returned may be a part of what was given.
        returned = returned.copy() if isinstance(returned, np.ndarray) else returned
        for value in [*args, *kwargs.values()]:
            # A tensor that a `run` made of an array shares its memory.
            value = value.detach().numpy() if hasattr(value, "detach") else value
            if isinstance(value, np.ndarray) and value.size:
                value.flat[0] = not value.flat[0] if value.dtype == bool else value.flat[0] + 1
        return returned

    return answer
