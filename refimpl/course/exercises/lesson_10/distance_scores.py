"""Exercise 10.2: scores by distance, with a trained vector for each."""

import numpy as np
import torch
from torch import Tensor

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_10 import compare, normal, run_for_two


def distance_scores(queries: Tensor, vectors: Tensor) -> Tensor:
    """Score each key by the vector of its distance to the query, 0 where there is none.

    There is at least one token and one vector; there may be fewer vectors than tokens, or more.
    """
    distances = _distances(len(queries))
    known = (distances >= 0) & (distances < len(vectors))
    chosen = vectors[distances.clamp(0, len(vectors) - 1)]  # (T, T, D)
    return (queries[:, None] * chosen).sum(-1) * known


def _distances(n_tokens):
    """From each query back to each key, (T, T); below 0 for keys that come later."""
    places = torch.arange(n_tokens)
    return places[:, None] - places


def _draw(rng: np.random.Generator, n_tokens: int, n_vectors: int, width: int = 4) -> Inputs:
    return {"queries": normal(rng, n_tokens, width), "vectors": normal(rng, n_vectors, width)}


def _usual(rng: np.random.Generator) -> Inputs:
    n_tokens = int(rng.integers(6, 10))
    return _draw(rng, n_tokens, int(rng.integers(3, n_tokens - 1)), int(rng.integers(3, 6)))


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one token": _draw(rng, 1, 3),
        "one token and one vector": _draw(rng, 1, 1),
        "one vector, so that a token sees only itself": _draw(rng, 6, 1),
        "as many vectors as tokens": _draw(rng, 6, 6),
        "more vectors than tokens": _draw(rng, 5, 9),
        "vectors of one number": _draw(rng, 6, 4, 1),
        "many tokens": _draw(rng, 40, 12, 8),
    }


def _scores(queries, vectors, distances, known) -> Tensor:
    chosen = vectors[distances.clamp(0, len(vectors) - 1)]
    return (queries[:, None] * chosen).sum(-1) * known


def _ahead(queries, vectors) -> Tensor:
    distances = -_distances(len(queries))
    return _scores(queries, vectors, distances, (distances >= 0) & (distances < len(vectors)))


def _both_ways(queries, vectors) -> Tensor:
    distances = _distances(len(queries)).abs()
    return _scores(queries, vectors, distances, distances < len(vectors))


def _far_ones_like_the_last(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    return _scores(queries, vectors, distances, distances >= 0)


def _all_like_an_end(queries, vectors) -> Tensor:
    return _scores(queries, vectors, _distances(len(queries)), True)


def _from_the_end(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    known = (distances < len(vectors)) & (distances >= -len(vectors))
    return _scores(queries, vectors, distances % len(vectors), known)


def _in_circles(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    return _scores(queries, vectors, distances % len(vectors), distances >= 0)


def _farthest_first(queries, vectors) -> Tensor:
    return distance_scores(queries, vectors.flip(0))


def _not_itself(queries, vectors) -> Tensor:
    distances = _distances(len(queries)) - 1
    return _scores(queries, vectors, distances, (distances >= 0) & (distances < len(vectors)))


def _one_fewer(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    return _scores(queries, vectors, distances, (distances >= 0) & (distances < len(vectors) - 1))


def _by_the_keys_place(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    places = torch.arange(len(queries)).expand(len(queries), -1)
    return _scores(queries, vectors, places, (distances >= 0) & (distances < len(vectors)))


def _by_the_querys_place(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    places = torch.arange(len(queries))[:, None].expand(-1, len(queries))
    return _scores(queries, vectors, places, (distances >= 0) & (distances < len(vectors)))


def _turned(queries, vectors) -> Tensor:
    return distance_scores(queries, vectors).mT


def _the_keys_query(queries, vectors) -> Tensor:
    distances = _distances(len(queries))
    chosen = vectors[distances.clamp(0, len(vectors) - 1)]
    known = (distances >= 0) & (distances < len(vectors))
    return (queries[None] * chosen).sum(-1) * known


def _scaled(queries, vectors) -> Tensor:
    return distance_scores(queries, vectors) / queries.shape[1] ** 0.5


def _by_distance(queries, vectors) -> Tensor:
    return queries @ vectors.mT


def _nothing_is(number):
    def answer(queries, vectors) -> Tensor:
        distances = _distances(len(queries))
        known = (distances >= 0) & (distances < len(vectors))
        return distance_scores(queries, vectors).masked_fill(~known, number)

    return answer


_minus_infinity = _nothing_is(-float("inf"))
_very_small = _nothing_is(-1e9)


def _weights(queries, vectors) -> Tensor:
    return distance_scores(queries, vectors).softmax(-1)


_NOT_INFINITY = "where there is no vector the score is 0, not -inf: the mask comes with the softmax"

EXERCISE = Exercise(
    id="10.2",
    title="A vector for each distance",
    function="distance_scores",
    points=4,
    minutes=18,
    difficulty=3,
    inputs=_usual,
    edges=_edges,
    run=run_for_two,
    compare=compare,
    reference=distance_scores,
    misconceptions={
        _ahead: "the distance is t - k, back from the query at t to the key at k: yours looks "
        "ahead",
        _both_ways: "a key after its query has a score of 0: no vector is for looking ahead",
        _far_ones_like_the_last: "beyond the last vector the score is 0: a key that is too far "
        "away has no vector",
        _all_like_an_end: "clamping the distances finds a vector for every key: set the scores of "
        "later keys and of those too far away to 0",
        _from_the_end: "a negative index counts from the end: set later keys to 0 before you look "
        "anything up",
        _in_circles: "a distance of N is not a distance of 0: do not count in circles",
        _farthest_first: "vectors[0] is for distance 0, the token itself: you count from the other "
        "end",
        _not_itself: "distance 0 is the token itself, and vectors[0] is its vector: no distance is "
        "one less",
        _one_fewer: "the last vector is used too: distances go from 0 to N - 1",
        _by_the_keys_place: "you took the vector of the key's place; take the one of the distance "
        "t - k, or the scores change when the row is moved",
        _by_the_querys_place: "you took the vector of the query's place; take the one of the "
        "distance t - k",
        _turned: "rows are queries and columns are keys: yours are the other way round",
        _the_keys_query: "row t needs the query at t in all columns, not the one at k",
        _scaled: "do not divide by the root of D here",
        _by_distance: "that is a table of queries and distances: move each row to where its keys "
        "are",
        _minus_infinity: _NOT_INFINITY,
        _very_small: _NOT_INFINITY,
        _weights: "return scores: the softmax comes later, after those of the content are added",
    },
    forbidden=("refimpl.transformer.relative.RelativePositions",),
)
