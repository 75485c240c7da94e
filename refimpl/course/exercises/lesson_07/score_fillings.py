"""Exercise 7.4: judge the fillings of a gap by the tokens behind it."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs

N_IDS = 6


def score_fillings(
    log_probabilities: Callable, before: np.ndarray, fillings: np.ndarray, behind: np.ndarray
) -> np.ndarray:
    """For each filling, the log probability of the tokens behind the gap, given all before them."""
    scores = []
    for filling in fillings:
        whole = np.concatenate([before, filling, behind])
        scores.append(log_probabilities(whole)[-len(behind) :].sum())
    return np.array(scores)


def _gap(rng: np.random.Generator) -> Inputs:
    return _draw(rng, int(rng.integers(4, 7)), (4, 3), int(rng.integers(4, 7)))


def _draw(
    rng: np.random.Generator, n_before: int, fillings: tuple[int, int], n_behind: int
) -> Inputs:
    return {
        "before": rng.integers(N_IDS, size=n_before),
        "fillings": rng.integers(N_IDS, size=fillings),
        "behind": rng.integers(N_IDS, size=n_behind),
        "table": int(rng.integers(2**31)),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    alike = _draw(rng, 4, (3, 2), 5)
    alike["fillings"][:] = alike["fillings"][0]
    return {
        "one filling": _draw(rng, 5, (1, 3), 4),
        "a gap of one token": _draw(rng, 5, (4, 1), 4),
        "one token before the gap": _draw(rng, 1, (3, 3), 4),
        "one token behind the gap": _draw(rng, 4, (3, 3), 1),
        "a gap longer than both sides": _draw(rng, 2, (2, 9), 3),
        "more tokens behind the gap than before it": _draw(rng, 2, (3, 2), 11),
        "all fillings are the same": alike,
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
    edges=_edges,
    run=_run,
    reference=score_fillings,
    misconceptions={
        _everything: "sum over the tokens behind the gap only, not over the whole tune",
        _the_filling: "that is how likely the filling is: sum over the tokens behind the gap",
        _filling_and_behind: "leave the filling out of the sum: it was drawn by its probability",
        _shifted: "off by one: entry i belongs to token i itself, given those before it",
        _first_token: "sum over all tokens behind the gap, not only the first",
        _mean: "the sum, not the mean",
        _loss: "a log probability, larger for what fits better: no minus",
        _without_before: "the model has to read the tokens before the gap, too",
        _probabilities: "the logarithm: probabilities of many tokens multiply to nearly 0",
    },
)
