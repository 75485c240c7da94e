"""Two rows for each step: the coarsest code alone, then all finer ones, which see it."""

import numpy as np

from refimpl.layouts.layout import Layout, first_end


class PartialFlat(Layout):
    """The code of stream 0 alone in a row, and those of the other streams in the next row.

        s0 | -  | s0 | -  | ...
        -  | s1 | -  | s1 | ...
        -  | s2 | -  | s2 | ...          (2 n_steps, n_streams)

    A column without a code holds <|START|>. The finer streams see the coarse code of their step,
    and not one another; for many streams that takes fewer rows than `Flat`. With one stream there
    is nothing finer, and the rows are those of `Flat`.

    Source: Copet et al. 2023 (MusicGen), section 2.2, "partial flattening".
    """

    name = "partial_flat"

    @property
    def _rows(self) -> int:
        """Rows of a step."""
        return min(2, self.n_streams)

    def n_tokens(self, n_steps: int) -> int:
        return self._rows * n_steps

    def end_of(self, n_steps: int) -> int:
        return self._rows * n_steps

    def to_tokens(self, codes: np.ndarray) -> np.ndarray:
        codes = self.check_codes(codes)
        tokens = np.full((self.n_tokens(len(codes)), self.n_columns), self.vocabulary.start)
        tokens[:: self._rows, 0] = codes[:, 0]
        tokens[self._rows - 1 :: self._rows, 1:] = codes[:, 1:]
        return tokens

    def to_codes(self, tokens: np.ndarray) -> np.ndarray:
        tokens = self.check_tokens(tokens)
        n_steps = first_end(tokens[:, 0], self.vocabulary.end) // self._rows
        tokens = tokens[: self._rows * n_steps]  # an unfinished step lacks its finer codes
        coarse, fine = tokens[:: self._rows, :1], tokens[self._rows - 1 :: self._rows, 1:]
        codes = np.concatenate([coarse, fine], axis=1)
        return codes[((codes >= 0) & (codes < np.array(self.stream_sizes))).all(axis=1)]

    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        mask = self.nothing_allowed()
        if end is not None:
            mask[:, self.vocabulary.end] = True
            return mask
        is_fine = position % self._rows > 0
        for column, size in enumerate(self.stream_sizes):
            if is_fine == (column > 0):
                mask[column, :size] = True
            else:
                mask[column, self.vocabulary.start] = True
        mask[0, self.vocabulary.end] = not is_fine  # a tune may only end after a whole step
        return mask
