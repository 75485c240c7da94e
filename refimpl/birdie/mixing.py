"""The curriculum of a run: made from a Birdie's configuration."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl.birdie.configuration import BirdieConfig
from refimpl.birdie.errors import BirdieError
from refimpl.curriculum import Curriculum, History, Strategy, make_curriculum, tensor_reward
from refimpl.objectives import Mixture


@dataclass(frozen=True)
class StartingFrom:
    """A strategy that begins with the shares that were configured, and goes on with another.

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


def curriculum_of(config: BirdieConfig, mixture: Mixture, effect_delay: int) -> Any:
    """The curriculum that a configuration asks for.

    Raises:
        BirdieError: a curriculum of other objectives.
        CurriculumError: an unknown kind.
    """
    kind = "reward_model" if config.curriculum is None else config.curriculum
    if not isinstance(kind, str):
        names = tuple(getattr(kind, "names", mixture.names))
        if names != mixture.names:
            raise BirdieError(
                f"the curriculum is of {', '.join(names)}, and the objectives are"
                f" {', '.join(mixture.names)}; give both the same, in the same order"
            )
        return kind
    shares = tuple(mixture.shares.tolist())
    made: Curriculum = make_curriculum(
        kind,
        mixture.names,
        settings={"shares": shares} if kind == "fixed" else None,
        n_steps=config.num_steps,
        warmup_steps=config.warmup_steps,
        effect_delay=effect_delay,
        reward_fn=None if config.reward_fn is None else tensor_reward(config.reward_fn),
        seed=config.seed,
    )
    if kind in ("fixed", "uniform"):
        return made
    return Curriculum(
        made.names,
        StartingFrom(made.strategy, shares),
        n_steps=made.n_steps,
        warmup_steps=made.warmup_steps,
        effect_delay=made.effect_delay,
        reward_fn=made.reward_fn,
        seed=made.seed,
    )
