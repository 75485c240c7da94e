"""Exercise 6.6: how Birdie rewards a change of the loss."""

from functools import partial

import numpy as np

from refimpl.course.differences import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def reward(old_loss: np.ndarray, new_loss: np.ndarray) -> np.ndarray:
    """Birdie's reward, positive for an improvement."""
    return _formula((old_loss - new_loss) / old_loss, np.sqrt(old_loss * new_loss))


def _formula(improvement: np.ndarray, scale: np.ndarray, power: int = 3) -> np.ndarray:
    return np.clip(100 * np.e * np.tanh(np.e * scale * improvement**power), -1, 1)


def _losses(rng: np.random.Generator) -> Inputs:
    old = rng.uniform(0.5, 6, size=8)
    # Small and large ones, both for better and for worse.
    improvement = np.array([0.02, -0.02, 0.035, -0.035, 0.05, -0.05, 0.4, -0.4])
    improvement *= rng.uniform(0.9, 1.1, size=8)
    return {"old_loss": old, "new_loss": old * (1 - improvement)}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    old = np.array([3.0, 0.7, 5.0])
    losses = {
        "nothing has changed": (old, old),
        "one objective": (np.array([3.0]), np.array([2.85])),
        "a loss falls almost to 0": (old, old * 1e-6),
        "a loss becomes a hundred times as large": (old, old * 100),
        "rewards just inside the clip": (np.full(2, 3.0), np.array([2.79, 3.21])),
        "losses far below 1": (np.full(2, 0.02), np.array([0.015, 0.025])),
        "whole numbers": (np.array([4, 6, 5]), np.array([3, 7, 5])),
    }
    names = "old_loss", "new_loss"
    return {edge: dict(zip(names, pair, strict=True)) for edge, pair in losses.items()}


def _sign_as_printed(old_loss, new_loss):
    return -reward(old_loss, new_loss)


def _not_relative(old_loss, new_loss):
    return _formula(old_loss - new_loss, np.sqrt(old_loss * new_loss))


def _relative_to_the_new(old_loss, new_loss):
    return _formula((old_loss - new_loss) / new_loss, np.sqrt(old_loss * new_loss))


def _squared(old_loss, new_loss):
    return _formula((old_loss - new_loss) / old_loss, np.sqrt(old_loss * new_loss), power=2)


def _not_clipped(old_loss, new_loss):
    improvement = (old_loss - new_loss) / old_loss
    return 100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * improvement**3)


def _never_negative(old_loss, new_loss):
    return np.maximum(reward(old_loss, new_loss), 0)


def _arithmetic_mean(old_loss, new_loss):
    return _formula((old_loss - new_loss) / old_loss, (old_loss + new_loss) / 2)


def _without_root(old_loss, new_loss):
    return _formula((old_loss - new_loss) / old_loss, old_loss * new_loss)


def _without_100(old_loss, new_loss):
    improvement = (old_loss - new_loss) / old_loss
    return np.clip(np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * improvement**3), -1, 1)


EXERCISE = Exercise(
    id="6.6",
    title="The reward",
    function="reward",
    points=3,
    minutes=5,
    difficulty=2,
    inputs=_losses,
    edges=_edges,
    reference=reward,
    # The clip acts so early that tanh changes no reward by more than 0.000005: an answer without
    # it is right, too.
    compare=partial(compare_arrays, tolerance=1e-4),
    misconceptions={
        _sign_as_printed: "a falling loss is good: take old - new, so that its reward is positive",
        _not_relative: "the improvement is relative: divide it by the old loss",
        _relative_to_the_new: "divide the improvement by the old loss, not by the new one",
        _squared: "take the third power: the second rewards losses that rise, too",
        _not_clipped: "clip the result to [-1, 1]",
        _without_100: "the factor 100 is missing",
        _never_negative: "a loss that rises has a negative reward: clip to [-1, 1], not to [0, 1]",
        _arithmetic_mean: "the scale is the geometric mean: the root of the product",
        _without_root: "the scale is the square root of old times new",
    },
    forbidden=("refimpl.curriculum.birdie_reward",),
)
