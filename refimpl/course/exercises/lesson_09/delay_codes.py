"""Exercise 9.1: streams of codes, each some rows later than the codec gave it."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def delay_codes(codes: np.ndarray, delays: np.ndarray, empty: int) -> np.ndarray:
    """Give the rows in which stream k's code of step t stands in row `t + delays[k]`.

    There is at least one stream, and no delay is below 0. There may be no steps.
    """
    n_steps, n_streams = codes.shape
    rows = np.full((n_steps + int(max(delays)), n_streams), empty)
    for stream, delay in enumerate(delays):
        rows[delay : delay + n_steps, stream] = codes[:, stream]
    return rows


def _draw(rng: np.random.Generator, n_steps: int, delays) -> Inputs:
    size = int(rng.choice([16, 64, 512]))
    return {
        "codes": rng.integers(1, size, size=(n_steps, len(delays))),
        "delays": np.array(delays),
        "empty": size + int(rng.integers(0, 3)),
    }


def _usual(rng: np.random.Generator) -> Inputs:
    n_streams = int(rng.integers(3, 5))
    delays = rng.integers(1, 6, size=n_streams)
    delays[int(rng.integers(1, n_streams))] = 0  # the first stream may be late as well
    return _draw(rng, int(rng.integers(8, 12)), delays)


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "MusicGen's delays": _draw(rng, 6, [0, 1, 2, 3]),
        "no delays": _draw(rng, 6, [0, 0, 0]),
        "one stream": _draw(rng, 6, [0]),
        "one stream, and it is late": _draw(rng, 6, [2]),
        "all streams equally late": _draw(rng, 6, [2, 2, 2]),
        "one step": _draw(rng, 1, [0, 1, 3]),
        "no steps": _draw(rng, 0, [0, 1, 3]),
        "delays longer than the tune": _draw(rng, 3, [0, 7, 5]),
        "the first stream last": _draw(rng, 6, [3, 1, 0]),
        "empty is -1": _draw(rng, 6, [0, 2]) | {"empty": -1},
    }


def _laid(codes, delays, empty, n_rows) -> np.ndarray:
    n_steps = len(codes)
    rows = np.full((n_rows + n_steps + int(max(delays)), codes.shape[1]), empty)
    for stream, delay in enumerate(delays):
        rows[delay : delay + n_steps, stream] = codes[:, stream]
    return rows[:n_rows]


def _rolled(codes, delays, empty) -> np.ndarray:
    return np.stack([np.roll(codes[:, k], d) for k, d in enumerate(delays)], axis=1)


def _cut(codes, delays, empty) -> np.ndarray:
    return _laid(codes, delays, empty, len(codes))


def _early(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, max(delays) - np.asarray(delays), empty)


def _zeros(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, delays, 0)


def _zeros_behind(codes, delays, empty) -> np.ndarray:
    rows = delay_codes(codes, delays, empty)
    for stream, delay in enumerate(delays):
        rows[delay + len(codes) :, stream] = 0
    return rows


def _one_by_one(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.arange(codes.shape[1]), empty)


def _rows_for_streams(codes, delays, empty) -> np.ndarray:
    return _laid(codes, delays, empty, len(codes) + codes.shape[1] - 1)


def _rows_for_the_sum(codes, delays, empty) -> np.ndarray:
    return _laid(codes, delays, empty, len(codes) + int(sum(delays)))


def _rows_for_the_last(codes, delays, empty) -> np.ndarray:
    return _laid(codes, delays, empty, len(codes) + int(delays[-1]))


def _one_row_more(codes, delays, empty) -> np.ndarray:
    return _laid(codes, delays, empty, len(codes) + int(max(delays)) + 1)


def _one_row_less(codes, delays, empty) -> np.ndarray:
    return _laid(codes, delays, empty, max(0, len(codes) + int(max(delays)) - 1))


def _turned(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, delays, empty).T


def _added_up(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.cumsum(delays), empty)


def _after_the_first(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.maximum(0, np.asarray(delays) - delays[0]), empty)


def _earliest_first(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.asarray(delays) - min(delays), empty)


def _sorted(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.sort(delays), empty)


def _all_by_the_largest(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.full(len(delays), max(delays)), empty)


def _one_more_each(codes, delays, empty) -> np.ndarray:
    return delay_codes(codes, np.asarray(delays) + 1, empty)


def _held(codes, delays, empty) -> np.ndarray:
    rows = delay_codes(codes, delays, empty)
    for stream, delay in enumerate(delays):
        if len(codes):
            rows[delay + len(codes) :, stream] = codes[-1, stream]
    return rows


def _front_held(codes, delays, empty) -> np.ndarray:
    rows = delay_codes(codes, delays, empty)
    for stream, delay in enumerate(delays):
        if len(codes):
            rows[:delay, stream] = codes[0, stream]
    return rows


def _spread(codes, delays, empty) -> np.ndarray:
    """Put the gap between all codes of a stream, not only in front of them."""
    n_rows = len(codes) + int(max(delays))
    rows = np.full((n_rows, codes.shape[1]), empty)
    for stream, delay in enumerate(delays):
        some = codes[:, stream][: len(rows[delay :: delay + 1])]
        rows[delay :: delay + 1, stream][: len(some)] = some
    return rows


def _unchanged(codes, delays, empty) -> np.ndarray:
    return codes


EXERCISE = Exercise(
    id="9.1",
    title="Streams that come late",
    function="delay_codes",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_usual,
    edges=_edges,
    reference=delay_codes,
    misconceptions={
        _rolled: "roll brings the last codes to the front: a late stream begins with empty places "
        "and ends in rows of its own",
        _cut: "the last codes of the late streams are missing: add as many rows as the largest "
        "delay",
        _early: "a stream with a larger delay comes later: yours come earlier",
        _zeros: "0 is a code, too: fill places without a code with empty",
        _zeros_behind: "the places behind a stream's last code are empty, too",
        _one_by_one: "take the delays as given, not 0, 1, 2 and so on",
        _rows_for_streams: "the number of rows depends on the largest delay, not on the number of "
        "streams",
        _rows_for_the_sum: "the streams wait at the same time: add the largest delay, not the sum",
        _rows_for_the_last: "the last stream need not be the one that comes last: take the largest "
        "delay",
        _one_row_more: "one row too many: the last code of the latest stream is in the last row",
        _one_row_less: "one row too few: the latest stream's last code has been cut off",
        _turned: "rows come first, streams second: yours are the other way round",
        _added_up: "each delay counts from the first row, not from the stream before",
        _after_the_first: "a delay counts from the first row, and the first stream may be late as "
        "well",
        _earliest_first: "keep the rows in front, even where no stream has begun",
        _sorted: "delay k belongs to stream k: do not sort them",
        _all_by_the_largest: "each stream has its own delay, not the largest",
        _one_more_each: "one row too late: a delay of 0 begins in row 0",
        _held: "a stream that is over is empty: do not hold its last code",
        _front_held: "a stream that has not begun is empty: do not write its first code early",
        _spread: "a stream waits once, at the beginning; then its codes follow row by row",
        _unchanged: "the codes have not moved: stream k begins delays[k] rows later",
    },
    forbidden=("refimpl.layouts.delay.Delay", "refimpl.layouts.make_layout"),
)
