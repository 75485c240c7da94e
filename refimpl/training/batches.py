"""Batches for next-token prediction: batch k depends only on the seed and on k.

So a resumed run needs one number instead of the state of a random generator, and each of several
processes can make the same batch by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from refimpl.training.config import TrainingError
from refimpl.vocabulary import IGNORE_INDEX, Vocabulary

SORTED_BATCHES = (
    50  # of similar lengths: more have less padding, and tunes meet the same neighbours
)


def frame_tune(tokens: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Put <|START|> before a tune and <|END|> after it, in every column: two more tokens, int64."""
    return vocabulary.frame(tokens)


def collate(windows: list[np.ndarray], vocabulary: Vocabulary) -> dict[str, torch.Tensor]:
    """Turn windows of tokens into inputs and the tokens that follow them.

    Args:
        windows: token arrays `(n_tokens,)` or `(n_tokens, n_columns)`, of 2 tokens or more, not
            all of one length.
        vocabulary: its [PAD] fills short rows, whose labels are -100.

    Returns:
        `input_ids` and `label_ids`, (n_windows, longest window - 1) int64, with a last axis for
        several columns; label i is the token that follows input i. Padding is at the end, where no
        earlier token attends to it, so no attention mask is needed.
    """
    length = max(len(window) for window in windows) - 1
    shape = (len(windows), length, *windows[0].shape[1:])
    inputs = np.full(shape, vocabulary.pad, dtype=np.int64)
    labels = np.full(shape, IGNORE_INDEX, dtype=np.int64)
    for row, window in enumerate(windows):
        inputs[row, : len(window) - 1] = window[:-1]
        labels[row, : len(window) - 1] = window[1:]
    if len(shape) == 3:
        labels[_is_settled(inputs, labels, vocabulary)] = IGNORE_INDEX
    return {"input_ids": torch.from_numpy(inputs), "label_ids": torch.from_numpy(labels)}


def _is_settled(inputs: np.ndarray, labels: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Return where the layout decides the next token, so that there is nothing to learn.

    That is <|START|> in a column that begins later, and every <|END|> but the first of column 0.
    """
    ends = labels == vocabulary.end
    ends[..., 0] &= inputs[..., 0] == vocabulary.end
    return ends | (labels == vocabulary.start)


def _check(dataset: Sequence, batch_size: int, context_length: int, clips: Sequence | None) -> None:
    if len(dataset) == 0:
        raise TrainingError("the dataset holds no tunes; tokenize some audio first")
    if batch_size < 1 or context_length < 1:
        raise TrainingError(
            f"batch_size is {batch_size} and context_length {context_length}; both must be positive"
        )
    if clips is not None and len(clips) != len(dataset):
        raise TrainingError(
            f"{len(clips)} clips are known and the dataset holds {len(dataset)} tunes; give one for"
            " each, in the same order"
        )


def _clips_of(clips: Sequence | None, tunes: list[int]) -> dict[str, list]:
    return {} if clips is None else {"clips": [clips[tune] for tune in tunes]}


def _sorted_in_batches(
    order: np.ndarray, lengths: np.ndarray, batch_size: int, first: int, rng: np.random.Generator
) -> np.ndarray:
    """Sort stretches of an epoch's order by length, and shuffle the batches that this makes.

    Args:
        order: (n,) numbers of tunes, shuffled.
        lengths: (n_tunes,) of each tune.
        batch_size: rows.
        first: place at which the epoch's first whole batch begins.
        rng: shuffles the batches.
    """
    last = first + (len(order) - first) // batch_size * batch_size
    inside, stretch = order[first:last], SORTED_BATCHES * batch_size
    parts = [inside[at : at + stretch] for at in range(0, len(inside), stretch)]
    parts = [part[np.argsort(lengths[part], kind="stable")] for part in parts]
    batches = [part.reshape(-1, batch_size) for part in parts]
    shuffled = rng.permutation(np.concatenate(batches)) if batches else inside
    return np.concatenate([order[:first], shuffled.reshape(-1), order[last:]])


class NextTokenBatches:
    """Endless training batches of tunes; whole where they fit, random windows where they do not.

    An epoch visits each tune in random order, once per context length of the tune, so that all
    tokens have the same weight in tunes of any length.

    Args:
        dataset: token arrays (n_tokens,) or (n_tokens, n_columns), such as a `TokenDataset`.
        batch_size: rows per batch, over all processes together.
        context_length: the longest row.
        seed: with k, determines batch k.
        vocabulary: gives the special tokens; by default `dataset.vocabulary`.
        clips: the metadata of each tune (caption and facts), in the order of the dataset. Each
            batch then has `clips`, a list with one for each row, for a conditioner.
        similar_lengths: put tunes of similar lengths into one batch, which then has less padding.
            It pays where lengths differ much, as those of real tunes do.

    Taught in lesson 5.
    """

    def __init__(
        self,
        dataset: Sequence[np.ndarray],
        batch_size: int,
        context_length: int,
        seed: int = 0,
        *,
        vocabulary: Vocabulary | None = None,
        clips: Sequence | None = None,
        similar_lengths: bool = False,
    ) -> None:
        _check(dataset, batch_size, context_length, clips)
        self.dataset, self.vocabulary = dataset, vocabulary or dataset.vocabulary
        self.clips, self.similar_lengths = clips, similar_lengths
        self.batch_size, self.context_length, self.seed = batch_size, context_length, seed
        lengths = getattr(dataset, "lengths", None)  # known without reading, or else counted
        if lengths is None:
            lengths = np.array([len(dataset[i]) for i in range(len(dataset))])
        visits = -(-(lengths + 1) // context_length)  # rounded up; <|END|> is a target too
        self._visits = np.repeat(np.arange(len(dataset)), visits)
        self._lengths = np.minimum(lengths, context_length)
        self._order = (-1, self._visits)  # the epoch, and its order; computed once an epoch
        self.position = 0  # the index of the batch that `next` gives

    @property
    def batches_per_epoch(self) -> float:
        """The number of batches that show nearly every token once."""
        return len(self._visits) / self.batch_size

    def _tune_at(self, index: int) -> int:
        epoch, place = divmod(index, len(self._visits))
        if self._order[0] != epoch:
            rng = np.random.default_rng([self.seed, 0, epoch])
            order = rng.permutation(self._visits)
            if self.similar_lengths:
                first = -epoch * len(order) % self.batch_size
                order = _sorted_in_batches(order, self._lengths, self.batch_size, first, rng)
            self._order = (epoch, order)
        return int(self._order[1][place])

    def _window(self, tune: int, rng: np.random.Generator) -> np.ndarray:
        framed = frame_tune(self.dataset[tune], self.vocabulary)
        spare = len(framed) - (self.context_length + 1)
        if spare <= 0:
            return framed
        # Drawing beyond both ends and coming back to them shows the first and last tokens as
        # often as those in the middle; a plain draw would begin at <|START|> once in `spare`.
        margin = self.context_length // 2
        start = int(np.clip(rng.integers(-margin, spare + margin + 1), 0, spare))
        return framed[start : start + self.context_length + 1]

    def batch(self, k: int) -> dict[str, Any]:
        """Batch k: `input_ids` and `label_ids`, (batch_size, at most context_length) int64."""
        rng = np.random.default_rng([self.seed, 1, k])
        first = k * self.batch_size
        tunes = [self._tune_at(index) for index in range(first, first + self.batch_size)]
        batch = collate([self._window(tune, rng) for tune in tunes], self.vocabulary)
        return batch | _clips_of(self.clips, tunes)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        batch = self.batch(self.position)
        self.position += 1
        return batch

    def _identity(self) -> dict[str, int | str | None]:
        return {
            "fingerprint": getattr(self.dataset, "fingerprint", None),  # of the codec
            "seed": self.seed,
            "batch_size": self.batch_size,
            "context_length": self.context_length,
            "n_tunes": len(self.dataset),
            "visits_per_epoch": len(self._visits),
            "similar_lengths": self.similar_lengths,
        }

    def state_dict(self) -> dict[str, int | str | None]:
        """Return the position, and the settings that determine its batch."""
        return {"position": self.position} | self._identity()

    def load_state_dict(self, state: dict[str, int | str | None]) -> None:
        """Continue from a position.

        Raises:
            TrainingError: the state was saved with other data, another seed or other sizes.
        """
        state = {"similar_lengths": False} | state  # an older version knew no others
        for name, value in self._identity().items():
            if state.get(name) != value:
                raise TrainingError(
                    f"the batches had {name} {state.get(name)} when the run was saved, and have"
                    f" {value} now; resume with the same data and options, or use another folder"
                )
        self.position = state["position"]


class ValidationBatches(Sequence):
    """A fixed set of batches that shows every token of every tune exactly once as a target.

    Args:
        dataset: token arrays (n_tokens,) or (n_tokens, n_columns).
        batch_size: rows per batch; the last batch may have fewer.
        context_length: the longest row. A longer tune is cut into consecutive rows, each of which
            starts without the context of the previous one, as in training.
        max_batches: use only this many. None: all.
        vocabulary: gives the special tokens; by default `dataset.vocabulary`.
        clips: as for `NextTokenBatches`.

    Taught in lesson 5.
    """

    def __init__(
        self,
        dataset: Sequence[np.ndarray],
        batch_size: int,
        context_length: int,
        *,
        max_batches: int | None = None,
        vocabulary: Vocabulary | None = None,
        clips: Sequence | None = None,
    ) -> None:
        _check(dataset, batch_size, context_length, clips)
        self.dataset, self.vocabulary = dataset, vocabulary or dataset.vocabulary
        self.clips = clips
        self.batch_size, self.context_length = batch_size, context_length
        rows = []
        for tune in range(len(dataset)):
            if max_batches is not None and len(rows) >= max_batches * batch_size:
                break
            rows += [(tune, at) for at in range(0, len(dataset[tune]) + 1, context_length)]
        self._rows = rows if max_batches is None else rows[: max_batches * batch_size]

    def __len__(self) -> int:
        return -(-len(self._rows) // self.batch_size)

    def __getitem__(self, k: int) -> dict[str, Any]:
        rows = self._rows[k * self.batch_size : (k + 1) * self.batch_size]
        if k < 0 or not rows:
            raise IndexError(f"batch {k} of {len(self)}")
        windows = [
            frame_tune(self.dataset[tune], self.vocabulary)[at : at + self.context_length + 1]
            for tune, at in rows
        ]
        return collate(windows, self.vocabulary) | _clips_of(self.clips, [t for t, _ in rows])
