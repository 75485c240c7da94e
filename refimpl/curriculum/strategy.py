"""What a strategy is: from the history of a run to the mixture to try next."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction


def uniform(n_objectives: int) -> np.ndarray:
    """The same share for every objective: (n_objectives,)."""
    return np.full(n_objectives, 1 / n_objectives)


class Strategy(Protocol):
    """Chooses mixtures. It keeps no state: its only information is the history that it is given.

    So a strategy resumes exactly wherever the history does, and a checkpoint holds no networks.
    """

    def start(self, n_objectives: int) -> np.ndarray:
        """The mixture until the first choice: (n_objectives,)."""

    def propose(
        self, history: History, *, progress: float, reward_fn: RewardFunction, seed: int
    ) -> np.ndarray:
        """The next mixture: (n_objectives,), not negative, of sum 1.

        Args:
            history: with at least one evaluation.
            progress: the share of the run's steps that are done, in [0, 1].
            reward_fn: what the user counts as worth having; see `birdie_reward`.
            seed: of whatever is drawn at random; another one at each evaluation.
        """


@dataclass(frozen=True)
class StartingFrom:
    """A strategy that begins with given shares, and goes on with another.

    Attributes:
        strategy: the other.
        shares: one an objective, of sum 1.
    """

    strategy: Strategy
    shares: tuple[float, ...]

    def start(self, n_objectives: int) -> np.ndarray:
        return np.array(self.shares)

    def propose(self, history: History, **given: Any) -> np.ndarray:
        return self.strategy.propose(history, **given)
