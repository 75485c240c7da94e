"""Codes in one row: an id says its stream, so that a language model needs one vocabulary for all.

    codes (n_steps, n_streams)  ->  ids  s0 s1 | s0 s1 | s0 s1 ...  (n_steps * n_streams,)

The codes of a stream are numbered after those of the streams before it.
"""

from collections.abc import Sequence

import numpy as np

from refimpl.codecs.codec import CodecError


def stream_offsets(stream_sizes: Sequence[int]) -> np.ndarray:
    """Return the first id of each stream, (n_streams,) int64: the sum of all earlier sizes."""
    return np.concatenate([[0], np.cumsum(stream_sizes)[:-1]]).astype(np.int64)


def flatten_codes(codes: np.ndarray, stream_sizes: Sequence[int]) -> np.ndarray:
    """Turn codes (n_steps, n_streams) into ids (n_steps * n_streams,)."""
    return (np.asarray(codes, dtype=np.int64) + stream_offsets(stream_sizes)).reshape(-1)


def complete_steps(ids: np.ndarray, stream_sizes: Sequence[int]) -> np.ndarray:
    """Undo `flatten_codes`, keeping only steps with adjacent ids in the order of the streams.

    A model may stop in the middle of a step, or write a code of the wrong stream. The ids of such
    a broken step are dropped, and reading continues at the next complete one.

    Args:
        ids: (n,) ids in [0, sum(stream_sizes)).
        stream_sizes: codes in each stream.

    Returns:
        (n_steps, n_streams) int64, each column counted from 0.

    Raises:
        CodecError: an id that belongs to no stream.
    """
    ids = check_ids(ids, int(sum(stream_sizes)))
    n_streams = len(stream_sizes)
    if n_streams == 1:
        return ids[:, None]
    if len(ids) < n_streams:
        return np.empty((0, n_streams), dtype=np.int64)
    stream_of = np.searchsorted(np.cumsum(stream_sizes), ids, side="right")
    windows = np.lib.stride_tricks.sliding_window_view(stream_of, n_streams)
    # Two matching windows cannot overlap: an id would have to be in two streams at once.
    starts = np.flatnonzero((windows == np.arange(n_streams)).all(axis=1))
    return ids[starts[:, None] + np.arange(n_streams)] - stream_offsets(stream_sizes)


def check_ids(ids: np.ndarray, n_codes: int) -> np.ndarray:
    """Return ids as (n,) int64, rejecting anything that is not an integer or not a code."""
    ids = np.asarray(ids)
    if ids.size == 0:
        return np.empty(0, dtype=np.int64)
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise CodecError(f"ids must be a row of integers, got {ids.dtype} of shape {ids.shape}")
    wrong = np.flatnonzero((ids < 0) | (ids >= n_codes))
    if len(wrong):
        raise CodecError(
            f"{len(wrong)} of {len(ids)} ids are no codes (0 to {n_codes - 1}), the first is "
            f"{ids[wrong[0]]} at position {wrong[0]}; a tokenizer's decode filters them"
        )
    return ids.astype(np.int64, copy=False)
