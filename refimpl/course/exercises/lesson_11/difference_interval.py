"""Exercise 11.5: a bootstrap interval of a difference, by pairs."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def difference_interval(
    ours: np.ndarray, theirs: np.ndarray, draws: np.ndarray, confidence: float
) -> np.ndarray:
    """Give the lower and the upper end of the mean difference's interval, `(2,)`.

    There is at least one prompt and one draw, and 0 < confidence < 1.
    """
    differences = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    means = differences[draws].mean(axis=1)
    tail = (1 - confidence) / 2
    return np.quantile(means, [tail, 1 - tail])


def _case(rng: np.random.Generator, n: int = 25, n_draws: int = 60) -> Inputs:
    prompt = rng.normal(0, 2, size=n)  # some prompts are easy for both
    ours = prompt + rng.exponential(0.7, size=n)
    return {
        "ours": ours,
        "theirs": prompt + rng.normal(0, 0.5, size=n),
        "draws": rng.integers(n, size=(n_draws, n)),
        "confidence": float(rng.choice([0.8, 0.9, 0.95])),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng)
    return {
        "one prompt": _case(rng, 1),
        "two prompts": _case(rng, 2),
        "one draw": _case(rng, n_draws=1),
        "as many draws as prompts": _case(rng, 30, 30),
        "draws of fewer prompts than there are": usual | {"draws": usual["draws"][:, :10]},
        "draws of more prompts than there are": usual | {"draws": rng.integers(25, size=(60, 70))},
        "theirs is better": usual | {"ours": usual["theirs"], "theirs": usual["ours"]},
        "no difference at all": usual | {"theirs": usual["ours"].copy()},
        "the same difference everywhere": usual | {"theirs": usual["ours"] - 0.25},
        "a confidence of a half": usual | {"confidence": 0.5},
        "a confidence of 0.99": usual | {"confidence": 0.99},
        "votes of 0 and 1": usual
        | {name: (usual[name] > 0).astype(int) for name in ("ours", "theirs")},
        "one outlier": usual | {"ours": np.where(np.arange(25) == 3, 50.0, usual["ours"])},
    }


def _means(ours, theirs, draws) -> np.ndarray:
    return (ours[draws] - theirs[draws]).mean(axis=1)


def _ends(means, confidence) -> np.ndarray:
    tail = (1 - confidence) / 2
    return np.quantile(means, [tail, 1 - tail])


def _theirs_minus_ours(ours, theirs, draws, confidence):
    return difference_interval(theirs, ours, draws, confidence)


def _whole_tail_each_side(ours, theirs, draws, confidence):
    return np.quantile(_means(ours, theirs, draws), [1 - confidence, confidence])


def _of_single_values(ours, theirs, draws, confidence):
    return _ends(ours - theirs, confidence)


def _of_all_drawn(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws].ravel(), confidence)


def _mean_over_draws(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws].mean(axis=0), confidence)


def _cut_to_n(ours, theirs, draws, confidence):
    return difference_interval(ours, theirs, draws[:, : len(ours)], confidence)


def _always_95(ours, theirs, draws, confidence):
    return difference_interval(ours, theirs, draws, 0.95)


def _medians(ours, theirs, draws, confidence):
    return _ends(np.median((ours - theirs)[draws], axis=1), confidence)


def _sums(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws].sum(axis=1), confidence)


def _normal(ours, theirs, draws, confidence):
    means = _means(ours, theirs, draws)
    return np.mean(ours - theirs) + 1.96 * np.std(means) * np.array([-1, 1])


def _separate(ours, theirs, draws, confidence):
    a = _ends(ours[draws].mean(axis=1), confidence)
    b = _ends(theirs[draws].mean(axis=1), confidence)
    return np.array([a[0] - b[1], a[1] - b[0]])


def _ends_subtracted(ours, theirs, draws, confidence):
    return _ends(ours[draws].mean(axis=1), confidence) - _ends(
        theirs[draws].mean(axis=1), confidence
    )


def _unpaired(ours, theirs, draws, confidence):
    return _ends(ours[draws].mean(axis=1) - theirs[draws[::-1]].mean(axis=1), confidence)


def _only_ours(ours, theirs, draws, confidence):
    return _ends(ours[draws].mean(axis=1), confidence)


def _extremes(ours, theirs, draws, confidence):
    means = _means(ours, theirs, draws)
    return np.array([means.min(), means.max()])


def _upper_first(ours, theirs, draws, confidence):
    return difference_interval(ours, theirs, draws, confidence)[::-1]


def _hundredths(ours, theirs, draws, confidence):
    tail = (1 - confidence) / 2
    return np.percentile(_means(ours, theirs, draws), [tail, 1 - tail])


def _half_width(ours, theirs, draws, confidence):
    low, high = difference_interval(ours, theirs, draws, confidence)
    return np.array([(low + high) / 2, (high - low) / 2])


def _relative(ours, theirs, draws, confidence):
    return difference_interval(ours, theirs, draws, confidence) - np.mean(ours - theirs)


EXERCISE = Exercise(
    id="11.5",
    title="How sure is a difference?",
    function="difference_interval",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_case,
    edges=_edges,
    reference=difference_interval,
    misconceptions={
        _theirs_minus_ours: "take ours minus theirs: above 0, ours is better",
        _whole_tail_each_side: "what is left out is on both sides: half of 1 - confidence on each",
        _of_single_values: "that is how prompts differ: draw sets of them, and take the mean of "
        "each draw",
        _of_all_drawn: "take the mean of each draw first, then the quantiles of these means",
        _mean_over_draws: "a row is a draw: take the mean along axis 1",
        _cut_to_n: "use the whole of a draw: it may be longer than the list of prompts",
        _always_95: "cut off as much as the confidence says, which need not be 0.95",
        _medians: "the docstring asks for means",
        _sums: "take the mean of a draw, not the sum",
        _normal: "use the quantiles of the draws: they need no bell curve",
        _separate: "both models had the same prompts: subtract first, and easy prompts cancel",
        _ends_subtracted: "an interval of a difference is not the difference of two intervals",
        _unpaired: "draw the same prompts for both: they belong together",
        _only_ours: "subtract theirs, prompt by prompt",
        _extremes: "that leaves out nothing: cut the ends off by the confidence",
        _upper_first: "the lower end comes first",
        _hundredths: "np.percentile counts to 100, np.quantile to 1",
        _half_width: "return the two ends",
        _relative: "return the interval itself, not how far it reaches from the mean",
    },
)
