"""Answers to exercise 10.5, as learners give them."""

import torch


def steps(values, kept, start, step):
    h, all_of_them = start, []
    for t in range(len(values)):
        h = step(h, values[t], kept[t])
        all_of_them.append(h)
    return torch.stack(all_of_them)


def adds_the_value_unscaled(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: h * a + v)


def averages(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: torch.lerp(v, h, a))


def forgets_the_root(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: h * a + v - v * a * a)


def forgets_the_square(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: h * a + v * (1 - a) ** 0.5)


def swaps_the_factors(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: h * (1 - a * a).sqrt() + v * a)


def never_fades(values, kept, start):
    return start + torch.cumsum((1 - kept.square()).sqrt() * values, dim=0)


def ignores_the_start(values, kept, start):
    return steps(values, kept, 0 * start, lambda h, v, a: h * a + v * (1 - a * a).sqrt())


def gives_the_state_before(values, kept, start):
    h, states = start, []
    for value, a in zip(values, kept, strict=True):
        states.append(h)
        h = h * a + value * (1 - a * a).sqrt()
    return torch.stack(states) + 0 * values


def gives_the_last_state(values, kept, start):
    return token_by_token(values, kept, start)[-1]


def appends_the_same_tensor(values, kept, start):
    h, states = start.clone(), []
    for value, a in zip(values, kept, strict=True):
        h.mul_(a).add_(value * (1 - a * a).sqrt())
        states.append(h)
    return torch.stack(states)


def always_fades_the_start(values, kept, start):
    return start * kept + values * (1 - kept * kept).sqrt()


def fades_the_value_before(values, kept, start):
    previous, states = start, []
    for value, a in zip(values, kept, strict=True):
        states.append(previous * a + value * (1 - a * a).sqrt())
        previous = value
    return torch.stack(states)


def goes_backwards(values, kept, start):
    h, states = start, []
    for t in reversed(range(len(values))):
        h = h * kept[t] + values[t] * (1 - kept[t] ** 2).sqrt()
        states.insert(0, h)
    return torch.stack(states)


def keeps_a_mean_share(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: h * a.mean() + v * (1 - a.mean() ** 2).sqrt())


def keeps_the_first_share(values, kept, start):
    a = kept[0]
    return steps(values, kept, start, lambda h, v, _: h * a + v * (1 - a * a).sqrt())


def goes_along_the_numbers(values, kept, start):
    h, columns = start, []
    for c in range(values.shape[1]):
        h = h * kept[:, c] + values[:, c] * (1 - kept[:, c] ** 2).sqrt()
        columns.append(h)
    return torch.stack(columns, dim=1)


def scales_the_start(values, kept, start):
    h = start * (1 - kept[0] ** 2).sqrt()
    return steps(values, kept, h, lambda h, v, a: h * a + v * (1 - a * a).sqrt())


def detaches(values, kept, start):
    return token_by_token(values.detach(), kept, start)


WRONG = {
    adds_the_value_unscaled: "a state that keeps much grows",
    averages: "not 1 - kept",
    forgets_the_root: "take the root",
    forgets_the_square: "square the share under the root",
    swaps_the_factors: "you swapped them",
    never_fades: "the old state fades",
    ignores_the_start: "the state is start, not 0",
    gives_the_state_before: "yours are one token late",
    gives_the_last_state: "not only the last one",
    appends_the_same_tensor: "all your rows are the last state",
    always_fades_the_start: "not from the start each time",
    fades_the_value_before: "not the last value alone",
    goes_backwards: "begin with the first token",
    keeps_a_mean_share: "each number of the state has its own share",
    keeps_the_first_share: "each token has its own share",
    goes_along_the_numbers: "you went along the numbers",
    scales_the_start: "do not scale it",
    detaches: "no gradient leads from the result back to values",
}


def token_by_token(values, kept, start):
    return steps(values, kept, start, lambda h, v, a: h * a + v * (1 - a * a).sqrt())


def adds_up_what_is_left_of_each(values, kept, start):
    added = values * (1 - kept * kept).sqrt()
    rows = []
    for t in range(len(values)):
        total = start * kept[: t + 1].prod(dim=0)
        for s in range(t + 1):
            total = total + added[s] * kept[s + 1 : t + 1].prod(dim=0)
        rows.append(total)
    return torch.stack(rows)


def fills_a_table(values, kept, start):
    states = torch.zeros_like(values)
    for t in range(values.shape[0]):
        before = start if t == 0 else states[t - 1].clone()
        states[t] = kept[t] * before + torch.sqrt(1 - kept[t].pow(2)) * values[t]
    return states


RIGHT = [token_by_token, adds_up_what_is_left_of_each, fills_a_table]
