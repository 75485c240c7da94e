"""Answers to exercise 9.2, as learners give them."""

import numpy as np


def gathered(rows, delays, n_steps, missing=-1):
    """Code by code; what is not there is `missing`."""
    out = np.full((max(0, n_steps), rows.shape[1]), missing)
    for t in range(len(out)):
        for k, d in enumerate(delays):
            if 0 <= t + d < len(rows):
                out[t, k] = rows[t + d, k]
    return out


def whole(rows, delays):
    return len(rows) - max(delays)


def rolls_back(rows, delays):
    out = rows.copy()
    for k, d in enumerate(delays):
        out[:, k] = np.roll(rows[:, k], -d)
    return out


def keeps_unfinished_steps(rows, delays):
    return gathered(rows, delays, len(rows))


def fills_up_with_zeros(rows, delays):
    return gathered(rows, delays, len(rows), missing=0)


def cuts_the_end(rows, delays):
    return rows[: max(0, whole(rows, delays))]


def cuts_the_beginning(rows, delays):
    return rows[max(delays) :]


def delays_once_more(rows, delays):
    out = np.full((len(rows) + max(delays), rows.shape[1]), -1)
    for k, d in enumerate(delays):
        out[d : d + len(rows), k] = rows[:, k]
    return out


def moves_the_other_way(rows, delays):
    return gathered(rows, [max(delays) - d for d in delays], whole(rows, delays))


def counts_streams(rows, delays):
    return gathered(rows, delays, len(rows) - len(delays) + 1)


def subtracts_all_delays(rows, delays):
    return gathered(rows, delays, len(rows) - sum(delays))


def trusts_the_last(rows, delays):
    return gathered(rows, delays, len(rows) - delays[-1])


def knows_only_one_delay(rows, delays):
    return gathered(rows, range(len(delays)), len(rows) - len(delays) + 1)


def loses_the_last_step(rows, delays):
    return gathered(rows, delays, whole(rows, delays) - 1)


def adds_a_step(rows, delays):
    return gathered(rows, delays, whole(rows, delays) + 1)


def loses_the_first_step(rows, delays):
    return gathered(rows, delays, whole(rows, delays))[1:]


def turns_it(rows, delays):
    return gathered(rows, delays, whole(rows, delays)).transpose()


def adds_up_delays(rows, delays):
    return gathered(rows, np.add.accumulate(delays), whole(rows, delays))


def counts_from_the_first_stream(rows, delays):
    later = [max(0, d - delays[0]) for d in delays]
    return gathered(rows, later, whole(rows, later))


def counts_from_the_earliest(rows, delays):
    later = [d - min(delays) for d in delays]
    return gathered(rows, later, whole(rows, later))


def sorts_them(rows, delays):
    return gathered(rows, sorted(delays), whole(rows, delays))


def forgets_short_tunes(rows, delays):
    n = whole(rows, delays)
    return np.column_stack([rows[d : n + d, k] for k, d in enumerate(delays)])


def counts_from_the_first_stream_that_comes(rows, delays):
    n_steps = max(0, len(rows) - max(delays) + min(delays))
    return np.stack([rows[d : d + n_steps, k] for k, d in enumerate(delays)], axis=1)


WRONG = {
    counts_from_the_first_stream_that_comes: "ValueError",
    rolls_back: "roll brings the first rows of a stream to its end",
    keeps_unfinished_steps: "return only whole steps",
    fills_up_with_zeros: "0 is a code, too",
    cuts_the_end: "the codes have not moved",
    cuts_the_beginning: "only the latest stream begins",
    delays_once_more: "not further back",
    moves_the_other_way: "yours move the other way",
    counts_streams: "not on the number of streams",
    subtracts_all_delays: "not the sum",
    trusts_the_last: "need not be the latest",
    knows_only_one_delay: "take the delays as given",
    loses_the_last_step: "one step is missing at the end",
    adds_a_step: "one step too many",
    loses_the_first_step: "the first step is missing",
    turns_it: "yours are the other way round",
    adds_up_delays: "not from the stream before",
    counts_from_the_first_stream: "the first stream may be late",
    counts_from_the_earliest: "the earliest stream may be late",
    sorts_them: "do not sort them",
    forgets_short_tunes: "the number of steps gets negative",
}


def gathers_whole_steps(rows, delays):
    return gathered(rows, delays, whole(rows, delays))


def indexes_all_at_once(rows, delays):
    steps = np.arange(max(0, whole(rows, delays)))
    return rows[steps[:, None] + delays, np.arange(len(delays))]


def cuts_both_ends(rows, delays):
    n_rows, last = len(rows), max(delays)
    if n_rows <= last:
        return np.zeros((0, len(delays)), dtype=int)
    return np.array([rows[d : n_rows - (last - d), k] for k, d in enumerate(delays)]).T


RIGHT = [gathers_whole_steps, indexes_all_at_once, cuts_both_ends]
