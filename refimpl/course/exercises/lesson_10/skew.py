"""Exercise 10.3: skewing, from scores by distance to scores by key."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_10 import compare, normal, run


def skew(by_distance: Tensor) -> Tensor:
    """Move each query's scores from the columns of distances to the columns of keys.

    There is at least one token. There may be axes in front, none of them empty.
    """
    n_tokens = by_distance.shape[-1]
    padded = F.pad(by_distance, (1, 0)).flatten(-2)  # one column more in front
    moved = padded[..., n_tokens:].unflatten(-1, (n_tokens, n_tokens))
    return moved.tril()


def _draw(rng: np.random.Generator, n_tokens: int, *ahead: int) -> Inputs:
    return {"by_distance": normal(rng, *ahead, n_tokens, n_tokens)}


def _usual(rng: np.random.Generator) -> Inputs:
    return _draw(rng, int(rng.integers(4, 8)))


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one token": _draw(rng, 1),
        "two tokens": _draw(rng, 2),
        "several heads": _draw(rng, 5, 3),
        "several rows of several heads": _draw(rng, 4, 2, 3),
        "as many heads as tokens": _draw(rng, 4, 4),
        "one head of one row": _draw(rng, 3, 1, 1),
        "many tokens": _draw(rng, 33),
    }


def _pad_behind(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    padded = F.pad(by_distance, (0, 1)).flatten(-2)
    return padded[..., n:].unflatten(-1, (n, n)).tril()


def _drop_the_last(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    padded = F.pad(by_distance, (1, 0)).flatten(-2)
    return padded[..., : n * n].unflatten(-1, (n, n)).tril()


def _not_masked(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    padded = F.pad(by_distance, (1, 0)).flatten(-2)
    return padded[..., n:].unflatten(-1, (n, n))


def _pad_and_cut_again(by_distance) -> Tensor:
    return F.pad(by_distance, (1, 0))[..., :-1].tril()


def _only_masked(by_distance) -> Tensor:
    return by_distance.tril()


def _later_keys(by_distance) -> Tensor:
    return _not_masked(by_distance).triu()


def _without_itself(by_distance) -> Tensor:
    return _not_masked(by_distance).tril(-1)


def _flipped(by_distance) -> Tensor:
    return skew(by_distance.flip(-1))


def _flip_alone(by_distance) -> Tensor:
    return by_distance.flip(-1).tril()


def _turned(by_distance) -> Tensor:
    return skew(by_distance).mT


def _turned_before(by_distance) -> Tensor:
    return skew(by_distance.mT)


def _two_columns(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    padded = F.pad(by_distance, (2, 0)).flatten(-2)
    return padded[..., 2 * n :].unflatten(-1, (n, n)).tril()


def _a_row_on_top(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    padded = F.pad(by_distance, (0, 0, 1, 0)).flatten(-2)
    return padded[..., : n * n].unflatten(-1, (n, n)).tril()


def _all_alike(by_distance) -> Tensor:
    return by_distance.roll(1, -1).tril()


def _one_step_too_few(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    rows = [by_distance[..., t, :].roll(t, -1) for t in range(n)]
    return torch.stack(rows, dim=-2).tril()


def _the_other_way(by_distance) -> Tensor:
    n = by_distance.shape[-1]
    rows = [by_distance[..., t, :].roll(n - 1 - t, -1) for t in range(n)]
    return torch.stack(rows, dim=-2).tril()


def _later_keys_are(by_distance, number) -> Tensor:
    n = by_distance.shape[-1]
    later = torch.ones(n, n, dtype=torch.bool).triu(1)
    return skew(by_distance).masked_fill(later, number)


def _minus_infinity(by_distance) -> Tensor:
    return _later_keys_are(by_distance, -float("inf"))


def _very_small(by_distance) -> Tensor:
    return _later_keys_are(by_distance, -1e9)


EXERCISE = Exercise(
    id="10.3",
    title="Skewing",
    function="skew",
    points=4,
    minutes=18,
    difficulty=3,
    inputs=_usual,
    edges=_edges,
    run=run,
    compare=compare,
    reference=skew,
    misconceptions={
        _pad_behind: "the new column goes in front of the first one, not behind the last",
        _drop_the_last: "leave out the first T numbers, not the last T",
        _not_masked: "set the places of later keys to 0: what has landed there has no meaning",
        _pad_and_cut_again: "reading the numbers in rows of T is what moves them: after padding, "
        "flatten the last two axes",
        _only_masked: "row t has to move T - 1 - t places to the left; yours stay where they were",
        _later_keys: "keep the keys up to the query, not those from it on: that is tril",
        _without_itself: "a query sees its own key too: keep the diagonal",
        _flipped: "the last column is distance 0 already: flip nothing",
        _flip_alone: "flipping the columns is right for the last query alone: each row moves by a "
        "number of places of its own",
        _turned: "rows are queries and columns are keys: yours are the other way round",
        _turned_before: "the rows are queries already: turn nothing before you pad",
        _two_columns: "one column of padding, and rows that are one shorter: with two, each row "
        "moves twice as far",
        _a_row_on_top: "pad with a column, not with a row: a row in front moves all rows alike",
        _all_alike: "each row has to move by a number of places of its own",
        _one_step_too_few: "one place too few: the last query's row does not move at all",
        _the_other_way: "the rows move to the left, not to the right",
        _minus_infinity: "later keys get a 0 here, not -inf: the mask comes with the softmax",
        _very_small: "later keys get a 0 here, not a very small number: the mask comes with the "
        "softmax",
    },
    forbidden=("refimpl.transformer.relative.skew",),
)
