"""Exercise 9.4: classifier-free guidance, with a scale for each condition."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def guide(free: np.ndarray, given: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Give the scores without conditions, moved towards each condition by its scale.

    There is at least one code. There may be no conditions. All scores are finite.
    """
    return free + np.asarray(scales) @ (given - free)


def _draw(rng: np.random.Generator, n_conditions: int, n_codes: int) -> Inputs:
    free = rng.normal(0, 2, size=n_codes)
    return {
        "free": free,
        "given": free + rng.normal(0, 1.5, size=(n_conditions, n_codes)),
        "scales": rng.uniform(0.5, 4, size=n_conditions),
    }


def _usual(rng: np.random.Generator) -> Inputs:
    return _draw(rng, int(rng.integers(2, 4)), int(rng.integers(5, 9)))


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    one, two = _draw(rng, 1, 6), _draw(rng, 2, 6)
    return {
        "one condition": one,
        "one condition, at a scale of 1": one | {"scales": np.array([1.0])},
        "one condition, at a scale of 0": one | {"scales": np.array([0.0])},
        "a scale below 0, to get away from it": one | {"scales": np.array([-1.0])},
        "a scale of 10": one | {"scales": np.array([10.0])},
        "no conditions": two | {"given": two["given"][:0], "scales": two["scales"][:0]},
        "two conditions, one of them off": two | {"scales": np.array([3.0, 0.0])},
        "twice the same condition": two | {"given": np.stack([one["given"][0]] * 2)},
        "a condition that changes nothing": one | {"given": one["free"][None].copy()},
        "one code": _draw(rng, 2, 1),
        "as many conditions as codes": _draw(rng, 5, 5),
        "scales that are whole numbers": two | {"scales": np.array([3, 2])},
    }


def _softmax(scores):
    likely = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return likely / likely.sum(axis=-1, keepdims=True)


def _from_given(free, given, scales):
    return given.sum(axis=0) / max(1, len(given)) + scales @ (given - free)


def _one_more(free, given, scales):
    return guide(free, given, scales + 1)


def _one_less(free, given, scales):
    return guide(free, given, scales - 1)


def _backwards(free, given, scales):
    return free + scales @ (free - given)


def _between(free, given, scales):
    return guide(free, given, 1 - scales)


def _without_free(free, given, scales):
    return scales @ (given - free)


def _given_alone(free, given, scales):
    return scales @ given


def _given_added(free, given, scales):
    return free + scales @ given


def _free_each_time(free, given, scales):
    return (free + scales[:, None] * (given - free)).sum(axis=0)


def _averaged(free, given, scales):
    return free + scales @ (given - free) / max(1, len(scales))


def _weighted(free, given, scales):
    return free + (scales / scales.sum()) @ (given - free)


def _mean_scale(free, given, scales):
    return free + scales.sum() / max(1, len(scales)) * (given - free).sum(axis=0)


def _first_scale(free, given, scales):
    return free + scales[0] * (given - free).sum(axis=0)


def _first_alone(free, given, scales):
    return free + scales[0] * (given[0] - free)


def _last_alone(free, given, scales):
    return free + scales[-1] * (given[-1] - free)


def _chain(free, given, scales):
    scores = free
    for scale, one in zip(scales, given, strict=True):
        scores = scores + scale * (one - scores)
    return scores


def _nested(free, given, scales):
    scores, before = free, free
    for scale, one in zip(scales, given, strict=True):
        scores, before = scores + scale * (one - before), one
    return scores


def _only_up(free, given, scales):
    return free + scales @ np.maximum(given - free, 0)


def _sizes(free, given, scales):
    return free + scales @ np.abs(given - free)


def _strongest(free, given, scales):
    return free + (scales[:, None] * (given - free)).max(axis=0)


def _multiplied(free, given, scales):
    return free + np.prod(scales) * (given - free).sum(axis=0)


def _of_probabilities(free, given, scales):
    return guide(_softmax(free), _softmax(given), scales)


def _probabilities(free, given, scales):
    return _softmax(guide(free, given, scales))


def _normalised(free, given, scales):
    return guide(np.log(_softmax(free)), np.log(_softmax(given)), scales)


def _normalised_behind(free, given, scales):
    return np.log(_softmax(guide(free, given, scales)))


def _each(free, given, scales):
    return free + scales[:, None] * (given - free)


EXERCISE = Exercise(
    id="9.4",
    title="Guidance in one line",
    function="guide",
    points=3,
    minutes=8,
    difficulty=2,
    inputs=_usual,
    edges=_edges,
    reference=guide,
    misconceptions={
        _from_given: "begin at the scores without conditions: a scale of 1 then ends at those with "
        "it, not beyond them",
        _one_more: "a scale of 1 has to give the scores with the condition: yours goes twice as "
        "far",
        _one_less: "a scale of 1 has to give the scores with the condition, and a scale of 0 those "
        "without: use the scale as it is",
        _backwards: "move towards the conditions: yours moves away from them",
        _between: "a scale of 0 gives the scores without the condition, and a scale of 1 those "
        "with it: yours is the other way round",
        _without_free: "that is only the move: add it to the scores without conditions",
        _given_alone: "it is the difference that the scale multiplies, not the scores themselves",
        _given_added: "subtract free from the scores with a condition before you multiply",
        _free_each_time: "the scores without conditions count once, however many conditions there "
        "are",
        _averaged: "add the moves: do not divide by their number",
        _weighted: "the scales are no shares: do not divide them by their sum",
        _mean_scale: "each condition has its own scale, not their mean",
        _first_scale: "each condition has its own scale: you used the first one for all",
        _first_alone: "all conditions count, not only the first",
        _last_alone: "all conditions count, not only the last",
        _chain: "each move starts from free, not from where the move before it has ended",
        _nested: "each difference is to free, not to the condition before",
        _only_up: "a condition makes some codes less likely as well: keep the negative differences",
        _sizes: "keep the sign: a condition makes some codes less likely",
        _strongest: "add the moves of all conditions: do not choose the largest",
        _multiplied: "each difference is multiplied by its own scale, not by their product",
        _of_probabilities: "guide the scores as they are: no softmax",
        _probabilities: "return scores: the softmax comes later, in sampling",
        _normalised: "guide the scores as they are: no log-softmax before it",
        _normalised_behind: "return the scores as they come out: no log-softmax behind it",
        _each: "return one row of scores: add the moves of all conditions",
    },
    forbidden=("refimpl.conditioning.Guided",),
)
