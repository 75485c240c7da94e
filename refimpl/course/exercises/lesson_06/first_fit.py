"""Exercise 6.5: pack samples into rows."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs


def first_fit(lengths: list[int], sequence_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Put each sample into the first row with room for it, or else into a new one."""

    def choose(rooms: list[int], length: int) -> int | None:
        return next((row for row, room in enumerate(rooms) if room >= length), None)

    return _pack(lengths, sequence_length, choose)


def _pack(lengths: list[int], sequence_length: int, choose: Callable) -> tuple:
    """Rows of samples, where `choose` names the row for a length, or None for a new one."""
    rows: list[list[int]] = []
    for length in lengths:
        row = choose([sequence_length - sum(row) for row in rows], length)
        if row is None:
            row = len(rows)
            rows.append([])
        rows[row].append(length)
    segment_ids = np.zeros((len(rows), sequence_length), np.int64)
    position_ids = np.zeros((len(rows), sequence_length), np.int64)
    for row, contents in enumerate(rows):
        start = 0
        for number, length in enumerate(contents, start=1):
            segment_ids[row, start : start + length] = number
            position_ids[row, start : start + length] = np.arange(length)
            start += length
    return segment_ids, position_ids


def _next(rooms: list[int], length: int) -> int | None:
    return len(rooms) - 1 if rooms and rooms[-1] >= length else None


def _best(rooms: list[int], length: int) -> int | None:
    fitting = [(room, row) for row, room in enumerate(rooms) if room >= length]
    return min(fitting)[1] if fitting else None


def _next_fit(lengths, sequence_length):
    return _pack(lengths, sequence_length, _next)


def _best_fit(lengths, sequence_length):
    return _pack(lengths, sequence_length, _best)


def _longest_first(lengths, sequence_length):
    return first_fit(sorted(lengths, reverse=True), sequence_length)


def _never_quite_full(lengths, sequence_length):
    def choose(rooms: list[int], length: int) -> int | None:
        return next((row for row, room in enumerate(rooms) if room > length), None)

    return _pack(lengths, sequence_length, choose)


def _positions_go_on(lengths, sequence_length):
    segment_ids, _ = first_fit(lengths, sequence_length)
    return segment_ids, np.where(segment_ids > 0, np.arange(sequence_length), 0)


def _positions_from_one(lengths, sequence_length):
    segment_ids, position_ids = first_fit(lengths, sequence_length)
    return segment_ids, np.where(segment_ids > 0, position_ids + 1, 0)


def _segments_from_zero(lengths, sequence_length):
    segment_ids, position_ids = first_fit(lengths, sequence_length)
    return np.maximum(segment_ids - 1, 0), position_ids


def _numbers_go_on(lengths, sequence_length):
    segment_ids, position_ids = first_fit(lengths, sequence_length)
    before = np.concatenate([[0], np.cumsum(segment_ids.max(axis=1))[:-1]])
    return np.where(segment_ids > 0, segment_ids + before[:, None], 0), position_ids


def _one_a_row(lengths, sequence_length):
    return _pack(lengths, sequence_length, lambda rooms, length: None)


def _samples(rng: np.random.Generator) -> Inputs:
    """Samples of which no simpler way makes the same rows."""
    others = (_next_fit, _best_fit, _longest_first, _never_quite_full)
    while True:
        sequence_length = int(rng.integers(20, 30))
        lengths = rng.integers(3, 18, size=11).tolist()
        inputs = {"lengths": lengths, "sequence_length": sequence_length}
        right = first_fit(**inputs)[0]
        if not any(np.array_equal(other(**inputs)[0], right) for other in others):
            return inputs


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    cases = {
        "one sample": ([5], 8),
        "a sample as long as a row": ([8, 3, 8], 8),
        "rows that are exactly full": ([3, 5, 4, 4, 8, 1, 7], 8),
        "a row of one position": ([1, 1, 1], 1),
        "samples of one token": ([1] * 7, 3),
        "all samples fit into one row": ([2, 4, 1, 3], 20),
        "no two samples fit together": ([6, 5, 7, 5], 8),
        "room in the first row for the last sample": ([6, 7, 8, 5, 2], 8),
    }
    names = "lengths", "sequence_length"
    return {edge: dict(zip(names, case, strict=True)) for edge, case in cases.items()}


def _run(function: Callable, inputs: Inputs) -> Results:
    returned = function(**inputs)
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two arrays: segment_ids, position_ids")
    segment_ids, position_ids = returned
    return {"segment_ids": segment_ids, "position_ids": position_ids}


def _positions_first(lengths, sequence_length):
    return first_fit(lengths, sequence_length)[::-1]


EXERCISE = Exercise(
    id="6.5",
    title="Pack rows",
    function="first_fit",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_samples,
    edges=_edges,
    run=_run,
    reference=first_fit,
    misconceptions={
        _next_fit: "look at all rows, from the first one on, not only at the newest",
        _best_fit: "take the first row with room, even if another is a better fit",
        _longest_first: "pack the samples in the order in which they come",
        _never_quite_full: "a sample also fits if it fills the row to the last position",
        _positions_go_on: "position_ids start again at 0 in each sample",
        _positions_from_one: "the first position of a sample is 0",
        _segments_from_zero: "segments are 1, 2, …, because 0 stands for padding",
        _numbers_go_on: "segments start again at 1 in each row",
        _one_a_row: "samples share a row where they fit",
        _positions_first: "return segment_ids first, then position_ids",
    },
    forbidden=("refimpl.packing.expand", "refimpl.packing.Packer", "refimpl.packing.pack_corpus"),
)
