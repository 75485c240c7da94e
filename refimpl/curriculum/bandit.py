"""Exp3.S: the bandit that Graves et al. choose their curricula with.

A bandit pulls one of several arms a round and sees what that arm pays; here the arms are the
objectives. The S is for shifting: the best arm may change during the run, as it does when one
objective is learned and another begins to move, so weights leak from every arm to all others.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.curriculum.errors import CurriculumError
from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction
from refimpl.curriculum.strategy import uniform

LOW, HIGH = 20, 80  # percentiles of all pay so far that are taken for -1 and 1


@dataclass(frozen=True)
class Exp3S:
    """Objectives are drawn in proportion to the exponential of what drawing them paid.

    A round is the interval between two evaluations. The objective that is drawn gets `emphasis` of
    the mixture, the rest is even; the pay is the reward summed over all objectives, so that one
    that helps others is paid for it. Pay is divided by the probability of the draw (importance
    weighting), which makes up for how seldom an objective is drawn. Unlike the reward model, a
    bandit learns one number a round, and nothing about mixtures of several objectives.

    Attributes:
        learning_rate: how far one round's pay moves the log weights. (The paper's 0.001 is for
            tens of thousands of rounds; here there are tens.)
        exploration: the share of the draws that is uniform.
        emphasis: the share of the mixture that the drawn objective gets beyond its even one.

    Source: Auer et al., The nonstochastic multiarmed bandit problem (2002), section 8; Graves et
    al., Automated curriculum learning for neural networks (2017), section 3. Taught in lesson 6.
    """

    learning_rate: float = 0.5
    exploration: float = 0.1
    emphasis: float = 0.5

    def __post_init__(self) -> None:
        if not (self.learning_rate > 0 and 0 < self.exploration <= 1 and 0 < self.emphasis <= 1):
            raise CurriculumError(
                f"Exp3.S needs a learning_rate ({self.learning_rate}) above 0, and exploration"
                f" ({self.exploration}) and emphasis ({self.emphasis}) above 0 and up to 1"
            )

    def start(self, n_objectives: int) -> np.ndarray:
        return uniform(n_objectives)

    def propose(
        self, history: History, *, progress: float, reward_fn: RewardFunction, seed: int
    ) -> np.ndarray:
        n = history.n_objectives
        rng = np.random.default_rng(seed)
        drawn = rng.choice(n, p=self.probabilities(history))
        return self.emphasis * np.eye(n)[drawn] + (1 - self.emphasis) * uniform(n)

    def probabilities(self, history: History) -> np.ndarray:
        """Of drawing each objective next: (n_objectives,)."""
        pay = history.rewards.sum(axis=1)  # (n_intervals,)
        log_weights = np.zeros(history.n_objectives)
        for i, mixture in enumerate(history.mixtures):
            if np.ptp(mixture) < 1e-9:  # nothing was drawn yet
                continue
            drawn = np.argmax(mixture)
            weighted = np.zeros(history.n_objectives)
            weighted[drawn] = rescale(pay[i], pay[: i + 1]) / self._policy(log_weights)[drawn]
            log_weights = self._update(log_weights, weighted, i + 2)
        return self._policy(log_weights)

    def _policy(self, log_weights: np.ndarray) -> np.ndarray:
        weights = np.exp(log_weights - log_weights.max())
        even = uniform(len(weights))
        return (1 - self.exploration) * weights / weights.sum() + self.exploration * even

    def _update(self, log_weights: np.ndarray, pay: np.ndarray, n_rounds: int) -> np.ndarray:
        """Log weights after a round; the leak, 1 / n_rounds, gets less as the run goes on."""
        if len(log_weights) == 1:
            return log_weights
        grown = np.exp(log_weights - log_weights.max() + self.learning_rate * pay)
        others = (grown.sum() - grown) / (len(grown) - 1)
        return np.log((1 - 1 / n_rounds) * grown + others / n_rounds)


def rescale(pay: float, seen: np.ndarray) -> float:
    """Pay on the scale of what was seen: its 20th percentile is -1, its 80th 1, clipped there.

    Rewards shrink by orders of magnitude while a model learns; this keeps them telling.

    Args:
        pay: of one round.
        seen: (n_rounds,) all pay so far.

    Returns:
        In [-1, 1]; 0 where nothing seen differs.
    """
    low, high = np.percentile(seen, [LOW, HIGH])
    if not high > low:
        return 0.0
    return float(np.clip(2 * (pay - low) / (high - low) - 1, -1, 1))
