"""A batch in two forms: compact, for making and sending it, and as the model's input arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from refimpl.vocabulary import CAUSAL, IGNORE_INDEX, PREFIX

LAST_RESORT = -1  # in place of an objective, if none of the mixture could take a piece


class Segment(NamedTuple):
    """One sample in a batch.

    Attributes:
        row, start: where it begins.
        length: positions that it takes.
        n_prefix: how many of them are the prefix.
        objective: its place in the mixture; LAST_RESORT for plain next-token prediction of what is
            too short for the others.
        n_tokens: tokens of the tune that it was made of.
    """

    row: int
    start: int
    length: int
    n_prefix: int
    objective: int
    n_tokens: int


@dataclass(frozen=True)
class PackedBatch:
    """A batch without the arrays that can be computed from the others, so that sending it is fast.

    Attributes:
        input_ids: (batch_size, sequence_length) int32.
        label_ids: (batch_size, sequence_length) int32, -100 for none.
        segments: (n_segments, 6) int32, a `Segment` each, row by row from left to right.
        position_ids: (batch_size, sequence_length) int32; None where positions count 0, 1, 2, …
            through every segment.
    """

    input_ids: np.ndarray
    label_ids: np.ndarray
    segments: np.ndarray
    position_ids: np.ndarray | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain bytes, which is four times as fast as arrays."""
        arrays = [self.input_ids, self.label_ids, self.segments]
        if self.position_ids is not None:
            arrays.append(self.position_ids)
        return _from_bytes, (self.input_ids.shape, *(array.tobytes() for array in arrays))

    def __iter__(self) -> Iterator[Segment]:
        return (Segment(*values) for values in self.segments.tolist())

    @property
    def n_positions(self) -> int:
        """Positions that are not padding."""
        return int(self.segments[:, 2].sum())

    @property
    def fill(self) -> float:
        """The share of positions that are not padding."""
        return self.n_positions / self.input_ids.size

    @property
    def n_labels(self) -> int:
        """Positions that have a target."""
        return int((self.label_ids != IGNORE_INDEX).sum())


def _from_bytes(shape: tuple[int, int], *columns: bytes) -> PackedBatch:
    arrays = (np.frombuffer(bytearray(data), dtype=np.int32) for data in columns)
    ids, labels, segments, *positions = arrays
    return PackedBatch(
        ids.reshape(shape),
        labels.reshape(shape),
        segments.reshape(-1, len(Segment._fields)),
        *(array.reshape(shape) for array in positions),
    )


def expand(packed: PackedBatch) -> dict[str, np.ndarray]:
    """Make the model's input arrays.

    Returns:
        Five arrays (batch_size, sequence_length) int64: `input_ids`; `label_ids`, already shifted,
        -100 for none; `attention_mask`, 0 padding, 1 prefix, 3 causal; `segment_ids`, 1, 2, … in
        each row, 0 for padding; `position_ids`, which restart in each segment, or are the batch's
        own.

    Taught in lesson 6.
    """
    shape = packed.input_ids.shape
    rows, starts, lengths, n_prefix = (packed.segments[:, i].astype(np.int64) for i in range(4))
    ends = np.cumsum(lengths)
    positions = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
    places = np.repeat(rows * shape[1] + starts, lengths) + positions
    # A segment's number in its row: how many segments there are before it, less those of the
    # rows above.
    numbers = np.arange(1, len(rows) + 1) - np.searchsorted(rows, rows)

    def spread(values: np.ndarray) -> np.ndarray:
        array = np.zeros(shape[0] * shape[1], dtype=np.int64)
        array[places] = values
        return array.reshape(shape)

    return {
        "input_ids": packed.input_ids.astype(np.int64),
        "label_ids": packed.label_ids.astype(np.int64),
        "attention_mask": spread(
            np.where(positions < np.repeat(n_prefix, lengths), PREFIX, CAUSAL)
        ),
        "segment_ids": spread(np.repeat(numbers, lengths)),
        "position_ids": spread(positions)
        if packed.position_ids is None
        else packed.position_ids.astype(np.int64),
    }


def to_tensors(packed: PackedBatch, device: Any = None) -> dict[str, Any]:
    """The same as tensors for `model(**batch)`, on a device."""
    import torch  # here alone, because processes that only pack do without it

    arrays = {name: torch.from_numpy(array) for name, array in expand(packed).items()}
    if device is None:
        return arrays
    return {name: tensor.to(device, non_blocking=True) for name, tensor in arrays.items()}
