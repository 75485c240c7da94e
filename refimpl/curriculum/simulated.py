"""A learner made of formulas: a run takes milliseconds, and its best mixture is known.

Real training takes too long to tell a good curriculum from a lucky one, which takes many seeds.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.curriculum.curriculum import Curriculum
from refimpl.curriculum.strategy import uniform


@dataclass(frozen=True)
class SimulatedLearner:
    """Each objective has a skill that grows with practice and fades without.

    Of objective i, with the mixture w, skill x and loss L:

        practice_i = sum over j of transfer_ij w_j
        x_i grows each step by rate_i practice_i - forgetting_i (1 - w_i) x_i
        L_i = floor_i + span_i exp(-x_i)

    Attributes:
        rate: (n_objectives,) skill a step of nothing else brings.
        transfer: (n_objectives, n_objectives) how much practice a step of j is for i; 1 for j = i.
        forgetting: (n_objectives,) share of the skill that a step of something else costs.
        floor: (n_objectives,) loss that no practice goes below, in nats.
        span: (n_objectives,) loss above it before any practice, in nats.
        noise: standard deviation of a validation loss, relative to it.

    Taught in lesson 6.
    """

    rate: np.ndarray
    transfer: np.ndarray
    forgetting: np.ndarray
    floor: np.ndarray
    span: np.ndarray
    noise: float = 0.002

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"objective_{i}" for i in range(len(self.rate)))

    def practise(self, skill: np.ndarray, mixture: np.ndarray, n_steps: int) -> np.ndarray:
        """Skills after that many steps of one mixture: (n_objectives,), in closed form."""
        growth = self.rate * (self.transfer @ mixture)
        fading = np.maximum(self.forgetting * (1 - mixture), 1e-12)
        kept = np.exp(-fading * n_steps)
        return skill * kept + growth / fading * (1 - kept)

    def losses(self, skill: np.ndarray) -> np.ndarray:
        """Losses without noise: (n_objectives,)."""
        return self.floor + self.span * np.exp(-skill)

    def final_loss(self, mixture: np.ndarray, n_steps: int) -> float:
        """Mean loss of all objectives after a run of one mixture."""
        return float(self.losses(self.practise(np.zeros(len(self.rate)), mixture, n_steps)).mean())

    def best_mixture(self, n_steps: int, *, n_starts: int = 8, seed: int = 0) -> np.ndarray:
        """The constant mixture with the least final loss: (n_objectives,)."""
        from scipy.optimize import minimize  # slow to import, and most runs never ask

        rng = np.random.default_rng(seed)
        n = len(self.rate)
        starts = [uniform(n), *rng.dirichlet(np.ones(n), n_starts - 1)]
        found = [
            minimize(
                lambda w: self.final_loss(w, n_steps),
                start,
                method="SLSQP",
                bounds=[(0, 1)] * n,
                constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            )
            for start in starts
        ]
        best = np.clip(min(found, key=lambda result: result.fun).x, 0, 1)
        return best / best.sum()

    def run(
        self, curriculum: Curriculum, *, steps_between_evaluations: int, seed: int = 0
    ) -> float:
        """Train under a curriculum for all of its steps; the mean loss at the end, without noise.

        Args:
            curriculum: of this learner's `names`.
            steps_between_evaluations: the first evaluation is at step 0.
            seed: of the noise of the validation losses.
        """
        rng = np.random.default_rng(seed)
        skill = np.zeros(len(self.rate))
        for step in range(0, curriculum.n_steps, steps_between_evaluations):
            seen = self.losses(skill) * (1 + self.noise * rng.standard_normal(len(skill)))
            curriculum.observe(step, dict(zip(self.names, np.maximum(seen, 0), strict=True)))
            stop = min(step + steps_between_evaluations, curriculum.n_steps)
            # A delayed mixture comes into force within the interval: cut it there.
            cut = min(step + curriculum.effect_delay % steps_between_evaluations, stop)
            for start, end in ((step, cut), (cut, stop)):
                skill = self.practise(skill, curriculum.mixture(start), end - start)
        return float(self.losses(skill).mean())


def random_learner(
    seed: int,
    *,
    n_objectives: int = 6,
    n_steps: int = 4000,
    transfer: float = 0.3,
    forgetting: float = 1.0,
    noise: float = 0.002,
) -> SimulatedLearner:
    """A learner drawn at random, such that mixtures matter over a run of `n_steps`.

    Args:
        seed: of the draw.
        n_objectives: how many.
        n_steps: of the run it is for.
        transfer: probability that one objective is practice for another, at half weight on average.
        forgetting: fades a run without practice, on average.
        noise: relative standard deviation of a validation loss.
    """
    rng = np.random.default_rng([seed, n_objectives])
    helps = rng.random((n_objectives, n_objectives)) < transfer
    matrix = np.where(helps, rng.uniform(0, 1, helps.shape), 0.0)
    np.fill_diagonal(matrix, 1.0)
    return SimulatedLearner(
        # Alone, an objective is learned in between a tenth of the run and all of it ten times.
        rate=10 ** rng.uniform(-0.3, 1.3, n_objectives) / n_steps,
        transfer=matrix,
        forgetting=forgetting * rng.uniform(0, 2, n_objectives) / n_steps,
        floor=rng.uniform(0.2, 2, n_objectives),
        span=rng.uniform(1, 5, n_objectives),
        noise=noise,
    )
