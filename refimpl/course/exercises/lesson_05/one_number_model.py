"""Exercise 5.5: predict what a model reaches that knows one number, and measure it."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def one_number_model(ids: np.ndarray, n_ids: int, tokens_per_second: float) -> tuple[float, float]:
    """Nats a token and nats a second of a model that knows how often tokens repeat."""
    return _losses(ids, n_ids, tokens_per_second)


def _losses(ids, n_ids, tokens_per_second, share=None, n_others=None):
    """The answer, with what answers get wrong open to be changed."""
    share = np.mean(ids[1:] == ids[:-1]) if share is None else share
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
    reference=one_number_model,
    misconceptions={
        _all_share_the_rest: "the rest is shared by the n_ids - 1 other tokens",
        _share_of_all: "the first token has none before it: len(ids) - 1 can repeat",
        _which_others_forgotten: "it must also name which other token comes: divide by n_ids - 1",
        _repeats_only: "tokens that change count too, and they cost the most",
        _bits: "nats, not bits: the natural logarithm",
        _divided_by_the_rate: "so many tokens have to be said each second: multiply",
        _share_the_other_way: "the share is that of tokens that are the same as the one before",
    },
    forbidden=("refimpl.metrics.nats_per_second",),
)
