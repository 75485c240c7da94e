"""The validation set: a few batches of each objective, made like training's, the same all run."""

import itertools
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.birdie.recipe import VALIDATION, Recipe
from refimpl.birdie.source import Source
from refimpl.packing import PackedBatch, Packer


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
        BirdieError: there is no tune, or none that an objective can take.
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
    raise BirdieError(
        f"the validation data has nothing to learn for {', '.join(sorted(missing))}; give more or"
        " longer tunes for the split 'validation'"
    )


def _batches_of(recipe: Recipe, which: int, n_batches: int, shard: int) -> list[ValidationBatch]:
    packer = Packer(recipe.mixture, recipe.batch_size, recipe.sequence_length)
    source = Source(recipe, VALIDATION, shard, endless=False)
    alone = np.eye(len(recipe.mixture))[which]
    rng = np.random.default_rng([recipe.seed, shard, which])
    packed = (packer.pack(source, alone, rng) for _ in range(n_batches))
    found = itertools.takewhile(lambda batch: batch is not None, packed)
    name = recipe.mixture.names[which]
    batches = [ValidationBatch(name, batch, batch.n_labels) for batch in found]
    return [batch for batch in batches if batch.n_labels]
