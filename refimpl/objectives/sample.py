"""What an objective makes of a piece of a tune, and the special tokens that it may use for it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from refimpl.vocabulary import IGNORE_INDEX


class Sample(NamedTuple):
    """One segment of a row.

    Attributes:
        input_ids: (n,) what the model reads.
        label_ids: (n,) the target at each position, already shifted; -100 for none.
        n_prefix: how many of the first inputs may see one another in both directions.
    """

    input_ids: np.ndarray
    label_ids: np.ndarray
    n_prefix: int


@dataclass(frozen=True)
class SpecialTokens:
    """The tokens that frame a sample.

    Attributes:
        paradigm: stands first and says what is asked; None where nothing is.
        answer: stands between the question and the answer.
        sentinels: mark what was cut out, in order; ids (32,) int64.
    """

    paradigm: int | None
    answer: int
    sentinels: np.ndarray

    def ask(self, question: np.ndarray, answer: np.ndarray) -> Sample:
        """Frame a question and its answer: P question G answer[:-1] -> (ignored) answer.

        The question and its two marks are the prefix; only the answer is trained on.

        Args:
            question: (n_question,) without the paradigm token.
            answer: (n_answer,) at least one token.

        Returns:
            A sample of 1 + n_question + n_answer positions (n_question + n_answer without P).

        Source: the paper, figure 1. Taught in lesson 6.
        """
        first = [] if self.paradigm is None else [self.paradigm]
        n_prefix = len(first) + len(question) + 1
        n = n_prefix + len(answer) - 1
        inputs = np.empty(n, dtype=np.int64)
        inputs[: len(first)] = first
        inputs[len(first) : n_prefix - 1] = question
        inputs[n_prefix - 1] = self.answer
        inputs[n_prefix:] = answer[:-1]
        labels = np.empty(n, dtype=np.int64)
        labels[: n_prefix - 1] = IGNORE_INDEX
        labels[n_prefix - 1 :] = answer
        return Sample(inputs, labels, n_prefix)
