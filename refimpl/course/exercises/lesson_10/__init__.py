"""The exercises of lesson 10: long memory.

Four of them are parts of models that the lesson trains, so their checks also look at the gradient
that flows through an answer. This module holds the parts that they share.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from refimpl.course.differences import Results, compare_arrays
from refimpl.course.exercise import Inputs
from refimpl.course.exercises.lesson_05 import gradient

compare = partial(compare_arrays, tolerance=1e-4)  # of float32


def run(function: Callable, inputs: Inputs) -> Results:
    """Call an answer with tensors, and follow the gradient back to the first argument."""
    return _follow(function, inputs, n_leaves=1)


def run_for_two(function: Callable, inputs: Inputs) -> Results:
    """Call an answer with tensors, and follow the gradient back to the first two arguments."""
    return _follow(function, inputs, n_leaves=2)


def _follow(function, inputs, n_leaves):
    tensors = {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in inputs.items()
    }
    leaves = {name: tensors[name].requires_grad_() for name in list(tensors)[:n_leaves]}
    result = function(**tensors)
    slopes = {
        f"the gradient that reaches {name}": gradient(result, leaf, name)
        for name, leaf in leaves.items()
    }
    return {"result": result, **slopes}


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Float32 numbers from a normal distribution."""
    return rng.normal(size=shape).astype(np.float32)


def uniform(rng: np.random.Generator, low: float, high: float, *shape: int) -> np.ndarray:
    """Float32 numbers between two bounds."""
    return rng.uniform(low, high, size=shape).astype(np.float32)
