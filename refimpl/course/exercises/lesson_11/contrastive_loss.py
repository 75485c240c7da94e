"""Exercise 11.1: the symmetric contrastive loss."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _similarity(sounds, captions, temperature) -> np.ndarray:
    return _unit(sounds) @ _unit(captions).T / temperature


def _log_sum(logits: np.ndarray, axis: int) -> np.ndarray:
    top = logits.max(axis=axis, keepdims=True)
    return top.squeeze(axis) + np.log(np.exp(logits - top).sum(axis=axis))


def contrastive_loss(sounds: np.ndarray, captions: np.ndarray, temperature: float) -> float:
    """Give the mean surprise at the right caption of each sound, and at its sound, halved.

    There is at least one pair, and no vector of length 0.
    """
    logits = _similarity(sounds, captions, temperature)
    own = np.diag(logits)
    return float(0.5 * ((_log_sum(logits, 1) - own).mean() + (_log_sum(logits, 0) - own).mean()))


def _pairs(rng: np.random.Generator, n: int = 6, dim: int = 4) -> Inputs:
    sounds = rng.normal(size=(n, dim)) * rng.uniform(0.3, 3, size=(n, 1))
    captions = sounds + rng.normal(size=(n, dim))
    return {
        "sounds": sounds,
        "captions": captions * rng.uniform(0.3, 3, size=(n, 1)),
        "temperature": float(rng.uniform(0.2, 0.6)),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _pairs(rng)
    return {
        "one pair": _pairs(rng, 1),
        "two pairs": _pairs(rng, 2),
        "vectors of one number": _pairs(rng, 5, 1),
        "more pairs than numbers in a vector": _pairs(rng, 40, 3),
        "captions that are their sounds": usual | {"captions": usual["sounds"].copy()},
        "captions that are the opposite": usual | {"captions": -usual["sounds"]},
        "all vectors equal": usual | {"sounds": np.ones((6, 4)), "captions": np.full((6, 4), 2.0)},
        "a temperature of a thousandth": usual | {"temperature": 0.001},
        "a row that is far below the largest of all": {
            "sounds": np.eye(2),
            "captions": np.diag([1.0, -1.0]),
            "temperature": 0.001,
        },
        "a temperature of 1": usual | {"temperature": 1.0},
        "a temperature above 1": usual | {"temperature": 20.0},
        "very short vectors": usual | {"sounds": 1e-9 * usual["sounds"]},
        "float32": {
            "sounds": usual["sounds"].astype(np.float32),
            "captions": usual["captions"].astype(np.float32),
            "temperature": 0.5,
        },
    }


def _one_way(axis: int):
    def loss(sounds, captions, temperature) -> float:
        logits = _similarity(sounds, captions, temperature)
        return float((_log_sum(logits, axis) - np.diag(logits)).mean())

    return loss


_to_captions, _to_sounds = _one_way(1), _one_way(0)


def _both_added(sounds, captions, temperature) -> float:
    return 2 * contrastive_loss(sounds, captions, temperature)


def _sum_over_pairs(sounds, captions, temperature) -> float:
    return len(sounds) * contrastive_loss(sounds, captions, temperature)


def _not_normalised(sounds, captions, temperature) -> float:
    return _of_logits(sounds @ captions.T / temperature)


def _of_logits(logits: np.ndarray) -> float:
    own = np.diag(logits)
    return float(0.5 * ((_log_sum(logits, 1) - own).mean() + (_log_sum(logits, 0) - own).mean()))


def _times_the_temperature(sounds, captions, temperature) -> float:
    return contrastive_loss(sounds, captions, 1 / temperature)


def _no_temperature(sounds, captions, temperature) -> float:
    return contrastive_loss(sounds, captions, 1.0)


def _without_the_own(sounds, captions, temperature) -> float:
    logits = _similarity(sounds, captions, temperature)
    others = np.where(np.eye(len(logits), dtype=bool), -1e9, logits)
    own = np.diag(logits)
    return float(0.5 * ((_log_sum(others, 1) - own).mean() + (_log_sum(others, 0) - own).mean()))


def _likelihood(sounds, captions, temperature) -> float:
    return -contrastive_loss(sounds, captions, temperature)


def _only_the_own(sounds, captions, temperature) -> float:
    return float(-np.diag(_similarity(sounds, captions, temperature)).mean())


def _shares(sounds, captions, temperature) -> float:
    logits = _similarity(sounds, captions, temperature)
    own = np.diag(logits)
    rows, columns = np.exp(own - _log_sum(logits, 1)), np.exp(own - _log_sum(logits, 0))
    return float(0.5 * ((1 - rows).mean() + (1 - columns).mean()))


def _logarithm_of_the_mean(sounds, captions, temperature) -> float:
    logits = _similarity(sounds, captions, temperature)
    own = np.diag(logits)
    rows, columns = np.exp(own - _log_sum(logits, 1)), np.exp(own - _log_sum(logits, 0))
    return float(-0.5 * (np.log(rows.mean()) + np.log(columns.mean())))


def _bits(sounds, captions, temperature) -> float:
    return contrastive_loss(sounds, captions, temperature) / np.log(2)


def _over_all(sounds, captions, temperature) -> float:
    logits = _similarity(sounds, captions, temperature)
    return float(_log_sum(logits.reshape(1, -1), 1)[0] - np.diag(logits).mean())


def _whole_matrix_normalised(sounds, captions, temperature) -> float:
    logits = sounds @ captions.T / (np.linalg.norm(sounds) * np.linalg.norm(captions))
    return _of_logits(logits / temperature)


def _columns_normalised(sounds, captions, temperature) -> float:
    one, two = (x / np.linalg.norm(x, axis=0, keepdims=True) for x in (sounds, captions))
    return _of_logits(one @ two.T / temperature)


def _largest_of_all(sounds, captions, temperature) -> float:
    logits = _similarity(sounds, captions, temperature)
    logits = logits - logits.max()
    rows, columns = (np.log(np.exp(logits).sum(axis=axis)) for axis in (1, 0))
    return float(0.5 * (rows.mean() + columns.mean()) - np.diag(logits).mean())


EXERCISE = Exercise(
    id="11.1",
    title="Sounds and captions that find each other",
    function="contrastive_loss",
    points=4,
    minutes=18,
    difficulty=3,
    inputs=_pairs,
    edges=_edges,
    reference=contrastive_loss,
    misconceptions={
        _to_captions: "that is half of it: captions have to find their sounds too, in the columns",
        _to_sounds: "that is half of it: sounds have to find their captions too, in the rows",
        _both_added: "take the mean of the two directions, not their sum",
        _sum_over_pairs: "take the mean over the pairs, not the sum",
        _not_normalised: "bring all vectors to length 1 first: a cosine knows no lengths",
        _times_the_temperature: "divide by the temperature: a low one makes differences large",
        _no_temperature: "divide the cosines by the temperature before the softmax",
        _without_the_own: "the own caption is one of those that the softmax is over: keep it in "
        "the sum",
        _likelihood: "surprise is the negative logarithm: the loss is 0 or more",
        _only_the_own: "the other captions have to count: take a softmax over each row",
        _shares: "surprise is minus the logarithm of the probability, not 1 minus it",
        _logarithm_of_the_mean: "take the logarithm for each pair first, then the mean",
        _bits: "use the natural logarithm: the docstring asks for nats",
        _over_all: "a softmax over each row, and one over each column: not one over all",
        _whole_matrix_normalised: "each vector gets the length 1, not the whole matrix",
        _largest_of_all: "subtract each row's own largest number, not the largest of the matrix: "
        "all exponentials of a row may become 0",
        _columns_normalised: "a row is a vector: normalise along axis 1",
    },
)
