"""A column a stream, side by side or each a step later than the one before it."""

from abc import abstractmethod

import numpy as np

from refimpl.layouts.layout import Layout, first_end


class Columns(Layout):
    """A column a stream; column k holds the code of step t in row `t + delays[k]`."""

    @property
    @abstractmethod
    def delays(self) -> np.ndarray:
        """Rows by which each stream comes later than the first, (n_streams,); 0 for the first."""

    def n_tokens(self, n_steps: int) -> int:
        return n_steps + int(self.delays.max())

    def to_tokens(self, codes: np.ndarray) -> np.ndarray:
        codes = self.check_codes(codes)
        n_steps = len(codes)
        tokens = np.empty((self.n_tokens(n_steps), self.n_columns), dtype=np.int64)
        for column, delay in enumerate(self.delays):
            tokens[:delay, column] = self.vocabulary.start
            tokens[delay : delay + n_steps, column] = codes[:, column]
            tokens[delay + n_steps :, column] = self.vocabulary.end
        return tokens

    def to_codes(self, tokens: np.ndarray) -> np.ndarray:
        tokens = self.check_tokens(tokens)
        # An unfinished tune breaks off before the last codes of its late columns.
        n_steps = max(0, len(tokens) - int(self.delays.max()))
        n_steps = min(n_steps, first_end(tokens[:, 0], self.vocabulary.end))
        codes = np.stack(
            [tokens[delay : delay + n_steps, k] for k, delay in enumerate(self.delays)], axis=1
        )
        return codes[((codes >= 0) & (codes < np.array(self.stream_sizes))).all(axis=1)]

    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        mask = self.nothing_allowed()
        for column, delay in enumerate(self.delays):
            if position < delay:
                mask[column, self.vocabulary.start] = True
            elif end is not None and position >= end + delay:
                mask[column, self.vocabulary.end] = True
            else:
                mask[column, : self.stream_sizes[column]] = True
        if end is None:
            mask[0, self.vocabulary.end] = True
        return mask


class Parallel(Columns):
    """All codes of a step in one row: the fewest rows, but no code sees those of its own step.

    s0 | s0 | s0 | ...
    s1 | s1 | s1 | ...               (n_steps, n_streams)
    """

    name = "parallel"

    @property
    def delays(self) -> np.ndarray:
        return np.zeros(self.n_streams, dtype=np.int64)


class Delay(Columns):
    """Stream k comes k rows late: a code sees the coarser codes of its own step.

        s0 | s0 | s0 | ... | END
        -  | s1 | s1 | ... | s1          (n_steps + n_streams - 1, n_streams)

    Source: Copet et al. 2023 (MusicGen), section 2.2.
    """

    name = "delay"

    @property
    def delays(self) -> np.ndarray:
        return np.arange(self.n_streams)
