"""Exercise 5.1: the loss of a model that knows the last token only."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def bigram_loss(
    train: np.ndarray, validation: np.ndarray, n_ids: int, smoothing: float = 0.01
) -> float:
    """Nats per token of a model that counts pairs, on tokens that it has not counted."""
    probability = _probabilities(train, n_ids, smoothing)
    return float(-np.log(probability[validation[:-1], validation[1:]]).mean())


def _probabilities(train: np.ndarray, n_ids: int, smoothing: float) -> np.ndarray:
    """Of each token after each other token, (n_ids, n_ids)."""
    counts = np.full((n_ids, n_ids), smoothing)
    np.add.at(counts, (train[:-1], train[1:]), 1)
    return counts / counts.sum(axis=1, keepdims=True)


def _tokens(rng: np.random.Generator) -> Inputs:
    n_ids = int(rng.integers(5, 9))
    # A chain that prefers some followers, so that the direction matters; not all pairs occur.
    chain = rng.dirichlet(np.full(n_ids, 0.3), size=n_ids)
    train, validation = (_walk(chain, length, rng) for length in (60, 40))
    return {
        "train": train,
        "validation": validation,
        "n_ids": n_ids,
        "smoothing": float(rng.uniform(0.005, 0.2)),
    }


def _walk(chain: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    tokens = [int(rng.integers(len(chain)))]
    while len(tokens) < length:
        # Now and then anything: pairs that were never counted come up in validation.
        anywhere = rng.random() < 0.15
        row = np.full(len(chain), 1 / len(chain)) if anywhere else chain[tokens[-1]]
        tokens.append(int(rng.choice(len(chain), p=row)))
    return np.array(tokens)


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    n_ids = 6
    common = {"n_ids": n_ids, "smoothing": 0.05}
    train, validation = rng.integers(0, n_ids, size=30), rng.integers(0, n_ids, size=20)
    some, others = rng.integers(0, 3, size=30), rng.integers(3, n_ids, size=20)
    alone = np.zeros(9, np.int64)
    narrow = {"train": train.astype(np.uint8), "validation": validation.astype(np.int32)}
    return {
        "no pair to count": common | {"train": train[:1], "validation": validation},
        "one token to predict": common | {"train": train, "validation": validation[:2]},
        "no token of validation was counted": common | {"train": some, "validation": others},
        "only the last id": common | {"train": alone + 5, "validation": alone + 5},
        "ids that never come up": common
        | {"train": train, "validation": validation, "n_ids": n_ids + 3},
        "a vocabulary of one": {"train": alone, "validation": alone, "n_ids": 1},
        "the default smoothing": {"train": train, "validation": validation, "n_ids": n_ids},
        "smoothing 1, a whole number": common
        | {"train": train, "validation": validation, "smoothing": 1},
        "ids of other integer types": common | narrow,
    }


def _columns_sum_to_one(train, validation, n_ids, smoothing=0.01):
    counts = np.full((n_ids, n_ids), smoothing)
    np.add.at(counts, (train[:-1], train[1:]), 1)
    return -np.log((counts / counts.sum(axis=0))[validation[:-1], validation[1:]]).mean()


def _looked_up_backwards(train, validation, n_ids, smoothing=0.01):
    probability = _probabilities(train, n_ids, smoothing)
    return -np.log(probability[validation[1:], validation[:-1]]).mean()


def _no_minus(train, validation, n_ids, smoothing=0.01):
    return -bigram_loss(train, validation, n_ids, smoothing)


def _joint(train, validation, n_ids, smoothing=0.01):
    counts = np.full((n_ids, n_ids), smoothing)
    np.add.at(counts, (train[:-1], train[1:]), 1)
    return -np.log((counts / counts.sum())[validation[:-1], validation[1:]]).mean()


def _unigram(train, validation, n_ids, smoothing=0.01):
    counts = np.bincount(train[1:], minlength=n_ids) + smoothing
    return -np.log((counts / counts.sum())[validation[1:]]).mean()


def _bits(train, validation, n_ids, smoothing=0.01):
    return bigram_loss(train, validation, n_ids, smoothing) / np.log(2)


def _perplexity(train, validation, n_ids, smoothing=0.01):
    return np.exp(bigram_loss(train, validation, n_ids, smoothing))


def _on_the_training_tokens(train, validation, n_ids, smoothing=0.01):
    return bigram_loss(train, train, n_ids, smoothing) if len(train) > 1 else np.nan


def _mean_before_the_logarithm(train, validation, n_ids, smoothing=0.01):
    probability = _probabilities(train, n_ids, smoothing)
    return -np.log(probability[validation[:-1], validation[1:]].mean())


def _add_one(train, validation, n_ids, smoothing=0.01):
    return bigram_loss(train, validation, n_ids, 1.0)


def _sum(train, validation, n_ids, smoothing=0.01):
    return bigram_loss(train, validation, n_ids, smoothing) * (len(validation) - 1)


def _repeats_lost(train, validation, n_ids, smoothing=0.01):
    counts = np.full((n_ids, n_ids), smoothing)
    counts[train[:-1], train[1:]] += 1  # a pair that comes twice is counted once
    probability = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(probability[validation[:-1], validation[1:]]).mean()


def _smoothing_of_its_own(train, validation, n_ids, smoothing=0.01):
    return bigram_loss(train, validation, n_ids)


def _one_guess_too_many(train, validation, n_ids, smoothing=0.01):
    return _sum(train, validation, n_ids, smoothing) / len(validation)


def _smoothing_added_once(train, validation, n_ids, smoothing=0.01):
    counts = np.zeros((n_ids, n_ids))
    np.add.at(counts, (train[:-1], train[1:]), 1)
    p = (counts + smoothing) / (counts.sum(axis=1, keepdims=True) + smoothing)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


EXERCISE = Exercise(
    id="5.1",
    title="The loss of a bigram",
    function="bigram_loss",
    points=4,
    minutes=15,
    difficulty=2,
    inputs=_tokens,
    edges=_edges,
    reference=bigram_loss,
    misconceptions={
        _columns_sum_to_one: "given the token before, each row sums to 1, not each column",
        _looked_up_backwards: "the indices are swapped: the token before comes first",
        _no_minus: "the logarithm of a probability is negative and a loss is not: change the sign",
        _joint: "divide by the count of the token before, so that each row sums to 1",
        _unigram: "this ignores the token before: count pairs",
        _bits: "the loss is in nats, not in bits: take the natural logarithm",
        _perplexity: "this is the perplexity; return its logarithm",
        _on_the_training_tokens: "the loss is measured on the validation tokens",
        _mean_before_the_logarithm: "take the logarithm of each probability first, then the mean",
        _add_one: "add `smoothing` to each count, not 1",
        _sum: "the mean over the predicted tokens, not their sum",
        _repeats_lost: "`counts[a, b] += 1` counts each pair once: use np.add.at",
        _smoothing_of_its_own: "add the value of `smoothing`; 0.01 is only its default",
        _smoothing_added_once: "add the smoothing to every count before you sum a row: the sum "
        "grows by n_ids times it",
        _one_guess_too_many: "the first token is not predicted: divide by len(validation) - 1",
    },
    forbidden=("refimpl.training.BigramModel", "refimpl.training.measure_baselines"),
)
