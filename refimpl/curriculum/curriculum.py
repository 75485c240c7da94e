"""A run's mixture of objectives: which is in force at a step, and which comes after it.

The batch maker calls `mixture(step)`, and the evaluation calls `observe(step, losses)`. A strategy
computes the next mixture from the losses.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from refimpl.curriculum.errors import CurriculumError
from refimpl.curriculum.history import History
from refimpl.curriculum.reward import RewardFunction, birdie_reward
from refimpl.curriculum.strategy import Strategy

LONGEST_WARMUP = 250  # steps; the paper's


class Curriculum:
    """The mixture of a run, and the history that it is chosen from.

    Args:
        names: the objectives, in the order of every array.
        strategy: chooses the mixtures.
        n_steps: of the whole run; exploration decays over them.
        warmup_steps: until then the mixture stays as it starts. By default a tenth of the run, at
            most 250 steps.
        effect_delay: steps between an evaluation and the step from which its mixture is in force.
            Batches that are made ahead need it: what step a mixture starts at must depend neither
            on how many workers there are nor on how fast they are.
        reward_fn: what a change of loss is worth; takes the keywords of `birdie_reward` with arrays
            (n_objectives,), and returns one.
        seed: of whatever the strategy draws.

    Raises:
        CurriculumError: no objectives, one named twice, or numbers of steps below what is possible.

    Taught in lesson 6.
    """

    def __init__(
        self,
        names: Sequence[str],
        strategy: Strategy,
        *,
        n_steps: int,
        warmup_steps: int | None = None,
        effect_delay: int = 0,
        reward_fn: RewardFunction | None = None,
        seed: int = 0,
    ):
        if not names or isinstance(names, str) or len(set(names)) != len(names):
            raise CurriculumError(f"a curriculum needs objectives, each named once, not {names!r}")
        if warmup_steps is None:
            warmup_steps = min(LONGEST_WARMUP, n_steps // 10)
        if n_steps < 1 or warmup_steps < 0 or effect_delay < 0:
            raise CurriculumError(
                f"a curriculum needs n_steps of 1 or more ({n_steps} given), warmup_steps"
                f" ({warmup_steps}) and effect_delay ({effect_delay}) of 0 or more"
            )
        self.names = tuple(names)
        self.strategy = strategy
        self.n_steps, self.warmup_steps, self.effect_delay = n_steps, warmup_steps, effect_delay
        self.reward_fn = birdie_reward if reward_fn is None else reward_fn
        self.seed = seed
        self.history = History.empty(len(self.names))
        self._starts = [0]  # step from which each mixture is in force
        self._mixtures = [strategy.start(len(self.names))]

    def mixture(self, step: int) -> np.ndarray:
        """The mixture in force at a step: probabilities (n_objectives,), in the order of `names`.

        Of a step in the past it stays what it was; of one to come it is what is known by now.
        """
        index = np.searchsorted(self._starts, step, side="right") - 1
        return self._mixtures[max(index, 0)].copy()

    def observe(self, step: int, losses: Mapping[str, float]) -> None:
        """Take in an evaluation, and choose the mixture that is in force `effect_delay` later.

        Args:
            step: at which it was made, before training on that step's batch.
            losses: validation loss of each objective, in nats.

        Raises:
            CurriculumError: a step that is not after the last one, an objective that is missing or
                unknown, or a loss that is negative, infinite or no number. Nothing is taken in.
        """
        new = self._validated(step, losses)
        if not len(self.history):
            self.history = self.history.started(step, new)
        else:
            old_step, old = int(self.history.steps[-1]), self.history.losses[-1]
            mixture = self.mean_mixture(old_step, step)
            rewards = self._rewards(old, new, mixture, old_step, step)
            self.history = self.history.extended(step, new, mixture, rewards)
        if step >= self.warmup_steps:
            self._choose(step)

    def mean_mixture(self, start: int, stop: int) -> np.ndarray:
        """Mean over the steps start … stop - 1 of the mixture in force: (n_objectives,)."""
        cuts = [start, *(s for s in self._starts if start < s < stop), stop]
        lengths = np.diff(cuts)
        mixtures = np.stack([self.mixture(cut) for cut in cuts[:-1]])
        return lengths @ mixtures / lengths.sum()

    def state_dict(self) -> dict[str, Any]:
        """Return the state for a checkpoint: arrays and numbers."""
        return {
            "names_checksum": self._checksum(),
            "steps": self.history.steps.copy(),
            "losses": self.history.losses.copy(),
            "trained_mixtures": self.history.mixtures.copy(),
            "rewards": self.history.rewards.copy(),
            "starts": np.array(self._starts, dtype=np.int64),
            "mixtures": np.stack(self._mixtures),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on exactly where `state_dict` was called.

        Raises:
            CurriculumError: the state is of other objectives, or of the same in another order.
        """
        if int(state["names_checksum"]) != self._checksum():
            raise CurriculumError(
                f"the saved curriculum is not of {', '.join(self.names)} in this order;"
                " give the objectives of the run that is resumed"
            )
        n = len(self.names)
        self.history = History(
            np.asarray(state["steps"], dtype=np.int64).reshape(-1),
            np.asarray(state["losses"], dtype=np.float64).reshape(-1, n),
            np.asarray(state["trained_mixtures"], dtype=np.float64).reshape(-1, n),
            np.asarray(state["rewards"], dtype=np.float64).reshape(-1, n),
        )
        self._starts = [int(start) for start in np.asarray(state["starts"]).reshape(-1)]
        self._mixtures = list(np.array(state["mixtures"], dtype=np.float64).reshape(-1, n))

    def _choose(self, step: int) -> None:
        """Ask the strategy, and put its mixture in force."""
        proposed = self.strategy.propose(
            self.history,
            progress=min(1.0, step / self.n_steps),
            reward_fn=self.reward_fn,
            # A seed for each evaluation, so that nothing random has to be saved.
            seed=int(np.random.SeedSequence([self.seed, len(self.history)]).generate_state(1)[0]),
        )
        self._starts.append(step + self.effect_delay)
        self._mixtures.append(proposed / proposed.sum())

    def _validated(self, step: int, losses: Mapping[str, float]) -> np.ndarray:
        """The losses in order: (n_objectives,)."""
        if len(self.history) and step <= self.history.steps[-1]:
            raise CurriculumError(
                f"losses of step {step} come after those of step {self.history.steps[-1]};"
                " observe each evaluation once, in order"
            )
        missing = [name for name in self.names if name not in losses]
        unknown = [name for name in losses if name not in self.names]
        if missing or unknown:
            raise CurriculumError(
                f"an evaluation needs the loss of each of {', '.join(self.names)};"
                f" missing: {', '.join(missing) or 'none'}, unknown: {', '.join(unknown) or 'none'}"
            )
        values = np.array([float(losses[name]) for name in self.names])
        for name, value in zip(self.names, values, strict=True):
            if not (np.isfinite(value) and value >= 0):
                raise CurriculumError(
                    f"the loss of {name} at step {step} is {value}; a loss is finite and 0 or more"
                )
        return values

    def _rewards(self, old, new, mixture, old_step: int, new_step: int) -> np.ndarray:
        """What the user's function, or the paper's, makes of two evaluations: (n_objectives,)."""
        rewards = self.reward_fn(
            action_taken=mixture,
            old_loss=old.copy(),
            new_loss=new.copy(),
            old_step_idx=old_step,
            new_step_idx=new_step,
        )
        rewards = np.asarray(rewards, dtype=np.float64)
        if rewards.shape != new.shape or not np.isfinite(rewards).all():
            raise CurriculumError(
                f"reward_fn returned {rewards}; it needs {len(new)} finite numbers,"
                " one an objective"
            )
        return rewards

    def _checksum(self) -> int:
        """A number that tells these objectives, in this order, from others."""
        return zlib.crc32("\n".join(self.names).encode())


class CurriculumCallback:
    """Lets the mixture adapt inside `refimpl.training.train`.

        train(model, batches, config, validation=batches.measure_validation_losses,
              callbacks=[CurriculumCallback(batches)])

    It asks for validations when the batches want them, and tells them the losses. It keeps nothing
    of its own: the batches save their state themselves. Taught in lesson 6.

    Args:
        batches: `ObjectiveBatches`, or a `Birdie`.
    """

    def __init__(self, batches: Any) -> None:
        self.batches = batches

    def after_step(self, run: Any) -> None:
        """Nothing to do."""

    def time_for_validation(self, step: int) -> bool:
        """Every so many steps as the batches say."""
        return self.batches.time_for_eval(step)

    def after_validation(self, run: Any, losses: dict[str, float]) -> None:
        """Hand the losses to the curriculum."""
        self.batches.log_validation_losses(losses)

    def state_dict(self) -> dict:
        """Nothing."""
        return {}

    def load_state_dict(self, state: dict) -> None:
        """Nothing."""
