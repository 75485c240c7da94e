"""First the whole tune in its coarsest codes, then all of its finer ones."""

import numpy as np

from refimpl.layouts.layout import Layout, first_end


class CoarseFirst(Layout):
    """All codes of stream 0, then those of the other streams: plan first, play later.

        s0 | s0 | ... | END | END | END
        -  | -  | ... | -   | s1  | s1   (2 n_steps + 1, n_streams)

    The finer streams see the whole coarse tune, and twice as many rows are the price. With one
    stream there is nothing finer, and the rows are those of `Flat`.

    Source: Copet et al. 2023 (MusicGen), section 2.2, which calls it VALL-E's pattern.
    """

    name = "coarse_first"

    def n_tokens(self, n_steps: int) -> int:
        return n_steps if self.n_streams == 1 else 2 * n_steps + 1

    def to_tokens(self, codes: np.ndarray) -> np.ndarray:
        codes = self.check_codes(codes)
        n_steps = len(codes)
        tokens = np.full((self.n_tokens(n_steps), self.n_columns), self.vocabulary.end)
        tokens[:n_steps, 0] = codes[:, 0]
        if self.n_streams > 1:
            tokens[: n_steps + 1, 1:] = self.vocabulary.start
            tokens[n_steps + 1 :, 1:] = codes[:, 1:]
        return tokens

    def to_codes(self, tokens: np.ndarray) -> np.ndarray:
        tokens = self.check_tokens(tokens)
        end = first_end(tokens[:, 0], self.vocabulary.end)
        coarse, fine = tokens[:end, :1], tokens[end + 1 : 2 * end + 1, 1:]
        if self.n_streams > 1:  # an unfinished tune lacks the last of its finer codes
            coarse = coarse[: len(fine)]
        else:
            fine = coarse[:, 1:]
        codes = np.concatenate([coarse, fine], axis=1)
        return codes[((codes >= 0) & (codes < np.array(self.stream_sizes))).all(axis=1)]

    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        mask = self.nothing_allowed()
        vocabulary = self.vocabulary
        if end is None:
            mask[0, : self.stream_sizes[0]] = True
            mask[0, vocabulary.end] = True
            mask[1:, vocabulary.start] = True
            return mask
        mask[0, vocabulary.end] = True
        for column, size in enumerate(self.stream_sizes[1:], 1):
            if position <= end:
                mask[column, vocabulary.start] = True
            elif position <= 2 * end:
                mask[column, :size] = True
            else:
                mask[column, vocabulary.end] = True
        return mask
