"""The reward: from an objective's loss before and after to how much that was worth.

A curriculum compares objectives whose losses lie on different scales, so the reward looks at the
relative improvement, and cubes it: twice the improvement is worth eight times as much, and what
hardly moves is worth nothing.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

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
    """Let a reward that was written for tensors, as the original library's are, get tensors.

    Args:
        function: takes the keywords of `birdie_reward`, with tensors where that takes arrays.

    Returns:
        The same with arrays in and out. Taught in lesson 6.
    """

    def with_tensors(**given: Any) -> np.ndarray:
        import torch  # only who writes rewards with it needs it

        arrays = ("old_loss", "new_loss", "action_taken")
        given |= {name: torch.as_tensor(given[name]) for name in arrays if name in given}
        return torch.as_tensor(function(**given)).detach().cpu().numpy()

    return with_tensors
