"""Exercise 10.6: one round of a scan, after which each step reaches twice as far back."""

import numpy as np
import torch
from torch import Tensor

from refimpl.course.differences import Results, arrays
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_05 import gradient
from refimpl.course.exercises.lesson_10 import compare, normal, uniform

Pair = tuple[Tensor, Tensor]


def double_reach(factors: Tensor, added: Tensor, reach: int) -> Pair:
    """Join each step with the one that ends where it begins.

    There is at least one step; the reach is 1 or more, and may be longer than the row.
    """
    reach = min(reach, len(factors))
    joined_factors = factors[reach:] * factors[: len(factors) - reach]
    joined_added = factors[reach:] * added[: len(added) - reach] + added[reach:]
    return torch.cat([factors[:reach], joined_factors]), torch.cat([added[:reach], joined_added])


def _run(function, inputs: Inputs) -> Results:
    leaves = {n: torch.from_numpy(inputs[n]).requires_grad_() for n in ("factors", "added")}
    returned = function(**leaves, reach=inputs["reach"])
    a_pair = isinstance(returned, list | tuple) and len(returned) == 2
    if not (a_pair and all(torch.is_tensor(one) for one in returned)):
        raise ValueError("return two tensors: the factors, and what is added")
    factors, added = returned
    if _depends(factors, leaves["added"]):
        raise ValueError("return the factors first, then what is added")
    both = torch.cat([factors.flatten(), added.flatten()])
    return arrays(
        {
            "the factors": factors,
            "what is added": added,
            "the gradient that reaches added": gradient(added, leaves["added"], "added"),
            "the gradient that reaches factors": gradient(both, leaves["factors"], "factors"),
        }
    )


def _depends(result: Tensor, leaf: Tensor) -> bool:
    """Whether a gradient leads from a result back to a leaf."""
    if not result.requires_grad:
        return False
    (found,) = torch.autograd.grad(result.sum(), [leaf], retain_graph=True, allow_unused=True)
    return found is not None


def _draw(rng: np.random.Generator, n_steps: int, reach: int, width: int = 3) -> Inputs:
    return {
        "factors": uniform(rng, 0.3, 0.95, n_steps, width),
        "added": normal(rng, n_steps, width),
        "reach": reach,
    }


def _usual(rng: np.random.Generator) -> Inputs:
    reach = int(rng.integers(2, 4))
    return _draw(rng, int(rng.integers(3 * reach, 4 * reach)), reach)


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one step": _draw(rng, 1, 1),
        "a reach of 1": _draw(rng, 6, 1),
        "one step more than the reach": _draw(rng, 5, 4),
        "as many steps as the reach": _draw(rng, 4, 4),
        "a reach longer than the row": _draw(rng, 5, 8),
        "one number": _draw(rng, 7, 2, 1),
        "a row that is no power of 2": _draw(rng, 11, 4),
        "factors of 0": _draw(rng, 6, 2) | {"factors": np.zeros((6, 3), np.float32)},
    }


def _before(x, reach, fill) -> Tensor:
    """The row `reach` steps before each one, and a number where there is none."""
    reach = min(reach, len(x))
    return torch.cat([torch.full_like(x[:reach], fill), x[: len(x) - reach]])


def _other_order(factors, added, reach) -> Pair:
    new = _before(factors, reach, 1.0) * added + _before(added, reach, 0.0)
    return double_reach(factors, added, reach)[0], new


def _always_neighbours(factors, added, reach) -> Pair:
    return double_reach(factors, added, 1)


def _twice_the_reach(factors, added, reach) -> Pair:
    return double_reach(factors, added, 2 * reach)


def _one_too_far(factors, added, reach) -> Pair:
    return double_reach(factors, added, reach + 1)


def _ahead(factors, added, reach) -> Pair:
    new_factors, new_added = double_reach(factors.flip(0), added.flip(0), reach)
    return new_factors.flip(0), new_added.flip(0)


def _round_and_round(factors, added, reach) -> Pair:
    earlier = factors.roll(reach, 0), added.roll(reach, 0)
    return factors * earlier[0], factors * earlier[1] + added


def _old_factors(factors, added, reach) -> Pair:
    return factors, double_reach(factors, added, reach)[1]


def _new_factors_too_early(factors, added, reach) -> Pair:
    new_factors = double_reach(factors, added, reach)[0]
    return new_factors, new_factors * _before(added, reach, 0.0) + added


def _plain_sum(factors, added, reach) -> Pair:
    return double_reach(factors, added, reach)[0], _before(added, reach, 0.0) + added


def _sum_of_factors(factors, added, reach) -> Pair:
    new_factors = factors + _before(factors, reach, 0.0)
    return new_factors, double_reach(factors, added, reach)[1]


def _squares(factors, added, reach) -> Pair:
    reach = min(reach, len(factors))
    new_factors = torch.cat([factors[:reach], factors[reach:] ** 2])
    return new_factors, double_reach(factors, added, reach)[1]


def _zero_at_first(factors, added, reach) -> Pair:
    return factors * _before(factors, reach, 0.0), double_reach(factors, added, reach)[1]


def _first_steps_missing(factors, added, reach) -> Pair:
    return tuple(x[reach:] for x in double_reach(factors, added, reach))


def _earlier_factor(factors, added, reach) -> Pair:
    earlier = _before(factors, reach, 1.0) * _before(added, reach, 0.0)
    return double_reach(factors, added, reach)[0], earlier + added


def _own_added_forgotten(factors, added, reach) -> Pair:
    reach = min(reach, len(added))
    joined = factors[reach:] * added[: len(added) - reach]
    return double_reach(factors, added, reach)[0], torch.cat([added[:reach], joined])


def _in_place(factors, added, reach) -> Pair:
    new_factors, new_added = list(factors), list(added)
    for t in range(reach, len(factors)):
        new_added[t] = new_factors[t] * new_added[t - reach] + new_added[t]
        new_factors[t] = new_factors[t] * new_factors[t - reach]
    return torch.stack(new_factors), torch.stack(new_added)


EXERCISE = Exercise(
    id="10.6",
    title="Twice as far in one round",
    function="double_reach",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_usual,
    edges=_edges,
    run=_run,
    compare=compare,
    reference=double_reach,
    misconceptions={
        _other_order: "the earlier step comes first: its result is multiplied by the later "
        "step's factor",
        _always_neighbours: "join steps that are reach apart, not neighbours: a neighbour's notes "
        "are partly your own",
        _twice_the_reach: "the earlier step is reach places before, not twice as many: twice is "
        "what comes out",
        _one_too_far: "the earlier step is exactly reach places before: one more, and a token "
        "between the two is left out",
        _ahead: "join with the step before, not with the one after",
        _round_and_round: "roll brings the end to the front: the first steps have nothing before "
        "them and stay as they are",
        _old_factors: "the factors change too: two steps in a row multiply the state twice",
        _new_factors_too_early: "what was added before is multiplied by the later step's own "
        "factor, not by the product",
        _plain_sum: "what was added earlier fades: multiply it by the later step's factor",
        _sum_of_factors: "two factors in a row are a product, not a sum",
        _squares: "multiply by the factor of the step before, not by the same one again",
        _zero_at_first: "the first steps have nothing before them: their factors stay as they are",
        _first_steps_missing: "the first steps are missing: they have nothing before them and stay "
        "as they are",
        _earlier_factor: "take the later step's factor: the earlier one is in what was added "
        "already",
        _own_added_forgotten: "the later step adds its own part as well",
        _in_place: "yours reach back to the beginning: make only one round, in which every step "
        "joins with an old one, not with what this round has made",
    },
    forbidden=("refimpl.state_space.scan", "refimpl.state_space.scan.scan"),
)
