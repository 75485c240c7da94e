"""Exercise 5.5: predict the loss of a model that knows one number, and measure it."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def one_number_model(ids: np.ndarray, n_ids: int, tokens_per_second: float) -> tuple[float, float]:
    """Nats per token and per second of a model that knows only how often tokens repeat."""
    return _losses(ids, n_ids, tokens_per_second)


def _losses(ids, n_ids, tokens_per_second, share=None, n_others=None):
    """The answer, with what answers get wrong open to be changed."""
    share = share or np.mean(ids[1:] == ids[:-1])
    n_others = n_others or n_ids - 1
    nats = -share * np.log(share) - (1 - share) * np.log((1 - share) / n_others)
    return float(nats), float(nats * tokens_per_second)


def _held_tokens(rng: np.random.Generator) -> Inputs:
    n_ids = int(rng.integers(6, 12))
    lengths = rng.integers(1, 7, size=12)  # how long each is held
    held = np.repeat(rng.integers(0, n_ids, size=12), lengths)
    return {
        "ids": held,
        "n_ids": n_ids,
        "tokens_per_second": float(rng.integers(20, 90)) + 0.25,
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    ids = _held_tokens(rng)["ids"] % 6
    common = {"ids": ids, "n_ids": 12, "tokens_per_second": 31.25}
    return {
        "one token repeats, and one changes": common | {"ids": np.array([4, 4, 0])},
        "one repetition in many": common | {"ids": np.append(np.arange(12), 11)},
        "one change in many": common | {"ids": np.repeat([3, 8], 20)},
        "a token comes back, but not at once": common | {"ids": np.array([1, 2, 1, 2, 2, 1])},
        "a vocabulary of two": common | {"ids": ids % 2, "n_ids": 2},
        "a large vocabulary": common | {"n_ids": 1077},
        "a whole number of tokens per second": common | {"tokens_per_second": 50},
        "less than one token per second": common | {"tokens_per_second": 0.5},
        "ids of eight bits": common | {"ids": ids.astype(np.uint8)},
    }


def _all_share_the_rest(ids, n_ids, tokens_per_second):
    return _losses(ids, n_ids, tokens_per_second, n_others=n_ids)


def _share_of_all(ids, n_ids, tokens_per_second):
    share = np.sum(ids[1:] == ids[:-1]) / len(ids)
    return _losses(ids, n_ids, tokens_per_second, share=share)


def _which_others_forgotten(ids, n_ids, tokens_per_second):
    return _losses(ids, n_ids, tokens_per_second, n_others=1)


def _repeats_only(ids, n_ids, tokens_per_second):
    share = np.mean(ids[1:] == ids[:-1])
    return -np.log(share), -np.log(share) * tokens_per_second


def _bits(ids, n_ids, tokens_per_second):
    return tuple(np.array(one_number_model(ids, n_ids, tokens_per_second)) / np.log(2))


def _divided_by_the_rate(ids, n_ids, tokens_per_second):
    nats, _ = _losses(ids, n_ids, tokens_per_second)
    return nats, nats / tokens_per_second


def _share_the_other_way(ids, n_ids, tokens_per_second):
    share = np.mean(ids[1:] != ids[:-1])
    return _losses(ids, n_ids, tokens_per_second, share=share)


EXERCISE = Exercise(
    id="5.5",
    title="Predict the loss of one number",
    function="one_number_model",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_held_tokens,
    edges=_edges,
    reference=one_number_model,
    misconceptions={
        _all_share_the_rest: "the rest is shared by the n_ids - 1 other tokens",
        _share_of_all: "no token comes before the first: only len(ids) - 1 tokens can repeat",
        _which_others_forgotten: "the model must also say which other token: divide by n_ids - 1",
        _repeats_only: "tokens that change count too, and cost the most",
        _bits: "the loss is in nats, not in bits: take the natural logarithm",
        _divided_by_the_rate: "each second takes that many guesses: multiply",
        _share_the_other_way: "r is the share of tokens that are the same as the one before",
    },
    forbidden=("refimpl.metrics.nats_per_second",),
)
