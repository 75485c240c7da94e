"""Batches of a mixture of objectives: tunes become samples, samples are packed into rows.

The whole way is here: a curriculum says how often each objective comes, `refimpl.objectives` makes
samples of the tunes' pieces, `refimpl.packing` puts them into rows, and `train` takes the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from refimpl.curriculum import Curriculum, Fixed
from refimpl.objectives import Mixture
from refimpl.packing import (
    Recipe,
    Shard,
    TokenArrays,
    ValidationBatch,
    make_validation_set,
    to_tensors,
)
from refimpl.training.config import TrainingError


class ObjectiveBatches:
    """Endless, resumable batches of a mixture, and the validation set of each of its objectives.

        batches = ObjectiveBatches({"train": tunes, "validation": others}, mixture, 16, 512)
        train(model, batches, config, validation=batches.measure_validation_losses)

    With a `CurriculumCallback` the mixture adapts to the validation losses. Batch k depends on the
    seed, on k and on the mixture alone. A `refimpl.birdie.Birdie` with the same settings makes the
    same batches.

    Args:
        tunes: token arrays (n_tokens,) for "train" and "validation", such as `TokenDataset`s.
        mixture: the objectives.
        batch_size: rows.
        sequence_length: positions of a row.
        curriculum: gives the shares of the objectives; by default those of the mixture, for good.
        evaluate_every: steps between evaluations by a `CurriculumCallback`.
        validation_batches: at most, for each objective.
        seed: of everything.

    Attributes:
        mixture, curriculum: as given.
        vocabulary: of the tokens.
        position: number of batches given so far.

    Raises:
        PackingError: a row is too short for an objective.

    Taught in lesson 6.
    """

    def __init__(
        self,
        tunes: Mapping[str, Sequence[np.ndarray]],
        mixture: Mixture,
        batch_size: int,
        sequence_length: int,
        *,
        curriculum: Curriculum | None = None,
        evaluate_every: int = 500,
        validation_batches: int = 2,
        seed: int = 0,
    ) -> None:
        self._recipe = Recipe(
            ds=TokenArrays(tunes),
            mixture=mixture,
            batch_size=batch_size,
            sequence_length=sequence_length,
            seed=seed,
            error=TrainingError,
        )
        self.mixture, self.vocabulary = mixture, mixture.vocabulary
        if curriculum is None:
            curriculum = Curriculum(mixture.names, Fixed(tuple(mixture.shares)), n_steps=1)
        self.curriculum, self.evaluate_every = curriculum, evaluate_every
        self.position, self._last_observed = 0, -1
        self._n_validation = validation_batches
        self._validation: list[ValidationBatch] | None = None
        self._shards: list[Shard] | None = None  # those that hold any tune; opened when needed
        self._saved: dict[int, dict[str, Any] | None] = {}  # their states in a run to resume

    # Training

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        return self

    def __next__(self) -> dict[str, torch.Tensor]:
        """Return five tensors (batch_size, sequence_length) int64; see `refimpl.packing.expand`."""
        shards = self._open()
        # The shards take turns, so each batch has tunes from all over the data.
        shard = shards[self.position % len(shards)]
        packed = shard.batch(self.position, self.curriculum.mixture(self.position))
        self.position += 1
        return to_tensors(packed)

    def _open(self) -> list[Shard]:
        if self._shards is None:
            numbers = self._saved or dict.fromkeys(range(self._recipe.n_shards))
            shards = [Shard(self._recipe, number, state) for number, state in numbers.items()]
            self._shards = [shard for shard in shards if not shard.empty]
            if not self._shards:
                raise TrainingError("the dataset holds no tunes; tokenize some audio first")
        return self._shards

    # Evaluation

    def measure_validation_losses(self) -> list[tuple[str, dict[str, torch.Tensor]]]:
        """Return (objective, batch) pairs to take the losses of; the same ones at every call."""
        if self._validation is None:
            self._validation = make_validation_set(self._recipe, self._n_validation)
        return [(batch.name, to_tensors(batch.packed)) for batch in self._validation]

    def time_for_eval(self, step: int) -> bool:
        """Whether the curriculum wants the losses before training on this step's batch."""
        return step % self.evaluate_every == 0

    def log_validation_losses(self, losses: Mapping[str, float]) -> None:
        """Tell the curriculum the losses of an evaluation, by objective, in nats per token."""
        # A second evaluation between the same two batches has nothing new to say.
        if self.position > self._last_observed:
            self.curriculum.observe(
                self.position, {name: float(losses[name]) for name in self.mixture.names}
            )
            self._last_observed = self.position

    # Saving and resuming

    def _identity(self) -> dict[str, Any]:
        delay = getattr(self.curriculum, "effect_delay", 0)
        return self._recipe.identity | {"n_ranks": 1, "ahead": delay}

    def state_dict(self) -> dict[str, Any]:
        """Return the state for resuming at exactly the next batch: numbers, strings and arrays."""
        states = {s.source.shard: s.state_dict() for s in self._shards or []} or self._saved
        return {
            "identity": self._identity(),
            "position": self.position,
            "ring": list(states),
            "shards": {str(number): state for number, state in states.items() if state},
            "last_observed": self._last_observed,
            "curriculum": self.curriculum.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Resume at the place of a `state_dict`, with the same data and settings.

        Raises:
            TrainingError: it was saved with others.
        """
        self._recipe.check_identity(state["identity"], self._identity())
        self.curriculum.load_state_dict(state["curriculum"])
        self.position, self._last_observed = int(state["position"]), int(state["last_observed"])
        # An older version noted only the shards that it had used.
        self._saved = {int(n): state["shards"].get(str(n)) for n in state["ring"]}
        self._shards = None
