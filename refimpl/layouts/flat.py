"""One column: the codes of a step side by side, then the next step's."""

import numpy as np

from refimpl.layouts.layout import Layout


class Flat(Layout):
    """All codes in one column, stage after stage: the model sees every code before it.

        s0 s1 s2 | s0 s1 s2 | ...        (n_steps * n_streams, 1)

    The codes of a stream are numbered after those of the streams before it, so that an id alone
    says its stream. With one stream the tokens are the codes. Taught in lesson 3.
    """

    name = "flat"

    def _count_columns(self) -> int:
        return 1

    def _count_codes(self) -> int:
        return sum(self.stream_sizes)

    @property
    def offsets(self) -> np.ndarray:
        """The first id of each stream, (n_streams,) int64."""
        return np.cumsum([0, *self.stream_sizes[:-1]])

    def n_tokens(self, n_steps: int) -> int:
        return n_steps * self.n_streams

    def to_tokens(self, codes: np.ndarray) -> np.ndarray:
        return (self.check_codes(codes) + self.offsets).reshape(-1, 1)

    def to_codes(self, tokens: np.ndarray) -> np.ndarray:
        """Undo `to_tokens`: only adjacent tokens in the order of the streams make a step.

        Special tokens are passed over, and after a broken step reading goes on at the next whole
        one.
        """
        ids = self.check_tokens(tokens)[:, 0]
        ids = ids[self.vocabulary.is_code(ids)]
        if len(ids) < self.n_streams:
            return np.empty((0, self.n_streams), dtype=np.int64)
        stream_of = np.searchsorted(np.cumsum(self.stream_sizes), ids, side="right")
        windows = np.lib.stride_tricks.sliding_window_view(stream_of, self.n_streams)
        # Two matching windows cannot overlap: an id would have to be in two streams at once.
        starts = np.flatnonzero((windows == np.arange(self.n_streams)).all(axis=1))
        return ids[starts[:, None] + np.arange(self.n_streams)] - self.offsets

    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        mask = self.nothing_allowed()
        if end is not None:
            mask[0, self.vocabulary.end] = True
            return mask
        stream = position % self.n_streams
        first = self.offsets[stream]
        mask[0, first : first + self.stream_sizes[stream]] = True
        mask[0, self.vocabulary.end] = stream == 0  # a tune may only end after a whole step
        return mask
