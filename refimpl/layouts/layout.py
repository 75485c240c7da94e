"""The interface of a layout: how the codes of a step become rows that a language model reads.

A codec with several residual stages gives several codes per step, one from each of its streams:

    codes (n_steps, n_streams)  ->  tokens (n_tokens, n_columns)

A model reads a row of tokens at a time and writes the columns of the next row all at once, without
seeing one another. The layout decides which codes share a row, so it trades the number of rows
against what the model knows when it writes a code.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from refimpl.errors import UserError
from refimpl.vocabulary import Vocabulary


class LayoutError(UserError):
    """Codes or tokens of another shape or range than the layout's."""


class Layout(ABC):
    """Codes to rows of tokens and back.

    A column holds <|START|> before its first code and <|END|> after its last, so a row is always
    full; where a layout leaves a gap between two codes, <|START|> fills it too. The row in which
    column 0 holds its first <|END|> is the tune's *end*: what the other columns hold from there on
    follows from it.

    Args:
        stream_sizes: number of codes in each of the codec's streams.
        kind: of the vocabulary, "course" or "report".

    Attributes:
        name: the word that `make_layout` makes it from.
        n_columns: tokens in a row.
        vocabulary: of every column; a column that has fewer codes leaves some ids unused.

    Raises:
        LayoutError: no stream, or one without codes.

    Source: Copet et al. 2023 (MusicGen), section 2.2.
    """

    name: str
    n_columns: int

    def __init__(self, stream_sizes: Sequence[int], kind: str = "course"):
        self.stream_sizes = tuple(int(size) for size in stream_sizes)
        if not self.stream_sizes or min(self.stream_sizes) < 1:
            raise LayoutError(
                f"stream_sizes are {stream_sizes}; give at least one, each at least 1"
            )
        self.n_streams = len(self.stream_sizes)
        self.n_columns = self._count_columns()
        self.vocabulary = Vocabulary(self._count_codes(), kind)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.stream_sizes}, {self.vocabulary.kind!r})"

    def _count_columns(self) -> int:
        return self.n_streams

    def _count_codes(self) -> int:
        return max(self.stream_sizes)

    @abstractmethod
    def n_tokens(self, n_steps: int) -> int:
        """Return the number of rows that `n_steps` steps take; it grows with them."""

    def n_steps(self, n_tokens: int) -> int:
        """Return the most whole steps that `n_tokens` rows hold."""
        n_steps = 0
        while self.n_tokens(n_steps + 1) <= n_tokens:
            n_steps += 1
        return n_steps

    @property
    def rows_per_step(self) -> int:
        """Rows that one more step takes. Multiply by a codec's step rate to get rows per second."""
        return self.n_tokens(2) - self.n_tokens(1)

    def end_of(self, n_steps: int) -> int:
        """Return the position at which a tune of `n_steps` steps ends."""
        return n_steps * self.n_streams // self.n_columns

    @abstractmethod
    def to_tokens(self, codes: np.ndarray) -> np.ndarray:
        """Lay out the codes of a tune.

        Args:
            codes: (n_steps, n_streams) integers, each stream counted from 0.

        Returns:
            (n_tokens, n_columns) int64, without the rows of <|START|> and <|END|> around a tune.

        Raises:
            LayoutError: an array of another shape, or a code that its stream does not have.
        """

    @abstractmethod
    def to_codes(self, tokens: np.ndarray) -> np.ndarray:
        """Undo `to_tokens`, and drop what is not whole.

        A model may stop in the middle of a step or write a token that does not belong there. The
        steps that lack a code are dropped.

        Args:
            tokens: (n_tokens, n_columns) integers; (n_tokens,) will do for one column.

        Returns:
            (n_steps, n_streams) int64.

        Raises:
            LayoutError: an array of another shape.
        """

    @abstractmethod
    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        """Return the tokens that a row may hold.

        Args:
            position: of the row, counted from 0 after the row of <|START|>.
            end: the position at which column 0 held its first <|END|>; None before it has. The
                tune is over after a row that allows nothing but <|END|>.

        Returns:
            (n_columns, vocabulary.size) bool, at least one token in each column.
        """

    def check_codes(self, codes: np.ndarray) -> np.ndarray:
        """Return codes (n_steps, n_streams) as int64, or raise LayoutError."""
        codes = np.asarray(codes)
        if codes.ndim != 2 or codes.shape[1] != self.n_streams or codes.dtype.kind not in "iu":
            raise LayoutError(
                f"codes of shape {codes.shape} and type {codes.dtype}; give integers of shape "
                f"(n_steps, {self.n_streams})"
            )
        wrong = (codes < 0) | (codes >= np.array(self.stream_sizes))
        if wrong.any():
            step, stream = np.argwhere(wrong)[0]
            raise LayoutError(
                f"step {step} has code {codes[step, stream]} in stream {stream}, whose codes are "
                f"0 to {self.stream_sizes[stream] - 1}"
            )
        return codes.astype(np.int64, copy=False)

    def check_tokens(self, tokens: np.ndarray) -> np.ndarray:
        """Return tokens as (n_tokens, n_columns) int64, or raise LayoutError."""
        tokens = np.asarray(tokens)
        if tokens.size == 0:
            return np.empty((0, self.n_columns), dtype=np.int64)
        if tokens.ndim == 1 and self.n_columns == 1:
            tokens = tokens[:, None]
        if tokens.ndim != 2 or tokens.shape[1] != self.n_columns or tokens.dtype.kind not in "iu":
            raise LayoutError(
                f"tokens of shape {tokens.shape} and type {tokens.dtype}; give integers of shape "
                f"(n_tokens, {self.n_columns})"
            )
        return tokens.astype(np.int64, copy=False)

    def nothing_allowed(self) -> np.ndarray:
        """Return an `allowed` that is false everywhere, to be filled in."""
        return np.zeros((self.n_columns, self.vocabulary.size), dtype=bool)


def first_end(column: np.ndarray, end: int) -> int:
    """Return the position of the first <|END|> in a column (n,), or n if there is none."""
    ends = np.flatnonzero(column == end)
    return int(ends[0]) if len(ends) else len(column)
