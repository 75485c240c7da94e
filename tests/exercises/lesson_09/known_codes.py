"""Answers to exercise 9.3, as learners give them."""

import numpy as np


def pairs_of(rows, ahead):
    """The rows of a step and of the one that is ahead, for all steps that have one."""
    n_steps = len(rows)
    return [(rows[t], rows[t + ahead]) for t in range(n_steps) if 0 <= t + ahead < n_steps]


def table(rows, ahead, knows):
    n_streams = rows.shape[1]
    out = np.zeros((n_streams, n_streams), dtype=bool)
    for k in range(n_streams):
        for j in range(n_streams):
            found = [knows(now[k], other[j]) for now, other in pairs_of(rows, ahead)]
            out[k, j] = all(found)
    return out


def right(rows, ahead):
    return table(rows, ahead, lambda now, other: other < now)


def sees_its_own_row(rows, ahead):
    return table(rows, ahead, lambda now, other: other <= now)


def turns_it(rows, ahead):
    return right(rows, ahead).transpose()


def looks_back(rows, ahead):
    return right(rows, -ahead)


def finds_what_comes_later(rows, ahead):
    return table(rows, ahead, lambda now, other: other > now)


def is_content_with_some(rows, ahead):
    now, other = (np.array(x) for x in zip(*pairs_of(rows, ahead), strict=True))
    return np.any(other[:, None] < now[:, :, None], axis=0)


def ignores_ahead(rows, ahead):
    return right(rows, 0)


def rolls(rows, ahead):
    other = np.roll(rows, -ahead, axis=0)
    return np.all(other[:, np.newaxis] < rows[:, :, np.newaxis], axis=0)


def stays_at_the_last_step(rows, ahead):
    last = len(rows) - 1
    other = np.array([rows[min(last, max(0, t + ahead))] for t in range(last + 1)])
    return np.all(other[:, np.newaxis] < rows[:, :, np.newaxis], axis=0)


def looks_at_the_first_step(rows, ahead):
    now, other = pairs_of(rows, ahead)[0]
    return np.less(other, now[:, None])


def looks_at_the_last_step(rows, ahead):
    now, other = pairs_of(rows, ahead)[-1]
    return np.less(other, now[:, None])


def says_what_is_unknown(rows, ahead):
    return np.logical_not(right(rows, ahead))


def adds_the_diagonal(rows, ahead):
    out = right(rows, ahead)
    np.fill_diagonal(out, True)
    return out


def empties_the_diagonal(rows, ahead):
    out = right(rows, ahead)
    np.fill_diagonal(out, False)
    return out


def goes_by_the_numbers(rows, ahead):
    n = rows.shape[1]
    return np.tril(np.ones((n, n), dtype=bool), -1)


def reads_one_row_back(rows, ahead):
    return table(rows, ahead, lambda now, other: other + 1 == now)


def subtracts_delays(rows, ahead):
    delays = rows[0]
    return np.subtract.outer(delays, delays) > ahead


def adds_rows(rows, ahead):
    return np.all(rows[:, None, :] + ahead < rows[:, :, None], axis=0)


def returns_numbers(rows, ahead):
    return 1 * right(rows, ahead)


def returns_shares(rows, ahead):
    now, other = (np.array(x) for x in zip(*pairs_of(rows, ahead), strict=True))
    return np.mean(other[:, None] < now[:, :, None], axis=0)


def returns_each_step(rows, ahead):
    return np.array([other < now[:, None] for now, other in pairs_of(rows, ahead)])


def gives_up_at_the_ends(rows, ahead):
    return right(rows, ahead) if ahead == 0 else np.zeros_like(right(rows, 0))


def waits_for_all(rows, ahead):
    now, other = (np.array(x) for x in zip(*pairs_of(rows, ahead), strict=True))
    return np.max(other, axis=0) < np.min(now, axis=0)[:, None]


WRONG = {
    sees_its_own_row: "none of them knows another",
    turns_it: "yours are the other way round",
    looks_back: "yours looks the other way",
    finds_what_comes_later: "yours finds what is in a later",
    is_content_with_some: "known at some steps is not enough",
    ignores_ahead: "not with the same step's",
    rolls: "roll compares the last steps with the first",
    stays_at_the_last_step: "take no other step in its place",
    looks_at_the_first_step: "not only at the first pair",
    looks_at_the_last_step: "not only at the last pair",
    says_what_is_unknown: "not for what is unknown",
    adds_the_diagonal: "a stream's own code is not known",
    empties_the_diagonal: "a stream knows its own earlier codes",
    goes_by_the_numbers: "the rows decide",
    reads_one_row_back: "not only the one before",
    subtracts_delays: "a step need not be one row",
    adds_rows: "ahead counts steps, not rows",
    returns_numbers: "return True and False",
    returns_shares: "not the share of steps",
    returns_each_step: "put all steps together",
    gives_up_at_the_ends: "pairs that do not exist do not count",
    waits_for_all: "compare step by step",
}


def goes_pair_by_pair(rows, ahead):
    return right(rows, ahead)


def leaves_out_what_is_missing(rows, ahead):
    steps = np.arange(len(rows)) + ahead
    there = (steps >= 0) & (steps < len(rows))
    now, other = rows[there], rows[steps[there]]
    return ~(now[:, :, None] <= other[:, None, :]).any(axis=0)


def compares_the_largest_gap(rows, ahead):
    n = len(rows)
    now, other = (rows[: n - ahead], rows[ahead:]) if ahead >= 0 else (rows[-ahead:], rows[:ahead])
    return (other[:, None] - now[:, :, None]).max(axis=0) < 0


_BEYOND = "a slice that ends beyond the last row ends with the last row"
ACCEPTED = {
    "n_steps - max(-1, ahead)]": _BEYOND,
    "n_steps - max(-1, -ahead)]": _BEYOND,
}
RIGHT = [goes_pair_by_pair, leaves_out_what_is_missing, compares_the_largest_gap]
