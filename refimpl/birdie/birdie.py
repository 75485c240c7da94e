"""Birdie: batches of a mixture of objectives that moves towards what still improves."""

from __future__ import annotations

import json
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from refimpl.birdie.config import (
    BirdieConfig,
    curriculum_of,
    recipe_of,
    validation_recipe_of,
)
from refimpl.birdie.errors import BirdieError
from refimpl.birdie.evaluation import Evaluation
from refimpl.birdie.pool import Inline, Request, Workers
from refimpl.objectives import Mixture
from refimpl.packing import ValidationBatch, make_validation_set, to_tensors


class Birdie:
    """Gives training batches, and takes validation losses to choose the next batches' objectives.

        birdie = Birdie({"ds": ds, "tokenizer": tokenizer, "objectives": objectives, …})
        for step in range(n_steps):
            if birdie.time_for_eval(step):
                for name, batch in birdie.measure_validation_losses():
                    birdie.log_validation_loss(name, model(**batch), step)
            loss = model(**birdie.get_next_training_sample())
            …
        birdie.close()

    The same configuration gives the same batches, whatever the number of workers: the data is dealt
    to a fixed number of shards, batch k comes from the shard whose turn it is, and its mixture is
    fixed `prefetch_batches` steps before. It is an endless iterator of batches, too, whose state
    can be saved, so `train(model, birdie, …)` takes it as it is.

    Args:
        config: see `BirdieConfig` for its keys.

    Attributes:
        config: the `BirdieConfig`.
        mixture: the objectives, with their names.
        vocabulary: of the tokens.
        curriculum: chooses the shares.
        position: how many batches were given.

    Raises:
        BirdieError: an unknown key, with the nearest right one; a dataset that cannot be used.

    Source: Blouir et al. 2024, "Birdie". Taught in lesson 6.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config = BirdieConfig.from_dict(config)
        accelerator = config.accelerator
        self.rank = accelerator.process_index if accelerator else 0
        self.n_ranks = accelerator.num_processes if accelerator else 1
        self._recipe = recipe_of(config, self.rank, self.n_ranks)
        self.mixture: Mixture = self._recipe.mixture
        self.vocabulary = self.mixture.vocabulary
        # No longer than an evaluation's mixture is to last.
        self._ahead = min(config.prefetch_batches, config.steps_between_evaluations)
        self.curriculum = curriculum_of(config, self.mixture, self._ahead)
        self.position = 0
        self._pool: Inline | Workers | None = None
        self._finalizer: weakref.finalize | None = None
        self._ring: list[int] = []  # this process's shards that hold any tune
        self._states: dict[int, Any] = {}
        self._asked: deque[Request] = deque()
        self._validation: list[ValidationBatch] | None = None
        self._evaluation: Evaluation | None = None
        self._last_observed = -1

    # Training batches

    def get_next_training_sample(self) -> dict[str, Any]:
        """The next batch: five tensors `(batch_size, sequence_length)` int64, for `model(**batch)`.

        See `refimpl.packing.expand` for what they hold.

        Raises:
            BirdieError: a sample that cannot be read, by its place; a dataset that is empty or that
                raises; a worker that died.
        """
        self._finish_evaluation()
        if self._pool is None:
            self._start()
        self._ask_ahead()
        try:
            packed, state = self._pool.take()
        except BaseException:
            self.close()
            raise
        self._states[self._asked.popleft().shard] = state
        self.position += 1
        return self._deliver(packed)

    def _start(self) -> None:
        """Open the shards, and ask again for what a saved run had asked for."""
        own = list(range(self.rank, self._recipe.n_shards, self.n_ranks))
        wanted = self._ring or own
        if self.config.num_workers:
            self._pool = Workers(
                self._recipe,
                wanted,
                self._states,
                self.config.num_workers,
                self.config.start_method,
            )
        else:
            self._pool = Inline(self._recipe, wanted, self._states)
        self._finalizer = weakref.finalize(self, self._pool.close)
        self._ring = list(self._pool.filled)
        if not self._ring:
            self.close()
            few = f" for process {self.rank} of {self.n_ranks}" if self.n_ranks > 1 else ""
            raise BirdieError(
                f"the dataset is empty: no sample of the split 'train' holds a token{few};"
                " give it some tunes"
            )
        for request in self._asked:
            self._pool.ask(request)

    def _ask_ahead(self) -> None:
        for step in range(self.position + len(self._asked), self.position + self._ahead):
            shard = self._ring[step % len(self._ring)]
            request = Request(step, shard, self.curriculum.mixture(step))
            self._asked.append(request)
            self._pool.ask(request)

    def _deliver(self, packed: Any) -> Any:
        accelerator = self.config.accelerator
        batch = to_tensors(packed, accelerator.device if accelerator else None)
        return self.config.move_to_gpu_fn(batch) if self.config.move_to_gpu_fn else batch

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        return self.get_next_training_sample()

    @property
    def skipped(self) -> int:
        """The number of unreadable samples so far, if they are skipped."""
        return sum(state["skipped"] for state in self._states.values())

    @property
    def skip_reasons(self) -> list[str]:
        """Why: the last reason of each shard that has one."""
        return [state["reason"] for state in self._states.values() if state["reason"]]

    # Evaluations

    def time_for_eval(self, step_idx: int | None = None) -> bool:
        """Whether to evaluate before training on this step: every `steps_between_evaluations`."""
        step = self.position if step_idx is None else step_idx
        return step % self.config.steps_between_evaluations == 0

    def measure_validation_losses(self) -> list[tuple[str, dict[str, Any]]]:
        """(name, batch) pairs to take the losses of; the same ones at every call.

        With several processes each has its own part; their losses are averaged.
        """
        self._finish_evaluation()
        self._evaluation = Evaluation(self.mixture.names, self._validation_set())
        return [(batch.name, self._deliver(batch.packed)) for batch in self._validation_set()]

    def log_validation_loss(self, key: str, loss: Any, step_idx: int | None = None) -> None:
        """Record the loss of a validation batch, in nats per token.

        After the last one the curriculum chooses the next mixture; it takes effect
        `prefetch_batches` steps later. The step is the number of batches given so far;
        step_idx exists only for compatibility with the original, and is ignored.
        """
        if self._evaluation is None:
            self._evaluation = Evaluation(self.mixture.names, self._validation_set())
        self._evaluation.log(key, loss)
        if self._evaluation.complete:
            self._finish_evaluation()

    def log_validation_losses(self, losses: Mapping[str, float]) -> None:
        """Tell the mean losses of a whole evaluation, by objective; other names are passed over."""
        if all(name in losses for name in self.mixture.names):
            self._finish_evaluation()
            self._observe({name: float(losses[name]) for name in self.mixture.names})

    def _validation_set(self) -> list[ValidationBatch]:
        if self._validation is None:
            self._validation = make_validation_set(
                validation_recipe_of(self.config, self._recipe),
                self.config.num_validation_batches,
                self.rank,
                self.n_ranks,
            )
        return self._validation

    def _finish_evaluation(self) -> bool:
        """Give an evaluation that is over to the curriculum; says whether there was one."""
        evaluation, self._evaluation = self._evaluation, None
        if evaluation is None or not evaluation.begun:
            return False
        if evaluation.missing:
            raise BirdieError(
                f"no loss was logged for {', '.join(evaluation.missing)}; log one for each pair of"
                " measure_validation_losses()"
            )
        self._observe(evaluation.losses(self.config.accelerator))
        return True

    # The original's own example calls it by this name.
    def _maybe_update_reward_model(self, current_training_step: int | None = None) -> bool:
        return self._finish_evaluation() or self._last_observed == self.position

    def _observe(self, losses: dict[str, float]) -> None:
        # A second evaluation between the same two batches has nothing new to say.
        if self.position > self._last_observed:
            self.curriculum.observe(self.position, losses)
            self._last_observed = self.position

    def get_current_action(self) -> np.ndarray:
        """The newest mixture: (n_objectives,), in the order of `mixture.names`."""
        return self.curriculum.mixture(self.position + self._ahead)

    def get_verbose_action(self) -> tuple[dict[str, Any], str]:
        """The newest mixture by name, with the configurations, and the same as text."""
        shares = self.get_current_action().tolist()
        rows = zip(self.mixture.names, self.mixture.objectives, shares, strict=True)
        action = {
            name: {"current_sampling_probability": share, "config": vars(objective) | {}}
            for name, objective, share in rows
        }
        return action, json.dumps(action, indent=4, default=str)

    # Saving, resuming, ending

    def _identity(self) -> dict[str, Any]:
        return self._recipe.identity | {"n_ranks": self.n_ranks, "ahead": self._ahead}

    def state_dict(self) -> dict[str, Any]:
        """Return the state for resuming at exactly the next batch; of this process.

        Nested dictionaries and lists of numbers, strings and arrays.
        """
        self._finish_evaluation()
        return {
            "identity": self._identity(),
            "position": self.position,
            "ring": list(self._ring),
            "shards": {str(number): dict(state) for number, state in self._states.items()},
            "asked": [[r.step, r.shard, r.shares.tolist()] for r in self._asked],
            "last_observed": self._last_observed,
            "curriculum": self.curriculum.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Resume at the place of a `state_dict`, with the same data and configuration.

        Raises:
            BirdieError: the state was saved with another configuration.
        """
        self._recipe.check_identity(state["identity"], self._identity())
        self.close()
        self.curriculum.load_state_dict(state["curriculum"])
        self.position, self._ring = int(state["position"]), [int(n) for n in state["ring"]]
        self._states = {int(number): dict(shard) for number, shard in state["shards"].items()}
        self._asked = deque(
            Request(int(step), int(shard), np.array(shares))
            for step, shard, shares in state["asked"]
        )
        self._evaluation, self._last_observed = None, int(state["last_observed"])

    def close(self) -> None:
        """End the workers; takes less than a second. Another batch would start them again."""
        if self._finalizer is not None:
            self._finalizer()
        self._pool = self._finalizer = None

    def __enter__(self) -> Birdie:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
