"""Baselines for a model: uniform, unigram and bigram predictors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from refimpl.training.batches import frame_tune
from refimpl.training.config import TrainingError
from refimpl.vocabulary import Vocabulary


class BigramModel:
    """Probabilities of a token given the one before it: counted, with Witten and Bell's smoothing.

    A token with many different followers is likely to have yet another: after `n` occurrences with
    `d` different followers, a share d / (n + d) of the probability goes to the model without
    context. That model gives a share to the uniform model by the same rule, so no token is
    impossible, and there is no constant to tune.

    Args:
        tunes: token arrays (n_tokens,), such as a `TokenDataset`.
        vocabulary: gives the special tokens and the size; by default `tunes.vocabulary`.

    Source: Chen and Goodman, An Empirical Study of Smoothing Techniques (1999), section 2.5.
    Taught in lesson 5.
    """

    def __init__(
        self, tunes: Sequence[np.ndarray], *, vocabulary: Vocabulary | None = None
    ) -> None:
        self.vocabulary = vocabulary or tunes.vocabulary
        size = self.vocabulary.size
        previous, following = self._pairs(tunes)
        counts = sparse.coo_array(
            (np.ones(len(previous), dtype=np.int64), (previous, following)), shape=(size, size)
        )
        self._pair_counts = counts.tocsr()  # (size, size); sums what occurs more than once
        self._counts = np.asarray(self._pair_counts.sum(axis=1))  # times each token came before
        followers = np.diff(self._pair_counts.indptr)  # different tokens after each
        self._back_off = followers / np.maximum(1, self._counts + followers)
        self._back_off[self._counts == 0] = 1.0
        frequency = np.bincount(following, minlength=size)
        kinds = np.count_nonzero(frequency)
        self._unigram = (frequency + kinds / size) / (len(following) + kinds)

    def _pairs(self, tunes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """All (token, next token) of framed tunes, as two arrays (n_pairs,)."""
        framed = [frame_tune(tunes[i], self.vocabulary) for i in range(len(tunes))]
        if not framed:
            raise TrainingError("there are no tunes to count; tokenize some audio first")
        return (
            np.concatenate([tokens[:-1] for tokens in framed]),
            np.concatenate([tokens[1:] for tokens in framed]),
        )

    def unigram_probability(self, tokens: np.ndarray) -> np.ndarray:
        """Probability of tokens without a context: (n,) -> (n,)."""
        return self._unigram[tokens]

    def probability(self, previous: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """Probability of tokens after others: (n,), (n,) -> (n,)."""
        seen = np.asarray(self._pair_counts[previous, tokens]).reshape(-1)
        counted = seen / np.maximum(1, self._counts[previous])
        back_off = self._back_off[previous]
        return (1.0 - back_off) * counted + back_off * self._unigram[tokens]

    def evaluate(self, tunes: Sequence[np.ndarray]) -> dict[str, float]:
        """Return nats per token on tunes, over the same targets as in `ValidationBatches`.

        Args:
            tunes: token arrays (n_tokens,), not those that were counted.

        Returns:
            "uniform", "unigram" and "bigram".
        """
        previous, following = self._pairs(tunes)
        return {
            "uniform": float(np.log(self.vocabulary.size)),
            "unigram": float(-np.log(self.unigram_probability(following)).mean()),
            "bigram": float(-np.log(self.probability(previous, following)).mean()),
        }


def measure_baselines(
    train: Sequence[np.ndarray],
    validation: Sequence[np.ndarray],
    *,
    vocabulary: Vocabulary | None = None,
) -> dict[str, float]:
    """Return the nats per token that a model must beat: "uniform", "unigram" and "bigram".

    Args:
        train: token arrays (n_tokens,) to count. With several columns (n_tokens, n_columns), each
            is predicted from itself, and the mean over all is returned.
        validation: token arrays to predict.
        vocabulary: by default `train.vocabulary`.

    Taught in lesson 5.
    """
    vocabulary = vocabulary or train.vocabulary
    if not len(train) or np.ndim(train[0]) == 1:
        return BigramModel(train, vocabulary=vocabulary).evaluate(validation)
    columns = [
        BigramModel(_column(train, c, vocabulary), vocabulary=vocabulary).evaluate(
            _column(validation, c, vocabulary)
        )
        for c in range(train[0].shape[1])
    ]
    return {name: float(np.mean([column[name] for column in columns])) for name in columns[0]}


def _column(tunes: Sequence[np.ndarray], column: int, vocabulary: Vocabulary) -> list[np.ndarray]:
    """The codes of one column of every tune; the layout decides its other tokens."""
    rows = (tunes[i][:, column] for i in range(len(tunes)))
    return [row[vocabulary.is_code(row)] for row in rows]
