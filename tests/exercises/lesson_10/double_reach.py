"""Answers to exercise 10.6, as learners give them."""

import torch


def earlier(x, reach, fill):
    """What stands before each step; `fill` where nothing does."""
    rows = [x[t - reach] if t >= reach else torch.full_like(x[t], fill) for t in range(len(x))]
    return torch.stack(rows)


def swaps_earlier_and_later(factors, added, reach):
    a, b = earlier(factors, reach, 1), earlier(added, reach, 0)
    return factors * a, a * added + b


def joins_neighbours(factors, added, reach):
    return step_by_step(factors, added, 1)


def goes_twice_as_far(factors, added, reach):
    return step_by_step(factors, added, reach + reach)


def leaves_a_token_between(factors, added, reach):
    return step_by_step(factors, added, reach + 1)


def joins_with_later_steps(factors, added, reach):
    a, b = list(factors), list(added)
    for t in range(len(factors) - reach):
        a[t] = factors[t] * factors[t + reach]
        b[t] = factors[t] * added[t + reach] + added[t]
    return torch.stack(a), torch.stack(b)


def rolls(factors, added, reach):
    a, b = torch.roll(factors, reach, dims=0), torch.roll(added, reach, dims=0)
    return factors * a, factors * b + added


def leaves_the_factors(factors, added, reach):
    return factors.clone(), factors * earlier(added, reach, 0) + added


def multiplies_by_the_new_factor(factors, added, reach):
    factors = factors * earlier(factors, reach, 1)
    return factors, factors * earlier(added, reach, 0) + added


def only_adds(factors, added, reach):
    return factors * earlier(factors, reach, 1), earlier(added, reach, 0) + added


def adds_the_factors(factors, added, reach):
    new = factors + earlier(factors, reach, 0)
    return new, factors * earlier(added, reach, 0) + added


def squares_the_factor(factors, added, reach):
    new = torch.cat([factors[:reach], factors[reach:].square()])
    return new, factors * earlier(added, reach, 0) + added


def pads_factors_with_zero(factors, added, reach):
    return factors * earlier(factors, reach, 0), factors * earlier(added, reach, 0) + added


def leaves_out_the_first_steps(factors, added, reach):
    a = factors[reach:] * factors[:-reach]
    return a, factors[reach:] * added[:-reach] + added[reach:]


def takes_the_earlier_factor(factors, added, reach):
    a, b = earlier(factors, reach, 1), earlier(added, reach, 0)
    return factors * a, a * b + added


def forgets_its_own_part(factors, added, reach):
    b = [factors[t] * added[t - reach] if t >= reach else added[t] for t in range(len(added))]
    return factors * earlier(factors, reach, 1), torch.stack(b)


def uses_what_this_round_made(factors, added, reach):
    a, b = [], []
    for t in range(len(factors)):
        if t < reach:
            a.append(factors[t])
            b.append(added[t])
        else:
            a.append(factors[t] * a[t - reach])
            b.append(factors[t] * b[t - reach] + added[t])
    return torch.stack(a), torch.stack(b)


def makes_all_rounds(factors, added, reach):
    while reach < len(factors):
        factors, added = step_by_step(factors, added, reach)
        reach = 2 * reach
    return factors, added


def returns_added_first(factors, added, reach):
    return tuple(reversed(step_by_step(factors, added, reach)))


def returns_one_tensor(factors, added, reach):
    return step_by_step(factors, added, reach)[1]


def detaches(factors, added, reach):
    return step_by_step(factors, added.detach(), reach)


def detaches_the_factors(factors, added, reach):
    return step_by_step(factors.detach(), added, reach)


def multiplies_by_detached_factors(factors, added, reach):
    new_factors, _ = step_by_step(factors, added, reach)
    return new_factors, step_by_step(factors.detach(), added, reach)[1]


WRONG = {
    swaps_earlier_and_later: "the earlier step comes first",
    joins_neighbours: "not neighbours",
    goes_twice_as_far: "twice is what comes out",
    leaves_a_token_between: "a token between the two is left out",
    joins_with_later_steps: "not with the one after",
    rolls: "roll brings the end to the front",
    leaves_the_factors: "the factors change too",
    multiplies_by_the_new_factor: "not by the product",
    only_adds: "what was added earlier fades",
    adds_the_factors: "not a sum",
    squares_the_factor: "not by the same one again",
    pads_factors_with_zero: "their factors stay as they are",
    leaves_out_the_first_steps: "the first steps are missing",
    takes_the_earlier_factor: "take the later step's factor",
    forgets_its_own_part: "adds its own part as well",
    uses_what_this_round_made: "not with what this round has made",
    makes_all_rounds: "make only one round",
    returns_added_first: "return the factors first",
    returns_one_tensor: "return two tensors",
    detaches: "no gradient leads from the result back to added",
    detaches_the_factors: "no gradient leads from the result back to factors",
    multiplies_by_detached_factors: "the gradient that reaches factors:\nexpected",
}


def step_by_step(factors, added, reach):
    a, b = [], []
    for t in range(len(factors)):
        if t < reach:
            a.append(factors[t])
            b.append(added[t])
        else:
            a.append(factors[t] * factors[t - reach])
            b.append(factors[t] * added[t - reach] + added[t])
    return torch.stack(a), torch.stack(b)


def pads_in_front(factors, added, reach):
    n = len(factors)
    ones = torch.ones(reach, factors.shape[1], dtype=factors.dtype)
    a = torch.cat([ones, factors])[:n]
    b = torch.cat([0 * ones, added])[:n]
    return factors * a, torch.addcmul(added, factors, b)


def picks_with_a_mask(factors, added, reach):
    places = torch.arange(len(factors))
    there = (places >= reach)[:, None]
    before = (places - reach).clamp(min=0)
    a = torch.where(there, factors * factors[before], factors)
    b = torch.where(there, factors * added[before] + added, added)
    return a, b


RIGHT = [step_by_step, pads_in_front, picks_with_a_mask]
