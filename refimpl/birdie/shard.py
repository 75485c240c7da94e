"""One shard's batches: each depends on the shard's earlier ones, its mixture and its number."""

from typing import Any

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.birdie.recipe import Recipe
from refimpl.birdie.source import Source
from refimpl.packing import PackedBatch, Packer


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
        self.source = Source(recipe, shard=number)
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
            raise BirdieError(f"{self.source.place}: no tune is left")
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
