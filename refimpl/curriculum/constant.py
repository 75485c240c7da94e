"""Mixtures that never change: what any curriculum has to beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.curriculum.errors import CurriculumError
from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction
from refimpl.curriculum.strategy import uniform


@dataclass(frozen=True)
class Uniform:
    """Every objective gets the same share. Taught in lesson 6."""

    def start(self, n_objectives: int) -> np.ndarray:
        return uniform(n_objectives)

    def propose(
        self, history: History, *, progress: float, reward_fn: RewardFunction, seed: int
    ) -> np.ndarray:
        return uniform(history.n_objectives)


@dataclass(frozen=True)
class Fixed:
    """The given shares from the first step to the last, also while others warm up.

    Attributes:
        shares: one an objective; any scale, they are made to sum to 1.

    Taught in lesson 6.
    """

    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        values = np.asarray(self.shares, dtype=np.float64)
        if not (values.ndim == 1 and np.isfinite(values).all() and (values >= 0).all()):
            raise CurriculumError(f"a fixed mixture needs shares of 0 or more, not {self.shares}")
        if not values.sum() > 0:
            raise CurriculumError("a fixed mixture needs a share above 0 for some objective")

    @classmethod
    def of(cls, shares: Mapping[str, float] | Sequence[float], names: Sequence[str]) -> "Fixed":
        """From shares by name, or in the order of the names."""
        if isinstance(shares, Mapping):
            if set(shares) != set(names):
                raise CurriculumError(
                    f"a fixed mixture needs a share for each of {', '.join(names)};"
                    f" it has {', '.join(shares) or 'none'}"
                )
            shares = [shares[name] for name in names]
        if len(shares) != len(names):
            raise CurriculumError(
                f"a fixed mixture needs {len(names)} shares, one an objective; it has {len(shares)}"
            )
        return cls(tuple(shares))

    def start(self, n_objectives: int) -> np.ndarray:
        values = np.asarray(self.shares, dtype=np.float64)
        return values / values.sum()

    def propose(
        self, history: History, *, progress: float, reward_fn: RewardFunction, seed: int
    ) -> np.ndarray:
        return self.start(history.n_objectives)
