"""Exercise 10.5: a gated recurrence, token after token."""

import numpy as np
import torch
from torch import Tensor

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_10 import compare, normal, run, uniform


def remember(values: Tensor, kept: Tensor, start: Tensor) -> Tensor:
    """Give the state after each token.

    There is at least one token and one number; shares are in [0, 1].
    """
    state, states = start, []
    for value, keep in zip(values, kept, strict=True):
        state = keep * state + torch.sqrt(1 - keep**2) * value
        states.append(state)
    return torch.stack(states)


def _draw(rng: np.random.Generator, n_tokens: int, width: int, low=0.3, high=0.95) -> Inputs:
    return {
        "values": normal(rng, n_tokens, width),
        "kept": uniform(rng, low, high, n_tokens, width),
        "start": 1 + normal(rng, width),
    }


def _usual(rng: np.random.Generator) -> Inputs:
    n = int(rng.integers(4, 7))
    return _draw(rng, n, n)  # as many numbers as tokens: no wrong axis stops with an error


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _draw(rng, 5, 3)
    kept = usual["kept"]
    return {
        "one token": _draw(rng, 1, 4),
        "two tokens": _draw(rng, 2, 4),
        "one number": _draw(rng, 6, 1),
        "many tokens": _draw(rng, 50, 3, 0.9, 0.99),
        "all is kept": usual | {"kept": np.ones_like(kept)},
        "nothing is kept": usual | {"kept": np.zeros_like(kept)},
        "a start of zeros": usual | {"start": np.zeros_like(usual["start"])},
        "values of 0, so that the start fades": usual | {"values": np.zeros_like(kept)},
    }


def _walk(values, kept, start, step) -> Tensor:
    state, states = start, []
    for value, keep in zip(values, kept, strict=True):
        state = step(state, value, keep)
        states.append(state)
    return torch.stack(states)


def _room(keep) -> Tensor:
    return torch.sqrt(1 - keep**2)


def _value_as_it_is(values, kept, start) -> Tensor:
    return _walk(values, kept, start, lambda h, v, a: a * h + v)


def _running_mean(values, kept, start) -> Tensor:
    return _walk(values, kept, start, lambda h, v, a: a * h + (1 - a) * v)


def _no_root(values, kept, start) -> Tensor:
    return _walk(values, kept, start, lambda h, v, a: a * h + (1 - a**2) * v)


def _root_of_the_rest(values, kept, start) -> Tensor:
    return _walk(values, kept, start, lambda h, v, a: a * h + torch.sqrt(1 - a) * v)


def _swapped(values, kept, start) -> Tensor:
    return _walk(values, kept, start, lambda h, v, a: _room(a) * h + a * v)


def _all_kept(values, kept, start) -> Tensor:
    return _walk(values, kept, start, lambda h, v, a: h + _room(a) * v)


def _from_nothing(values, kept, start) -> Tensor:
    return remember(values, kept, torch.zeros_like(start))


def _late(values, kept, start) -> Tensor:
    return torch.cat([start[None], remember(values, kept, start)[:-1]])


def _only_the_last(values, kept, start) -> Tensor:
    return remember(values, kept, start)[-1]


def _the_last_everywhere(values, kept, start) -> Tensor:
    return remember(values, kept, start)[-1].expand(len(values), -1)


def _start_every_time(values, kept, start) -> Tensor:
    return kept * start + _room(kept) * values


def _value_before(values, kept, start) -> Tensor:
    before = torch.cat([start[None], values[:-1]])
    return kept * before + _room(kept) * values


def _backwards(values, kept, start) -> Tensor:
    return remember(values.flip(0), kept.flip(0), start).flip(0)


def _one_share_for_all(values, kept, start) -> Tensor:
    return remember(values, kept.mean(1, keepdim=True).expand_as(kept), start)


def _first_share(values, kept, start) -> Tensor:
    return remember(values, kept[:1].expand_as(kept), start)


def _along_numbers(values, kept, start) -> Tensor:
    return remember(values.mT, kept.mT, start).mT


def _start_as_a_value(values, kept, start) -> Tensor:
    state, states = _room(kept[0]) * start, []
    for value, keep in zip(values, kept, strict=True):
        state = keep * state + _room(keep) * value
        states.append(state)
    return torch.stack(states)


EXERCISE = Exercise(
    id="10.5",
    title="A memory that fades",
    function="remember",
    points=3,
    minutes=12,
    difficulty=2,
    inputs=_usual,
    edges=_edges,
    run=run,
    compare=compare,
    reference=remember,
    misconceptions={
        _value_as_it_is: "the value is scaled too, by the root of 1 - kept²: otherwise a state "
        "that keeps much grows",
        _running_mean: "the value's factor is the root of 1 - kept², not 1 - kept",
        _no_root: "take the root: the factor is sqrt(1 - kept²)",
        _root_of_the_rest: "square the share under the root: the factor is sqrt(1 - kept²)",
        _swapped: "kept is the share of the old state, and the root is for the value: you swapped "
        "them",
        _all_kept: "the old state fades: multiply it by kept",
        _from_nothing: "before the first token the state is start, not 0",
        _late: "row t is the state after token t: yours are one token late",
        _only_the_last: "return the state after every token, not only the last one",
        _the_last_everywhere: "all your rows are the last state: make a new tensor at each step, "
        "instead of changing one in place",
        _start_every_time: "go on from the state before, not from the start each time",
        _value_before: "the state fades, and so everything before, not the last value alone",
        _backwards: "begin with the first token, not with the last",
        _one_share_for_all: "each number of the state has its own share",
        _first_share: "each token has its own share: use the row of kept that belongs to it",
        _along_numbers: "tokens are the rows: you went along the numbers of a state",
        _start_as_a_value: "start is a state, not a value: do not scale it",
    },
    forbidden=("refimpl.state_space.scan", "refimpl.state_space.scan.scan"),
)
