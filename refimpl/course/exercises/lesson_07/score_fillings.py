"""Exercise 7.4: judge the fillings of a gap by what stands behind it."""

from collections.abc import Callable

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs

N_IDS = 6


def score_fillings(
    log_probabilities: Callable, before: np.ndarray, fillings: np.ndarray, behind: np.ndarray
) -> np.ndarray:
    """Of each filling: the log probability of what stands behind the gap, given all before it."""
    scores = []
    for filling in fillings:
        whole = np.concatenate([before, filling, behind])
        scores.append(log_probabilities(whole)[-len(behind) :].sum())
    return np.array(scores)


def _gap(rng: np.random.Generator) -> Inputs:
    return {
        "before": rng.integers(N_IDS, size=int(rng.integers(4, 7))),
        "fillings": rng.integers(N_IDS, size=(4, 3)),
        "behind": rng.integers(N_IDS, size=int(rng.integers(4, 7))),
        "table": int(rng.integers(2**31)),
    }


def _make_model(table: int) -> Callable[[np.ndarray], np.ndarray]:
    """A made-up causal model: a token's probability depends on all tokens before it."""

    def log_probabilities(tokens: np.ndarray) -> np.ndarray:
        tokens = np.asarray(tokens, dtype=np.int64)
        rows = [
            np.random.default_rng([table, i, *tokens[:i]]).dirichlet(np.full(N_IDS, 1.5))
            for i in range(len(tokens))
        ]
        return np.log([row[token] for row, token in zip(rows, tokens, strict=True)])

    return log_probabilities


def _run(function: Callable, inputs: Inputs) -> Results:
    model = _make_model(inputs["table"])
    given = [inputs[name] for name in ("before", "fillings", "behind")]
    return {"result": function(model, *given)}


def _everything(log_probabilities, before, fillings, behind):
    return _scores(log_probabilities, before, fillings, behind, slice(None))


def _the_filling(log_probabilities, before, fillings, behind):
    inside = slice(len(before), len(before) + fillings.shape[1])
    return _scores(log_probabilities, before, fillings, behind, inside)


def _filling_and_behind(log_probabilities, before, fillings, behind):
    return _scores(log_probabilities, before, fillings, behind, slice(len(before), None))


def _shifted(log_probabilities, before, fillings, behind):
    first = len(before) + fillings.shape[1]
    return _scores(
        log_probabilities, before, fillings, behind, slice(first - 1, first - 1 + len(behind))
    )


def _first_token(log_probabilities, before, fillings, behind):
    first = len(before) + fillings.shape[1]
    return _scores(log_probabilities, before, fillings, behind, slice(first, first + 1))


def _mean(log_probabilities, before, fillings, behind):
    return score_fillings(log_probabilities, before, fillings, behind) / len(behind)


def _loss(log_probabilities, before, fillings, behind):
    return -score_fillings(log_probabilities, before, fillings, behind)


def _without_before(log_probabilities, before, fillings, behind):
    return score_fillings(log_probabilities, before[:0], fillings, behind)


def _probabilities(log_probabilities, before, fillings, behind):
    return np.exp(score_fillings(log_probabilities, before, fillings, behind))


def _scores(log_probabilities, before, fillings, behind, part):
    """The log probabilities of one part of the tune, summed, for each filling."""
    wholes = [np.concatenate([before, filling, behind]) for filling in fillings]
    return np.array([log_probabilities(whole)[part].sum() for whole in wholes])


EXERCISE = Exercise(
    id="7.4",
    title="Does it fit what follows?",
    function="score_fillings",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_gap,
    run=_run,
    reference=score_fillings,
    misconceptions={
        _everything: "sum over what stands behind the gap only, not over the whole tune",
        _the_filling: "that is how likely the filling is; wanted is what stands behind it",
        _filling_and_behind: "leave the filling out of the sum: it was drawn by its likelihood",
        _shifted: "off by one: entry i is of token i itself, given those before it",
        _first_token: "sum over all tokens behind the gap, not only the first",
        _mean: "the sum, not the mean",
        _loss: "a log probability, larger for what fits better: no minus",
        _without_before: "the model has to read what stands before the gap, too",
        _probabilities: "the logarithm: probabilities of many tokens multiply to nearly 0",
    },
)
