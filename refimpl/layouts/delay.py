"""A column a stream, side by side or each some rows later than the first."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from refimpl.layouts.layout import Layout, LayoutError, first_end

MAX_DELAY = 1000  # rows


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
    """Stream k comes some rows late, by default k: a code sees the coarser codes of its own step.

        s0 | s0 | s0 | ... | END
        -  | s1 | s1 | ... | s1          (n_steps + n_streams - 1, n_streams)

    Args:
        delays: rows by which each stream comes later than the first, which has 0. Streams with the
            same delay do not see one another's codes of the same step.

    Raises:
        LayoutError: another number of delays than streams, a first one that is not 0, or one
            that is negative or larger than 1000.

    Source: Copet et al. 2023 (MusicGen), section 2.2.
    """

    name = "delay"

    def __init__(
        self,
        stream_sizes: Sequence[int],
        kind: str = "course",
        *,
        delays: Sequence[int] | None = None,
    ):
        super().__init__(stream_sizes, kind)
        self._delays = np.arange(self.n_streams)
        if delays is None:
            return
        given = [int(delay) for delay in delays]
        fits = len(given) == self.n_streams and given[0] == 0
        if not fits or not 0 <= min(given) <= max(given) <= MAX_DELAY:
            raise LayoutError(
                f"delays {','.join(map(str, given)) or 'without a number'} for {self.n_streams} "
                f"streams; give one for each, from 0 to {MAX_DELAY}, the first of them 0"
            )
        self._delays = np.array(given)
        # The name makes the layout again: it is saved with a codec, and stands in presets.
        self.name = f"delay:{','.join(map(str, given))}"

    @property
    def delays(self) -> np.ndarray:
        return self._delays


class PartialDelay(Columns):
    """All finer streams come one row late: they see the coarsest code of their step.

        s0 | s0 | s0 | ... | END
        -  | s1 | s1 | ... | s1
        -  | s2 | s2 | ... | s2          (n_steps + 1, n_streams)

    Source: Copet et al. 2023 (MusicGen), section 2.2, "partial delay".
    """

    name = "partial_delay"

    @property
    def delays(self) -> np.ndarray:
        return np.minimum(np.arange(self.n_streams), 1)
