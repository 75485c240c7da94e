"""A sample, made by an objective from a piece of a tune, and the special tokens around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from refimpl.vocabulary import IGNORE_INDEX

# The positions of a sample's tokens. "row": 0, 1, 2, … through the sample, as its tokens follow
# each other in the row. "tune": their places in the tune, so an answer has those of its gap.
SAMPLE_POSITIONS = ("row", "tune")


class Sample(NamedTuple):
    """One segment of a row.

    Attributes:
        input_ids: (n,) the model's input.
        label_ids: (n,) the target at each position, already shifted; -100 for none.
        n_prefix: the number of first inputs that attend to one another in both directions.
        position_ids: (n,) the position of each input; None counts 0, 1, 2, …
    """

    input_ids: np.ndarray
    label_ids: np.ndarray
    n_prefix: int
    position_ids: np.ndarray | None = None


@dataclass(frozen=True)
class SpecialTokens:
    """The special tokens of an objective's samples, and the positions of all their tokens.

    Attributes:
        paradigm: comes first and names the task; None for no task.
        answer: separates the question from the answer.
        sentinels: mark the removed spans, in order; ids (32,) int64.
        positions: one of `SAMPLE_POSITIONS`. Only objectives whose question and answer are
            different parts of a tune use "tune". If the answer repeats the question, two tokens
            would have each place.
    """

    paradigm: int | None
    answer: int
    sentinels: np.ndarray
    positions: str = "row"

    def ask(
        self,
        question: Sequence[int],
        answer: Sequence[int],
        places: tuple[Sequence[int], Sequence[int]] | None = None,
    ) -> Sample:
        """Frame a question and its answer: P question G answer[:-1] -> (ignored) answer.

        The question and its two marks are the prefix; only the answer is trained on.

        Args:
            question: (n_question,) without the paradigm token. An array, or a list, which is
                quicker where it is joined of many short parts.
            answer: (n_answer,) at least one token; of the same kind.
            places: positions of the question's tokens and of the answer's, (n_question,) and
                (n_answer,); None counts through the sample.

        Returns:
            A sample of 1 + n_question + n_answer positions (n_question + n_answer without P).

        Source: the paper, figure 1. Taught in lesson 6.
        """
        if isinstance(question, list) and isinstance(answer, list):
            first = [] if self.paradigm is None else [self.paradigm]
            whole = np.array([*first, *question, self.answer, *answer], dtype=np.int64)
        else:
            first, middle = self._frame
            whole = np.concatenate(
                (first, question, middle, answer), dtype=np.int64, casting="unsafe"
            )
        n_prefix = len(whole) - len(answer)
        # The label of an input is the token after it: the same tokens, shifted by one place.
        labels = whole[1:].copy()
        labels[: n_prefix - 1] = IGNORE_INDEX
        positions = None if places is None else self.position_ids(*places)[:-1]
        return Sample(whole[:-1], labels, n_prefix, positions)

    def position_ids(self, question: Sequence[int], answer: Sequence[int]) -> np.ndarray:
        """The positions of a framed sample: those of P, the question, G and the answer.

        P has the position of the tune's beginning. G has the one before the answer, because each
        input comes one place before its label.

        Args:
            question: (n_question,) positions of its tokens.
            answer: (n_answer,) positions of its tokens, at least one.

        Returns:
            (1 + n_question + 1 + n_answer,) int64; one less without P.
        """
        first = [] if self.paradigm is None else [0]
        middle = [max(answer[0] - 1, 0)]
        return np.concatenate((first, question, middle, answer), dtype=np.int64, casting="unsafe")

    @cached_property
    def marks(self) -> list[int]:
        """The sentinels as plain numbers."""
        return self.sentinels.tolist()

    @cached_property
    def _frame(self) -> tuple[np.ndarray, np.ndarray]:
        """The special tokens before the question and after it, as arrays to join with it."""
        first = [] if self.paradigm is None else [self.paradigm]
        return np.array(first, dtype=np.int64), np.array([self.answer])
