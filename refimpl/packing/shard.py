"""The batches of one shard of the data, and those of a validation set.

A training batch depends on the shard's earlier ones, its mixture and its number.
"""

import itertools
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from refimpl.packing.packed_batch import PackedBatch
from refimpl.packing.packer import Packer
from refimpl.packing.tunes import VALIDATION, Recipe, ShardTunes


class Shard:
    """Makes the batches of a shard of the data, one after the other.

    Args:
        recipe: how.
        number: of the shard.
        state: to go on from; None to begin.

    Attributes:
        empty: there is not one tune in it.
    """

    def __init__(self, recipe: Recipe, number: int, state: dict[str, Any] | None = None) -> None:
        self.recipe = recipe
        self.source = ShardTunes(recipe, shard=number)
        self.packer = Packer(recipe.mixture, recipe.batch_size, recipe.sequence_length)
        if state is None:
            self.packer.rest = next(self.source, self.packer.rest)
        else:
            rest = self.source.go_to(state["epoch"], state["n_read"], state["n_rest"])
            self.source.skipped, self.source.reason = state["skipped"], state["reason"]
            self.packer.load_state_dict({"rest": rest, "swaps": state["swaps"]})
        self.empty = state is None and not len(self.packer.rest)

    def batch(self, number: int, shares: np.ndarray) -> PackedBatch:
        """Make batch `number` of the run, with a mixture (n_objectives,)."""
        # Seeded for every batch, so that no generator's state has to be saved.
        rng = np.random.default_rng([self.recipe.seed, self.recipe.rank, number])
        batch = self.packer.pack(self.source, shares, rng)
        if batch is None:
            raise self.recipe.error(f"{self.source.place}: no tune is left")
        return batch

    def state_dict(self) -> dict[str, Any]:
        """Where the shard is; small, whatever the length of its tunes."""
        return {
            "epoch": self.source.epoch,
            "n_read": self.source.n_read,
            "n_rest": len(self.packer.rest),
            "swaps": self.packer.state_dict()["swaps"],
            "skipped": self.source.skipped,
            "reason": self.source.reason,
        }


class ValidationBatch(NamedTuple):
    """A batch of one objective, and how many targets it has."""

    name: str
    packed: PackedBatch
    n_labels: int


def make_validation_set(
    recipe: Recipe, n_batches: int, rank: int = 0, n_ranks: int = 1
) -> list[ValidationBatch]:
    """Pack validation's tunes for each objective: teacher-forced and in full rows, as in training.

    Every objective gets the same tunes from the first on, so that their losses can be compared;
    fewer batches, where the tunes are fewer.

    Args:
        recipe: of the training batches.
        n_batches: at most, for each objective.
        rank, n_ranks: this process's part of the data.

    Raises:
        UserError: there is no tune, or none that an objective can take.
    """
    # Each process's own shard, but all of the data where there are too few tunes to deal.
    for shard, n_shards in [(rank, n_ranks), (0, 1)]:
        recipe = replace(recipe, n_shards=n_shards)
        batches = [
            batch
            for which in range(len(recipe.mixture))
            for batch in _batches_of(recipe, which, n_batches, shard)
        ]
        missing = set(recipe.mixture.names) - {batch.name for batch in batches}
        if not missing:
            return batches
    raise recipe.error(
        f"the validation data has nothing to learn for {', '.join(sorted(missing))}; give more or"
        " longer tunes for the split 'validation'"
    )


def _batches_of(recipe: Recipe, which: int, n_batches: int, shard: int) -> list[ValidationBatch]:
    packer = Packer(recipe.mixture, recipe.batch_size, recipe.sequence_length)
    source = ShardTunes(recipe, VALIDATION, shard, endless=False)
    alone = np.eye(len(recipe.mixture))[which]
    rng = np.random.default_rng([recipe.seed, shard, which])
    packed = (packer.pack(source, alone, rng) for _ in range(n_batches))
    found = itertools.takewhile(lambda batch: batch is not None, packed)
    name = recipe.mixture.names[which]
    batches = [ValidationBatch(name, batch, batch.n_labels) for batch in found]
    return [batch for batch in batches if batch.n_labels]
