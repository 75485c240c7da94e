"""The reward: from an objective's loss before and after to how much that was worth.

A curriculum compares objectives whose losses have different scales, so the reward uses the
relative improvement, and cubes it: twice the improvement is worth eight times as much, and what
hardly moves is worth nothing.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.curriculum.errors import CurriculumError

SMALLEST_LOSS = 1e-8  # nats; below it a loss is as good as none, and dividing by it says nothing

# Called with the keywords of `birdie_reward`, as the original library calls it.
RewardFunction = Callable[..., Any]


def birdie_reward(*, old_loss: np.ndarray, new_loss: np.ndarray, **unused: Any) -> np.ndarray:
    """Birdie's reward for a change of the validation loss: positive for an improvement.

    With the relative improvement d = (old - new) / old and the geometric mean s = sqrt(old new),
    it is 100 e tanh(e s d^3), clipped to [-1, 1]. At a loss of 3 nats an improvement of 1 % is
    worth 0.002, one of 5 % is worth 0.27, and from 8 % on it is worth 1.

    Args:
        old_loss: (n_objectives,) in nats, at the evaluation before.
        new_loss: (n_objectives,) in nats, now.
        unused: what other rewards may look at: `action_taken` (n_objectives,), the mixture
            between the two evaluations, and their steps `old_step_idx` and `new_step_idx`.

    Returns:
        (n_objectives,) in [-1, 1].

    Source: Blouir et al., Birdie (EMNLP 2024), arXiv 2411.01030, which prints it with the sign
    the other way round. Taught in lesson 6.
    """
    old = np.maximum(np.asarray(old_loss, dtype=np.float64), SMALLEST_LOSS)
    new = np.maximum(np.asarray(new_loss, dtype=np.float64), SMALLEST_LOSS)
    improvement = (old - new) / old
    scale = np.sqrt(old * new)
    return np.clip(100 * np.e * np.tanh(np.e * scale * improvement**3), -1, 1)


def tensor_reward(function: RewardFunction) -> RewardFunction:
    """Let a reward that was written for the original library be used here.

    That gives it float32 tensors. Its README has a reward take the keywords of `birdie_reward`; its
    code calls one with `old_loss_vector` and `new_loss_vector` alone. Both kinds work, and each
    gets only what it takes.

    Args:
        function: takes some of those keywords, with tensors where `birdie_reward` takes arrays.

    Returns:
        The same with arrays in and out, for `Curriculum`.

    Raises:
        CurriculumError: it needs something that there is not.

    Taught in lesson 6.
    """
    names = _keywords(function)

    def with_tensors(**given: Any) -> np.ndarray:
        import torch  # only who writes rewards with it needs it

        # Copies: what a function does to its tensors in place must not change the history.
        for name in _TENSORS & given.keys():
            given[name] = torch.tensor(np.asarray(given[name]), dtype=torch.float32)
        rewards = function(**{theirs: given[ours] for theirs, ours in names.items()})
        return torch.as_tensor(rewards).detach().cpu().numpy()

    return with_tensors


_TENSORS = {"action_taken", "old_loss", "new_loss"}
_README = {name: name for name in (*sorted(_TENSORS), "old_step_idx", "new_step_idx")}
_CODE = {"old_loss_vector": "old_loss", "new_loss_vector": "new_loss"}


def _keywords(function: RewardFunction) -> dict[str, str]:
    """The keywords that a reward takes, and what we call each."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        takes_vectors = any(parameter.name in _CODE for parameter in parameters)
        return _CODE if takes_vectors else _README
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.name not in _README | _CODE:
            raise CurriculumError(
                f"reward_fn needs {parameter.name!r}, which is not known; it can take"
                f" {', '.join(_README)}"
            )
    names = {parameter.name for parameter in parameters}
    return {theirs: ours for theirs, ours in (_README | _CODE).items() if theirs in names}
