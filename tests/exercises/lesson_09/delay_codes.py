"""Answers to exercise 9.1, as learners give them."""

import numpy as np


def columns(codes, delays, empty, n_rows=None, behind=None):
    """One column after the other, filled up in front and behind."""
    n_steps = len(codes)
    n_rows = n_steps + np.max(delays) if n_rows is None else n_rows
    behind = empty if behind is None else behind
    made = []
    for k in range(codes.shape[1]):
        after = [behind] * max(0, n_rows - delays[k] - n_steps)
        made.append(([empty] * delays[k] + list(codes[:, k]) + after)[:n_rows])
    return np.array(made, dtype=int).reshape(len(made), -1).T


def rolls(codes, delays, empty):
    out = codes.copy()
    for k in range(codes.shape[1]):
        out[:, k] = np.roll(codes[:, k], delays[k])
    return out


def adds_no_rows(codes, delays, empty):
    return columns(codes, delays, empty, len(codes))


def brings_them_early(codes, delays, empty):
    return columns(codes, [max(delays) - d for d in delays], empty)


def fills_with_zeros(codes, delays, empty):
    return columns(codes, delays, 0)


def fills_the_end_with_zeros(codes, delays, empty):
    return columns(codes, delays, empty, behind=0)


def knows_only_one_delay(codes, delays, empty):
    return columns(codes, list(range(len(delays))), empty)


def counts_streams(codes, delays, empty):
    return columns(codes, delays, empty, len(codes) + len(delays) - 1)


def adds_all_delays(codes, delays, empty):
    return columns(codes, delays, empty, len(codes) + np.sum(delays))


def trusts_the_last(codes, delays, empty):
    return columns(codes, delays, empty, len(codes) + delays[-1])


def adds_a_row(codes, delays, empty):
    return columns(codes, delays, empty, len(codes) + np.max(delays) + 1)


def loses_a_row(codes, delays, empty):
    return columns(codes, delays, empty)[:-1]


def turns_it(codes, delays, empty):
    return columns(codes, delays, empty).transpose()


def adds_up_delays(codes, delays, empty):
    return columns(codes, list(np.add.accumulate(delays)), empty)


def counts_from_the_first_stream(codes, delays, empty):
    return columns(codes, [max(0, d - delays[0]) for d in delays], empty)


def drops_empty_rows(codes, delays, empty):
    return columns(codes, [d - min(delays) for d in delays], empty)


def sorts_them(codes, delays, empty):
    return columns(codes, sorted(delays), empty)


def delays_all_alike(codes, delays, empty):
    return columns(codes, [max(delays)] * len(delays), empty)


def begins_in_row_one(codes, delays, empty):
    return columns(codes, [d + 1 for d in delays], empty)


def holds_the_last_code(codes, delays, empty):
    out = columns(codes, delays, empty)
    for k, d in enumerate(delays):
        if len(codes):
            out[d + len(codes) :, k] = codes[-1, k]
    return out


def writes_the_first_code_early(codes, delays, empty):
    return columns(codes, delays, empty) if not len(codes) else early(codes, delays, empty)


def early(codes, delays, empty):
    out = columns(codes, delays, empty)
    for k, d in enumerate(delays):
        out[:d, k] = codes[0, k]
    return out


def does_nothing(codes, delays, empty):
    return codes.copy()


def fills_with_nan(codes, delays, empty):
    out = np.full((len(codes) + max(delays), len(delays)), np.nan)
    for k, d in enumerate(delays):
        out[d : d + len(codes), k] = codes[:, k]
    return out


WRONG = {
    rolls: "roll brings the last codes to the front",
    adds_no_rows: "add as many rows as the largest",
    brings_them_early: "yours come earlier",
    fills_with_zeros: "fill places without a code with empty",
    fills_the_end_with_zeros: "the places behind a stream's last code",
    knows_only_one_delay: "take the delays as given",
    counts_streams: "not on the number of streams",
    adds_all_delays: "not the sum",
    trusts_the_last: "the last stream need not be the one",
    adds_a_row: "one row too many",
    loses_a_row: "one row too few",
    turns_it: "yours are the other way round",
    adds_up_delays: "not from the stream before",
    counts_from_the_first_stream: "the first stream may be late",
    drops_empty_rows: "keep the rows in front",
    sorts_them: "do not sort them",
    delays_all_alike: "not the largest",
    begins_in_row_one: "one row too late",
    holds_the_last_code: "do not hold its last code",
    writes_the_first_code_early: "do not write its first code early",
    does_nothing: "the codes have not moved",
    fills_with_nan: "expected whole numbers",
}


def pads_each_column(codes, delays, empty):
    last = max(delays)
    made = [np.pad(codes[:, k], (d, last - d), constant_values=empty) for k, d in enumerate(delays)]
    return np.stack(made, axis=1)


def goes_code_by_code(codes, delays, empty):
    out = np.full((codes.shape[0] + np.max(delays), codes.shape[1]), empty)
    for t in range(codes.shape[0]):
        for k in range(codes.shape[1]):
            out[t + delays[k], k] = codes[t, k]
    return out


def writes_all_at_once(codes, delays, empty):
    n_steps, n_streams = codes.shape
    out = np.full((n_steps + np.max(delays), n_streams), empty)
    out[np.arange(n_steps)[:, None] + delays, np.arange(n_streams)] = codes
    return out


RIGHT = [pads_each_column, goes_code_by_code, writes_all_at_once]
