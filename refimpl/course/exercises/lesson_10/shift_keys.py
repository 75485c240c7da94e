"""Exercise 10.4: keys that tell what came before, so that a query finds what comes next."""

import numpy as np
import torch
from torch import Tensor

from refimpl.course.differences import Results, arrays
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_10 import compare, normal, run


def shift_keys(keys: Tensor, begins: Tensor) -> Tensor:
    """Give each token the key of the token before it, and zeros where a sample begins.

    There is at least one token. The first one begins a sample, whatever is said of it.
    """
    before = torch.cat([torch.zeros_like(keys[:1]), keys[:-1]])
    return before * ~begins[:, None]


def _run(function, inputs: Inputs) -> Results:
    if inputs["begins"][1:].all():  # all rows are zeros: nothing depends on a key
        return arrays({"result": function(**{n: torch.from_numpy(x) for n, x in inputs.items()})})
    return run(function, inputs)


def _draw(rng: np.random.Generator, n_tokens: int, begins=(), width: int = 3) -> Inputs:
    marks = np.zeros(n_tokens, bool)
    marks[list(begins)] = True
    return {"keys": normal(rng, n_tokens, width), "begins": marks}


def _usual(rng: np.random.Generator) -> Inputs:
    first = int(rng.integers(2, 4))
    n_tokens = int(rng.integers(8, 11))
    # As many numbers as tokens: going along the wrong axis is no error.
    return _draw(rng, n_tokens, (0, first, first + 3), n_tokens)


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one token": _draw(rng, 1, (0,)),
        "one sample": _draw(rng, 7, (0,)),
        "the first token goes on with a sample that was cut": _draw(rng, 7, (4,)),
        "no sample begins": _draw(rng, 7),
        "a sample of one token": _draw(rng, 7, (0, 3, 4)),
        "the last token begins a sample": _draw(rng, 7, (0, 6)),
        "every token begins one": _draw(rng, 5, range(5)),
        "keys of one number": _draw(rng, 7, (0, 4), 1),
    }


def _never_begins(keys, begins) -> Tensor:
    return torch.cat([torch.zeros_like(keys[:1]), keys[:-1]])


def _round_and_round(keys, begins) -> Tensor:
    return keys.roll(1, 0)


def _round_between(keys, begins) -> Tensor:
    return keys.roll(1, 0) * ~begins[:, None] + 0 * keys


def _ahead(keys, begins) -> Tensor:
    after = torch.cat([keys[1:], torch.zeros_like(keys[:1])])
    return after * ~begins[:, None]


def _own_at_first(keys, begins) -> Tensor:
    first = begins.clone()
    first[0] = True
    return torch.where(first[:, None], keys, keys.roll(1, 0))


def _emptied_before(keys, begins) -> Tensor:
    return _never_begins(keys * ~begins[:, None], begins)


def _ends_instead(keys, begins) -> Tensor:
    ends = torch.cat([begins[1:], torch.zeros_like(begins[:1])])
    return _never_begins(keys, begins) * ~ends[:, None]


def _only_beginnings(keys, begins) -> Tensor:
    return _never_begins(keys, begins) * begins[:, None]


def _two_before(keys, begins) -> Tensor:
    return torch.cat([torch.zeros_like(keys[:2]), keys[:-2]])[: len(keys)] * ~begins[:, None]


def _both(keys, begins) -> Tensor:
    return keys + shift_keys(keys, begins)


def _smeared(keys, begins) -> Tensor:
    return (keys + shift_keys(keys, begins)) / 2


def _all_before(keys, begins) -> Tensor:
    return _never_begins(keys.cumsum(0), begins) * ~begins[:, None]


def _unchanged(keys, begins) -> Tensor:
    return keys * ~begins[:, None]


def _along_numbers(keys, begins) -> Tensor:
    shifted = torch.cat([torch.zeros_like(keys[:, :1]), keys[:, :-1]], dim=1)
    return shifted * ~begins[:, None]


def _left_out(keys, begins) -> Tensor:
    return shift_keys(keys, begins)[1:]


def _change(keys, begins) -> Tensor:
    return keys - shift_keys(keys, begins)


EXERCISE = Exercise(
    id="10.4",
    title="Keys that point to what comes next",
    function="shift_keys",
    points=3,
    minutes=12,
    difficulty=2,
    inputs=_usual,
    edges=_edges,
    run=_run,
    compare=compare,
    reference=shift_keys,
    misconceptions={
        _never_begins: "a sample must not know the one before it: zeros where begins is true",
        _round_and_round: "roll brings the last key to the front, and keys get into samples that "
        "they do not belong to",
        _round_between: "the first token has no token before it, even where begins says nothing: "
        "it gets zeros, not the last key",
        _ahead: "row t gets the key of the token before, t - 1: yours look ahead",
        _own_at_first: "the first token of a sample gets zeros, not its own key",
        _emptied_before: "shift first, then set zeros: you took the keys away from the second "
        "tokens of the samples",
        _ends_instead: "zeros belong to a sample's first token, not to its last",
        _only_beginnings: "it is the other way round: zeros where begins is true",
        _two_before: "one token before, not two",
        _both: "replace the key by the one before, do not add the two",
        _smeared: "the key before alone, not the mean of both",
        _all_before: "the key of the one token before, not the sum of all",
        _unchanged: "the keys have to move by one token",
        _along_numbers: "tokens are the rows: you moved the numbers inside each key",
        _left_out: "there are as many rows as tokens: the first one is zeros",
        _change: "return the key before, not the difference to it",
    },
)
