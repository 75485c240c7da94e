"""The reward model: learn from the run itself what mixtures do, and try the most promising."""

import math
from dataclasses import dataclass

import numpy as np

from refimpl.curriculum.errors import CurriculumError
from refimpl.curriculum.evidence import Evidence, centred
from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction
from refimpl.curriculum.strategy import uniform


@dataclass(frozen=True)
class RewardModel:
    """Predicts the reward of random mixtures from the history, and goes on with the best.

    At each evaluation a small transformer is trained on the history of this run's losses and
    mixtures. Of `n_candidates` random mixtures it predicts how each objective's loss would move;
    the reward function says what that is worth, and the mean of the `n_best` best mixtures is
    exploited. Part of the next mixture is the candidate least like those tried so far instead: all
    of it at first, less and less until `explore_until` of the run is done.

    The paper's network predicts the reward itself. Ours predicts the losses that the reward is
    computed from: the reward cubes improvements and clips them, so as a target it is mostly zeros
    and ones. It is trained from scratch at each evaluation: with so little data this takes no
    longer than continuing would, and a checkpoint needs only the history.

    Attributes:
        n_candidates: random mixtures that are compared.
        n_best: of them that are averaged.
        concentration: of the Dirichlet distribution that mixtures are drawn from; 1 draws all
            mixtures alike, less prefers those in which few objectives matter.
        explore_until: share of the run after which nothing is tried for the sake of it.
        least: share of each mixture that is spread evenly, so that no objective goes unseen.
        gradient_steps: of the network at each evaluation.
        n_layers, width: of the network.
        window: intervals of the history that it is trained on.
        half_life: intervals after which one counts half.

    Source: Blouir et al., Birdie (EMNLP 2024), arXiv 2411.01030. Taught in lesson 6.
    """

    n_candidates: int = 2048
    n_best: int = 8
    concentration: float = 1.0
    explore_until: float = 0.5
    least: float = 0.05
    gradient_steps: int = 100
    n_layers: int = 1
    width: int = 32
    window: int = 64
    half_life: float = 8.0

    def __post_init__(self) -> None:
        if not 1 <= self.n_best <= self.n_candidates:
            raise CurriculumError(
                f"a reward model needs n_best ({self.n_best}) between 1 and n_candidates"
                f" ({self.n_candidates})"
            )
        if not (0 <= self.least <= 1 and 0 <= self.explore_until <= 1):
            raise CurriculumError(
                f"a reward model needs least ({self.least}) and explore_until"
                f" ({self.explore_until}) between 0 and 1"
            )
        for name in ("concentration", "gradient_steps", "n_layers", "width", "window", "half_life"):
            if not getattr(self, name) > 0:
                raise CurriculumError(f"a reward model needs {name} above 0")
        if self.width % 4:
            raise CurriculumError(f"a reward model needs a width divisible by 4, not {self.width}")

    def start(self, n_objectives: int) -> np.ndarray:
        return uniform(n_objectives)

    def propose(
        self, history: History, *, progress: float, reward_fn: RewardFunction, seed: int
    ) -> np.ndarray:
        n = history.n_objectives
        rng = np.random.default_rng(seed)
        candidates = rng.dirichlet(np.full(n, self.concentration), self.n_candidates)
        mixture = least_tried(candidates, history.mixtures)
        # Intervals of one and the same mixture say nothing about other mixtures.
        if (history.mixtures != history.mixtures[:1]).any():
            exploration = self.exploration(progress)
            exploited = self._best(candidates, history, reward_fn, seed)
            mixture = exploration * mixture + (1 - exploration) * exploited
        return self.least * uniform(n) + (1 - self.least) * mixture

    def exploration(self, progress: float) -> float:
        """Share of the next mixture tried for the sake of it: 1 at the start, a cosine to 0."""
        if progress >= self.explore_until:
            return 0.0
        return (1 + math.cos(math.pi * progress / self.explore_until)) / 2

    def _best(self, candidates: np.ndarray, history: History, reward_fn, seed: int) -> np.ndarray:
        """Mean of the candidates whose predicted reward is highest: (n_objectives,)."""
        from refimpl.curriculum.network import predict_improvements  # imports torch

        per_step = predict_improvements(
            Evidence.of(history, window=self.window, half_life=self.half_life),
            candidates,
            gradient_steps=self.gradient_steps,
            n_layers=self.n_layers,
            width=self.width,
            seed=seed,
        )
        rewards = predict_rewards(history, candidates, per_step, reward_fn)
        # Stable, so that equal rewards are chosen alike on every machine.
        return candidates[np.argsort(-rewards, kind="stable")[: self.n_best]].mean(axis=0)


def least_tried(candidates: np.ndarray, tried: np.ndarray) -> np.ndarray:
    """The candidate that is least like what was tried: (n_objectives,).

    If losses answered linearly to the mixture, it is the one whose outcome is most uncertain (its
    leverage is largest). Mixtures drawn at random leave some objective untried for a long time.

    Args:
        candidates: (n_candidates, n_objectives) mixtures.
        tried: (n_intervals, n_objectives) mixtures.

    Source: Li et al., A contextual-bandit approach to personalized news article recommendation
    (2010), whose bonus this is. Taught in lesson 6.
    """
    asked, known = centred(candidates), centred(tried)
    precision = np.eye(candidates.shape[1]) + known.T @ known
    leverage = (asked @ np.linalg.inv(precision) * asked).sum(axis=1)  # (n_candidates,)
    return candidates[np.argmax(leverage)]


def predict_rewards(
    history: History, candidates: np.ndarray, per_step: np.ndarray, reward_fn: RewardFunction
) -> np.ndarray:
    """Return the rewards of predicted improvements, if the interval is like the last one.

    Args:
        history: of the run.
        candidates: (n_candidates, n_objectives) mixtures.
        per_step: (n_candidates, n_objectives) predicted log(old loss / new loss) per step.
        reward_fn: see `birdie_reward`.

    Returns:
        (n_candidates,) rewards, summed over the objectives.
    """
    step, old = int(history.steps[-1]), history.losses[-1]
    n_steps = step - int(history.steps[-2])
    new = old * np.exp(-per_step * n_steps)  # (n_candidates, n_objectives)
    return np.array(
        [
            np.sum(
                np.asarray(
                    reward_fn(
                        action_taken=candidate,
                        old_loss=old.copy(),
                        new_loss=losses,
                        old_step_idx=step,
                        new_step_idx=step + n_steps,
                    )
                )
            )
            for candidate, losses in zip(candidates, new, strict=True)
        ]
    )
