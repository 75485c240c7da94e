"""Exp3.S: the bandit that Graves et al. choose their curricula with.

A bandit pulls one of several arms a round and sees what that arm pays; here the arms are the
objectives. The S is for shifting: the best arm may change during the run, as it does when one
objective is learned and another begins to move, so weights leak from every arm to all others.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction
from refimpl.curriculum.strategy import uniform

LOW, HIGH = 20, 80  # percentiles of all pay so far that are taken for -1 and 1


@dataclass(frozen=True)
class Exp3S:
    """Objectives are drawn in proportion to the exponential of what they paid.

    A round is the interval between two evaluations, in which every arm is pulled as often as its
    share says. Pay is counted per pull (reward divided by share: importance weighting), so that an
    objective that is rarely trained is not taken for one that does not learn. Unlike the reward
    model, a bandit looks at each objective alone: it cannot see that one helps another.

    Attributes:
        learning_rate: how far one round's pay moves the log weights. (The paper's 0.001 is for
            one pull a round, tens of thousands of rounds; here there are tens.)
        exploration: the share of the mixture that stays uniform.

    Source: Auer et al., The nonstochastic multiarmed bandit problem (2002), section 8; Graves et
    al., Automated curriculum learning for neural networks (2017), section 3. Taught in lesson 6.
    """

    learning_rate: float = 0.3
    exploration: float = 0.05

    def start(self, n_objectives: int) -> np.ndarray:
        return uniform(n_objectives)

    def propose(
        self, history: History, *, progress: float, reward_fn: RewardFunction, seed: int
    ) -> np.ndarray:
        pay = history.rewards / np.maximum(history.mixtures, 1e-3)  # (n_intervals, n_objectives)
        log_weights = np.zeros(history.n_objectives)
        for i in range(len(pay)):
            log_weights = self._update(log_weights, rescale(pay[i], pay[: i + 1]), i + 2)
        weights = np.exp(log_weights - log_weights.max())
        chosen = weights / weights.sum()
        return (1 - self.exploration) * chosen + self.exploration * uniform(len(chosen))

    def _update(self, log_weights: np.ndarray, pay: np.ndarray, n_rounds: int) -> np.ndarray:
        """Log weights after a round; the leak, 1 / n_rounds, gets less as the run goes on."""
        if len(log_weights) == 1:
            return log_weights
        grown = np.exp(log_weights - log_weights.max() + self.learning_rate * pay)
        others = (grown.sum() - grown) / (len(grown) - 1)
        return np.log((1 - 1 / n_rounds) * grown + others / n_rounds)


def rescale(pay: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Pay on the scale of what was seen: its 20th percentile is -1, its 80th 1, clipped there.

    Rewards shrink by orders of magnitude while a model learns; this keeps them telling.

    Args:
        pay: (n_objectives,).
        seen: all pay so far, of any shape.

    Returns:
        (n_objectives,) in [-1, 1]; zeros where nothing seen differs.
    """
    low, high = np.percentile(seen, [LOW, HIGH])
    if not high > low:
        return np.zeros_like(pay)
    return np.clip(2 * (pay - low) / (high - low) - 1, -1, 1)
