"""Selective copying: write the tokens between two delimiters in the context."""

from dataclasses import dataclass

import numpy as np

from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.objective import Objective
from refimpl.objectives.registry import register

# Positions that a span takes beside itself and its delimiters: its sentinel twice in the query
# and once in the answer. And one for the sentinel between the last query and the context.
PER_SPAN, PER_SAMPLE = 3, 1


@register
@dataclass(frozen=True)
class SelectiveCopying(Objective):
    """P M0 12 M0 16 17 M1 10 ... 19 -> M0 13 14 15: "what is between 12 and 16 17?"

    A query is a sentinel, the tokens before the span, the sentinel again, and the tokens after it.
    Queries come before the context, closed by one more sentinel, or after it. The spans and their
    delimiters follow one another in the context, so every answer can be found there; the
    queries come in random order. The number of queries depends on the space: the queries and
    answers of a piece never take more positions than the piece plus 4.

    Args:
        min_spans, max_spans: how many queries.
        min_span_length, max_span_length: tokens of an answer.
        min_delimiter_length, max_delimiter_length: tokens shown on each side of it.
        query: "before" the context, "after" it, or "either".

    Source: the paper, section 3.2 and appendix A.2. Taught in lesson 6.
    """

    name = "selective_copying"

    min_spans: int = 1
    max_spans: int = 4
    min_span_length: int = 4
    max_span_length: int = 32
    min_delimiter_length: int = 1
    max_delimiter_length: int = 8
    query: str = "either"

    def __post_init__(self):
        for name, most in (("spans", 31), ("span_length", 1000), ("delimiter_length", 1000)):
            self._check_number(f"min_{name}", 1, most, whole=True)
            self._check_number(f"max_{name}", 1, most, whole=True)
            if getattr(self, f"min_{name}") > getattr(self, f"max_{name}"):
                raise ObjectiveError(
                    f"selective_copying: min_{name} {getattr(self, f'min_{name}')} is above"
                    f" max_{name} {getattr(self, f'max_{name}')}; give both, the smaller one first"
                )
        if self.query not in ("before", "after", "either"):
            raise ObjectiveError(
                f'selective_copying: query is {self.query!r}; it can be "before", "after", "either"'
            )

    @property
    def _least_block(self) -> int:
        """Tokens of the smallest span with its delimiters."""
        return self.min_span_length + 2 * self.min_delimiter_length

    @property
    def min_tokens(self) -> int:
        """Return the tokens that the fewest and smallest spans need."""
        least = self.min_spans * self._least_block
        return max(least, least + self.min_spans * PER_SPAN + PER_SAMPLE - 4)

    def _budget(self, n_tokens: int) -> int:
        """The most positions that queries and answers may take."""
        largest = self.max_span_length + 2 * self.max_delimiter_length + PER_SPAN
        return min(n_tokens + 4, self.max_spans * largest + PER_SAMPLE)

    def packed_length(self, n_tokens):
        return 1 + n_tokens + self._budget(n_tokens)

    def build(self, tokens, special, rng):
        blocks = self._draw_blocks(len(tokens), rng)
        places = self._place(blocks, len(tokens), rng)
        marks = special.sentinels
        queries, answers = [], []
        for i, which in enumerate(rng.permutation(len(blocks)).tolist()):
            (before, length, after), at = blocks[which], places[which]
            start, stop, mark = at + before, at + before + length, marks[i : i + 1]
            queries += (mark, tokens[at:start], mark, tokens[stop : stop + after])
            answers += (mark, tokens[start:stop])
        first = self.query == "before" or (self.query == "either" and rng.random() < 0.5)
        n = len(blocks)
        question = [*queries, marks[n : n + 1], tokens] if first else [tokens, *queries]
        return special.ask(np.concatenate(question), np.concatenate(answers))

    def _draw_blocks(self, n_tokens: int, rng) -> list[tuple[int, int, int]]:
        """Lengths (delimiter, span, delimiter) of each block, within the budget."""
        draws = rng.random(1 + 3 * self.max_spans).tolist()
        n_wanted = self.min_spans + int(draws[0] * (self.max_spans - self.min_spans + 1))
        room = self._budget(n_tokens) - PER_SAMPLE  # which the context has room for, too
        least, blocks = self._least_block + PER_SPAN, []
        for i in range(n_wanted):
            owed = least * max(self.min_spans - i - 1, 0)  # kept for those that must come too
            spare = room - owed - least
            if spare < 0:
                break
            lengths = [self.min_delimiter_length, self.min_span_length, self.min_delimiter_length]
            ranges = [
                self.max_delimiter_length - self.min_delimiter_length,
                self.max_span_length - self.min_span_length,
                self.max_delimiter_length - self.min_delimiter_length,
            ]
            for j, span in enumerate(ranges):
                more = int(draws[1 + 3 * i + j] * (min(span, spare) + 1))
                lengths[j] += more
                spare -= more
            blocks.append(tuple(lengths))
            room -= sum(lengths) + PER_SPAN
        return blocks

    def _place(self, blocks: list[tuple[int, int, int]], n_tokens: int, rng) -> list[int]:
        """Where each block starts in the context; they do not overlap."""
        lengths = [sum(block) for block in blocks]
        gaps = sorted(rng.integers(0, n_tokens - sum(lengths) + 1, len(blocks)).tolist())
        places, used = [], 0
        for gap, length in zip(gaps, lengths, strict=True):
            places.append(gap + used)
            used += length
        return places
