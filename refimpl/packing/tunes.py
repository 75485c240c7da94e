"""The tunes of one shard of the data, epoch after epoch, from any place in them."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from refimpl.errors import UserError
from refimpl.objectives import Mixture
from refimpl.packing.packer import PackingError

TRAIN, VALIDATION = "train", "validation"
MOST_EMPTY = 100_000  # an endless dataset of nothing must not be read for ever


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How tunes become batches: every process with the same recipe makes the same batches.

    Attributes:
        ds: called with split, worker_id, num_workers and rng_seed; gives the samples of a shard.
        mixture: the objectives.
        batch_size, sequence_length: of a batch.
        n_shards: into how many parts `ds` deals its samples, over all processes.
        seed: of everything.
        start_end: put <|START|> before a tune and <|END|> after it.
        read: turns a sample into token ids.
        skip_bad_samples: count a sample that cannot be read, instead of stopping.
        rank: of this process; with `seed` and the batch's number it seeds a batch.
        error: the class of what is raised about the data.
    """

    ds: Callable[..., Any]
    mixture: Mixture
    batch_size: int
    sequence_length: int
    n_shards: int = 16
    seed: int = 0
    start_end: bool = True
    read: Callable[[Any], Any] = np.asarray
    skip_bad_samples: bool = False
    rank: int = 0
    error: type[UserError] = PackingError

    def tokens(self, sample: Any) -> np.ndarray:
        """The token ids of a sample: (n_tokens,) int64.

        Raises:
            UserError: `error`; there are none, or some are not in the vocabulary.
        """
        ids = np.asarray(self.read(sample))
        if ids.size == 0:
            return np.empty(0, dtype=np.int64)
        if ids.ndim != 1 or ids.dtype.kind not in "iu":
            raise self.error(
                f"token ids must be whole numbers in one row, not {ids.dtype} of shape {ids.shape}"
            )
        ids = ids.astype(np.int64, copy=False)
        size, start, end = self._bounds
        # Read as unsigned, an id below 0 is huge: one look at the tokens instead of two.
        if ids.view(np.uint64).max() >= size:
            raise self.error(
                f"token ids go from {ids.min()} to {ids.max()}; the vocabulary has 0 to {size - 1}"
            )
        return np.concatenate((start, ids, end)) if self.start_end and ids[0] != start[0] else ids

    @property
    def identity(self) -> dict[str, Any]:
        """The part of it that decides what batch k is, as numbers and strings."""
        mixture = self.mixture
        identity = {
            "seed": self.seed,
            "batch_size": self.batch_size,
            "sequence_length": self.sequence_length,
            "n_shards": self.n_shards,
            "objectives": [repr(objective) for objective in mixture.objectives],
            "vocabulary": mixture.vocabulary.to_dict(),
        }
        if mixture.sample_positions != "row":  # the default is not noted: older states lack it
            identity["sample_positions"] = mixture.sample_positions
        return identity

    def check_identity(self, saved: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        """Compare a saved identity with that of the run that is to resume.

        Raises:
            UserError: `error`; they differ, and the message names the first difference.
        """
        for name in {**own, **saved}:
            if saved.get(name) != own.get(name):
                raise self.error(
                    f"{name} was {saved.get(name)} when the run was saved, and is {own.get(name)}"
                    " now; resume with the same configuration"
                )

    @cached_property
    def _bounds(self) -> tuple[int, np.ndarray, np.ndarray]:
        """The vocabulary's size, <|START|> and <|END|>: asked for once, not for every sample."""
        vocabulary = self.mixture.vocabulary
        return vocabulary.size, np.array([vocabulary.start]), np.array([vocabulary.end])


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
            raise PackingError(f'there are no tunes for {split}; give {{"train": …, "{split}": …}}')
        tunes = self.splits[split]
        order = np.random.default_rng(rng_seed).permutation(len(tunes))
        return Shuffled(tunes, order[worker_id::num_workers])


class ShardTunes:
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
                    raise self.recipe.error(f"{self.place}: no tune in all of epoch {self.epoch}")
                self.epoch, self.n_read, self._found, self._samples = self.epoch + 1, 0, False, None
                continue
            tokens = self._tokens(sample)
            if len(tokens):
                self._found = True
                return tokens
        raise self.recipe.error(f"{self.place}: {MOST_EMPTY} samples in a row hold no token")

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
            raise self.recipe.error(
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
            raise self.recipe.error(f"{what} failed: {_one_line(error)}") from error

    def _next_sample(self) -> Any:
        try:
            sample = next(self._samples, _END)
        except Exception as error:
            self.n_read += 1
            raise self.recipe.error(f"{self.place}: ds failed: {_one_line(error)}") from error
        self.n_read += sample is not _END
        return sample

    def _tokens(self, sample: Any) -> np.ndarray:
        try:
            return self.recipe.tokens(sample)
        except Exception as error:
            reason = f"{self.place}: {_one_line(error)}"
            if not self.recipe.skip_bad_samples:
                raise self.recipe.error(reason) from error
            self.skipped, self.reason = self.skipped + 1, reason
            return np.empty(0, dtype=np.int64)


_END = object()


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, UserError) else f"{type(error).__name__}: {text}"
