"""The tunes of one shard, epoch after epoch, from any place in them."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.birdie.recipe import TRAIN, Recipe

MOST_EMPTY = 100_000  # an endless dataset of nothing must not be read for ever


class Source:
    """Gives the tunes of a shard as token arrays, none of them empty.

    Args:
        recipe: how samples become tokens.
        split: "train" or "validation".
        shard: the number of the shard.
        n_shards: of how many; by default the recipe's.
        endless: begin again at the end, with the next seed. False: one epoch.

    Attributes:
        epoch: how often the shard was gone through.
        n_read: samples read in this epoch.
        skipped: samples that could not be read, in all epochs.
        reason: why the last of them could not.
    """

    def __init__(
        self,
        recipe: Recipe,
        split: str = TRAIN,
        shard: int = 0,
        *,
        n_shards: int | None = None,
        endless: bool = True,
    ) -> None:
        self.recipe, self.split, self.shard, self.endless = recipe, split, shard, endless
        self.n_shards = recipe.n_shards if n_shards is None else n_shards
        self.epoch = self.n_read = self.skipped = 0
        self.reason = ""
        self._found = False  # a tune in this epoch
        self._samples: Iterator[Any] | None = None

    def __iter__(self) -> Iterator[np.ndarray]:
        return self

    def __next__(self) -> np.ndarray:
        for _ in range(MOST_EMPTY):
            if self._samples is None:
                self._samples = self._open(0)
            sample = self._next_sample()
            if sample is _END:
                if not self.endless or (not self._found and not self.epoch):
                    raise StopIteration
                if not self._found:
                    raise BirdieError(f"{self.place}: no tune in all of epoch {self.epoch}")
                self.epoch, self.n_read, self._found, self._samples = self.epoch + 1, 0, False, None
                continue
            tokens = self._tokens(sample)
            if len(tokens):
                self._found = True
                return tokens
        raise BirdieError(f"{self.place}: {MOST_EMPTY} samples in a row hold no token")

    @property
    def place(self) -> str:
        """Where the last sample comes from, for a message."""
        return f"{self.split}, shard {self.shard} of {self.n_shards}, sample {self.n_read - 1}"

    def go_to(self, epoch: int, n_read: int, n_rest: int) -> np.ndarray:
        """Resume after n_read samples of an epoch, of which the last has an unread rest.

        Returns:
            The remaining tokens of the tune, (n_rest,).
        """
        self.epoch, self.n_read, self._found = epoch, n_read - (n_rest > 0), True
        self._samples = self._open(self.n_read)
        if not n_rest:
            return np.empty(0, dtype=np.int64)
        sample = self._next_sample()
        tokens = np.empty(0, dtype=np.int64) if sample is _END else self._tokens(sample)
        if len(tokens) < n_rest:
            raise BirdieError(
                f"{self.place}: it was longer when the run was saved; resume with the same data"
            )
        return tokens[len(tokens) - n_rest :]

    def _open(self, n_skipped: int) -> Iterator[Any]:
        try:
            samples = self.recipe.ds(
                split=self.split,
                worker_id=self.shard,
                num_workers=self.n_shards,
                # The same for all shards, so that a dataset that is shuffled before it is dealt
                # gives each sample to one of them.
                rng_seed=self.recipe.seed + self.epoch,
            )
            known = hasattr(samples, "__len__") and hasattr(samples, "__getitem__")
            if known and not isinstance(samples, Mapping):
                return (samples[i] for i in range(n_skipped, len(samples)))
            return itertools.islice(iter(samples), n_skipped, None)
        except Exception as error:
            what = f"ds({self.split!r}, {self.shard}, {self.n_shards})"
            raise BirdieError(f"{what} failed: {_one_line(error)}") from error

    def _next_sample(self) -> Any:
        try:
            sample = next(self._samples, _END)
        except Exception as error:
            self.n_read += 1
            raise BirdieError(f"{self.place}: ds failed: {_one_line(error)}") from error
        self.n_read += sample is not _END
        return sample

    def _tokens(self, sample: Any) -> np.ndarray:
        try:
            return self.recipe.tokens(sample)
        except Exception as error:
            reason = f"{self.place}: {_one_line(error)}"
            if not self.recipe.skip_bad_samples:
                raise BirdieError(reason) from error
            self.skipped, self.reason = self.skipped + 1, reason
            return np.empty(0, dtype=np.int64)


_END = object()


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, BirdieError) else f"{type(error).__name__}: {text}"
