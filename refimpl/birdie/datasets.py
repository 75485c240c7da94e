"""Token arrays as a dataset: dealt to shards in a new order every epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from refimpl.birdie.errors import BirdieError


class Shuffled(Sequence):
    """Some of a dataset's tunes, in a different order; each is read only on access."""

    def __init__(self, tunes: Sequence[np.ndarray], order: np.ndarray) -> None:
        self.tunes, self.order = tunes, order

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.tunes[int(self.order[index])]


class TokenArrays:
    """Answers like a function that gives samples, from token arrays that are there already.

    Args:
        splits: for "train" and "validation", a sequence of token arrays (n_tokens,), such as a
            `TokenDataset`.
    """

    def __init__(self, splits: Mapping[str, Sequence[np.ndarray]]) -> None:
        self.splits = dict(splits)

    def __call__(
        self, split: str, worker_id: int, num_workers: int, rng_seed: int = 0
    ) -> Sequence[np.ndarray]:
        """The tunes of one shard, in random order."""
        if split not in self.splits:
            raise BirdieError(
                f'there are no tunes for {split}; give ds={{"train": …, "{split}": …}}'
            )
        tunes = self.splits[split]
        order = np.random.default_rng(rng_seed).permutation(len(tunes))
        return Shuffled(tunes, order[worker_id::num_workers])


def as_callable(ds: Any) -> Any:
    """A function that gives samples, of a function or of token arrays."""
    if callable(ds):
        return ds
    if isinstance(ds, Mapping):
        return TokenArrays(ds)
    if hasattr(ds, "__len__") and hasattr(ds, "__getitem__") and not isinstance(ds, str):
        return TokenArrays({"train": ds})
    raise BirdieError(
        f"ds is {type(ds).__name__}; give a function of split, worker_id, num_workers and rng_seed,"
        ' or token arrays as {"train": …, "validation": …}'
    )
