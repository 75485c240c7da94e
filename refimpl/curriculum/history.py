"""What a run has shown so far: which mixtures were trained on, and what the losses made of it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class History:
    """The evaluations of a run, and the intervals between them.

    Attributes:
        steps: (n_evaluations,) when each was made.
        losses: (n_evaluations, n_objectives) validation losses in nats.
        mixtures: (n_evaluations - 1, n_objectives) mean mixture trained on between two of them.
        rewards: (n_evaluations - 1, n_objectives) what the change between two of them was worth.
    """

    steps: np.ndarray
    losses: np.ndarray
    mixtures: np.ndarray
    rewards: np.ndarray

    @classmethod
    def empty(cls, n_objectives: int) -> "History":
        """Of a run that has not been evaluated."""
        none = np.zeros((0, n_objectives))
        return cls(np.zeros(0, dtype=np.int64), none, none, none)

    def __len__(self) -> int:
        """Evaluations so far."""
        return len(self.steps)

    @property
    def n_objectives(self) -> int:
        return self.losses.shape[1]

    @property
    def n_intervals(self) -> int:
        """Intervals whose mixture and rewards are known."""
        return len(self.rewards)

    def started(self, step: int, losses: np.ndarray) -> "History":
        """With the run's first evaluation, which closes no interval."""
        return History(np.array([step]), losses[None], self.mixtures, self.rewards)

    def extended(
        self, step: int, losses: np.ndarray, mixture: np.ndarray, rewards: np.ndarray
    ) -> "History":
        """With one more evaluation, and the interval that it closes."""
        return History(
            np.append(self.steps, step),
            np.vstack([self.losses, losses]),
            np.vstack([self.mixtures, mixture]),
            np.vstack([self.rewards, rewards]),
        )
