"""Exercise 9.2: back from delayed rows to the steps of a codec."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def undo_delay(rows: np.ndarray, delays: np.ndarray) -> np.ndarray:
    """Give the steps that are whole: as many as there are rows, less the largest delay.

    There is at least one stream, and no delay is below 0. There may be too few rows for a step.
    """
    n_steps = max(0, len(rows) - int(max(delays)))
    streams = [rows[delay : delay + n_steps, k] for k, delay in enumerate(delays)]
    return np.stack(streams, axis=1)


def _draw(rng: np.random.Generator, n_rows: int, delays) -> Inputs:
    # Every place holds a number of its own, so that none is mistaken for another.
    rows = rng.permutation(n_rows * len(delays)).reshape(n_rows, len(delays))
    return {"rows": rows, "delays": np.array(delays)}


def _usual(rng: np.random.Generator) -> Inputs:
    n_streams = int(rng.integers(3, 5))
    delays = rng.integers(1, 6, size=n_streams)
    delays[int(rng.integers(1, n_streams))] = 0
    return _draw(rng, int(rng.integers(13, 17)), delays)


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "MusicGen's delays": _draw(rng, 9, [0, 1, 2, 3]),
        "no delays": _draw(rng, 6, [0, 0, 0]),
        "one stream": _draw(rng, 6, [0]),
        "one stream, and it is late": _draw(rng, 6, [2]),
        "all streams equally late": _draw(rng, 6, [2, 2, 2]),
        "one whole step": _draw(rng, 4, [0, 1, 3]),
        "just too few rows for a step": _draw(rng, 3, [0, 1, 3]),
        "far too few rows for a step": _draw(rng, 2, [0, 1, 7]),
        "too few rows, though more than are missing": _draw(rng, 5, [0, 1, 7]),
        "one row": _draw(rng, 1, [0, 1]),
        "no rows": _draw(rng, 0, [0, 1]),
        "the first stream last": _draw(rng, 9, [3, 1, 0]),
        "every stream late, one more than the others": _draw(rng, 9, [3, 1, 2]),
    }


def _steps(rows, delays, n_steps) -> np.ndarray:
    return np.stack([rows[d : d + n_steps, k] for k, d in enumerate(delays)], axis=1)


def _shifted(rows, delays) -> np.ndarray:
    """All rows with each stream moved to the front, -1 where there is nothing."""
    longer = np.pad(rows, ((0, int(max(delays))), (0, 0)), constant_values=-1)
    return _steps(longer, delays, len(rows))


def _rolled(rows, delays) -> np.ndarray:
    return np.stack([np.roll(rows[:, k], -d) for k, d in enumerate(delays)], axis=1)


def _with_gaps(rows, delays) -> np.ndarray:
    return _shifted(rows, delays)


def _zeros_behind(rows, delays) -> np.ndarray:
    longer = np.pad(rows, ((0, int(max(delays))), (0, 0)))
    return _steps(longer, delays, len(rows))


def _cut_only_behind(rows, delays) -> np.ndarray:
    return rows[: max(0, len(rows) - int(max(delays)))]


def _cut_only_in_front(rows, delays) -> np.ndarray:
    return rows[int(max(delays)) :]


def _delayed_again(rows, delays) -> np.ndarray:
    n_steps, last = len(rows), int(max(delays))
    later = np.full((n_steps + last, rows.shape[1]), -1)
    for k, d in enumerate(delays):
        later[d : d + n_steps, k] = rows[:, k]
    return later


def _again_and_cut(rows, delays) -> np.ndarray:
    return undo_delay(rows, max(delays) - np.asarray(delays))


def _streams_cut(rows, delays) -> np.ndarray:
    return _shifted(rows, delays)[: max(0, len(rows) - rows.shape[1] + 1)]


def _cut_by_the_sum(rows, delays) -> np.ndarray:
    return _shifted(rows, delays)[: max(0, len(rows) - int(sum(delays)))]


def _cut_by_the_last(rows, delays) -> np.ndarray:
    return _shifted(rows, delays)[: max(0, len(rows) - int(delays[-1]))]


def _one_by_one(rows, delays) -> np.ndarray:
    return undo_delay(rows, np.arange(rows.shape[1]))


def _one_less(rows, delays) -> np.ndarray:
    return undo_delay(rows, delays)[:-1]


def _one_more(rows, delays) -> np.ndarray:
    return _shifted(rows, delays)[: max(0, len(rows) - int(max(delays)) + 1)]


def _first_missing(rows, delays) -> np.ndarray:
    return undo_delay(rows, delays)[1:]


def _turned(rows, delays) -> np.ndarray:
    return undo_delay(rows, delays).T


def _added_up(rows, delays) -> np.ndarray:
    later = np.cumsum(delays)
    longer = np.pad(rows, ((0, int(later[-1])), (0, 0)), constant_values=-1)
    return _steps(longer, later, max(0, len(rows) - int(max(delays))))


def _after_the_first(rows, delays) -> np.ndarray:
    return undo_delay(rows, np.maximum(0, np.asarray(delays) - delays[0]))


def _earliest_first(rows, delays) -> np.ndarray:
    return undo_delay(rows, np.asarray(delays) - min(delays))


def _sorted(rows, delays) -> np.ndarray:
    return undo_delay(rows, np.sort(delays))


def _unbounded(rows, delays) -> np.ndarray:
    n_steps = len(rows) - int(max(delays))
    return np.stack([rows[d : d + n_steps, k] for k, d in enumerate(delays)], axis=1)


EXERCISE = Exercise(
    id="9.2",
    title="And back to steps",
    function="undo_delay",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_usual,
    edges=_edges,
    reference=undo_delay,
    misconceptions={
        _rolled: "roll brings the first rows of a stream to its end: cut off the steps that lack "
        "a code instead",
        _with_gaps: "return only whole steps: there are as many as rows, less the largest delay",
        _zeros_behind: "0 is a code, too: a step that lacks a code is no step, leave it out",
        _cut_only_behind: "the rows are fewer now, but the codes have not moved: stream k begins "
        "in row delays[k]",
        _cut_only_in_front: "only the latest stream begins in the row of the largest delay: each "
        "one begins in its own",
        _delayed_again: "the streams come too late already: move them to the front, not further "
        "back",
        _again_and_cut: "a stream with a larger delay has to move further to the front: yours "
        "move the other way",
        _streams_cut: "the number of whole steps depends on the largest delay, not on the number "
        "of streams",
        _cut_by_the_sum: "the streams waited at the same time: subtract the largest delay, not the "
        "sum",
        _cut_by_the_last: "the last stream need not be the latest: subtract the largest delay",
        _one_by_one: "take the delays as given, not 0, 1, 2 and so on",
        _one_less: "one step is missing at the end: the last row completes a step",
        _one_more: "one step too many: the latest stream has no code for it",
        _first_missing: "the first step is missing: it is in the rows delays[0], delays[1] and "
        "so on",
        _turned: "steps come first, streams second: yours are the other way round",
        _added_up: "each delay counts from the first row, not from the stream before",
        _after_the_first: "the first stream may be late as well: use its delay, too",
        _earliest_first: "the earliest stream may be late as well: use the delays as they are",
        _sorted: "delay k belongs to stream k: do not sort them",
        _unbounded: "with fewer rows than the largest delay, the number of steps gets negative: "
        "there are none then",
    },
    forbidden=("refimpl.layouts.delay.Delay", "refimpl.layouts.make_layout"),
)
