"""Answers to exercise 6.5, as learners give them."""

import numpy as np


def lay_out(rows, sequence_length, first_segment=1, first_position=0):
    segment_ids = np.zeros((len(rows), sequence_length), int)
    position_ids = np.zeros((len(rows), sequence_length), int)
    for i, row in enumerate(rows):
        at = 0
        for number, length in enumerate(row):
            segment_ids[i, at : at + length] = number + first_segment
            position_ids[i, at : at + length] = np.arange(length) + first_position
            at += length
    return segment_ids, position_ids


def fill(lengths, sequence_length):
    rows = []
    for length in lengths:
        for row in rows:
            if sum(row) + length <= sequence_length:
                row.append(length)
                break
        else:
            rows.append([length])
    return rows


def knows_only_the_last_row(lengths, sequence_length):
    rows = [[]]
    for length in lengths:
        if sum(rows[-1]) + length > sequence_length:
            rows.append([])
        rows[-1].append(length)
    return lay_out(rows, sequence_length)


def takes_the_fullest_row(lengths, sequence_length):
    rows = []
    for length in lengths:
        fits = [row for row in rows if sum(row) + length <= sequence_length]
        if fits:
            max(fits, key=sum).append(length)
        else:
            rows.append([length])
    return lay_out(rows, sequence_length)


def sorts_first(lengths, sequence_length):
    return lay_out(fill(sorted(lengths)[::-1], sequence_length), sequence_length)


def leaves_one_place_free(lengths, sequence_length):
    rows = []
    for length in lengths:
        for row in rows:
            if sum(row) + length < sequence_length:
                row.append(length)
                break
        else:
            rows.append([length])
    return lay_out(rows, sequence_length)


def counts_positions_in_the_row(lengths, sequence_length):
    segment_ids, _ = lay_out(fill(lengths, sequence_length), sequence_length)
    return segment_ids, np.arange(sequence_length) * (segment_ids > 0)


def starts_positions_at_one(lengths, sequence_length):
    return lay_out(fill(lengths, sequence_length), sequence_length, first_position=1)


def numbers_segments_from_zero(lengths, sequence_length):
    return lay_out(fill(lengths, sequence_length), sequence_length, first_segment=0)


def gives_each_a_row(lengths, sequence_length):
    return lay_out([[length] for length in lengths], sequence_length)


def returns_positions_first(lengths, sequence_length):
    segment_ids, position_ids = lay_out(fill(lengths, sequence_length), sequence_length)
    return position_ids, segment_ids


def returns_segments_alone(lengths, sequence_length):
    return lay_out(fill(lengths, sequence_length), sequence_length)[0]


def counts_segments_on(lengths, sequence_length):
    segment_ids, position_ids = lay_out(fill(lengths, sequence_length), sequence_length)
    above = np.cumsum(segment_ids.max(axis=1)) - segment_ids.max(axis=1)
    return np.where(segment_ids > 0, segment_ids + above[:, None], 0), position_ids


def always_leaves_a_row_empty(lengths, sequence_length):
    return lay_out([*fill(lengths, sequence_length), []], sequence_length)


def cuts_rows_to_the_longest(lengths, sequence_length):
    rows = fill(lengths, sequence_length)
    return lay_out(rows, max(map(sum, rows)))


WRONG = {
    knows_only_the_last_row: "not only at the newest",
    takes_the_fullest_row: "even if another is a better fit",
    sorts_first: "in the order in which they come",
    leaves_one_place_free: "fills the row to the last position",
    counts_positions_in_the_row: "start again at 0 in each sample",
    starts_positions_at_one: "the first position of a sample is 0",
    numbers_segments_from_zero: "because 0 stands for padding",
    gives_each_a_row: "samples share a row where",
    returns_positions_first: "return segment_ids first",
    counts_segments_on: "start again at 1 in each row",
    always_leaves_a_row_empty: "expected the shape",
    cuts_rows_to_the_longest: "got (",
    returns_segments_alone: "return two arrays",
}


def fills_and_lays_out(lengths, sequence_length):
    return lay_out(fill(lengths, sequence_length), sequence_length)


def writes_lists(lengths, sequence_length):
    segments, positions = [], []
    for length in lengths:
        fits = [i for i, row in enumerate(segments) if len(row) + length <= sequence_length]
        if not fits:
            segments.append([])
            positions.append([])
            fits = [len(segments) - 1]
        row = fits[0]
        segments[row] += [max(segments[row], default=0) + 1] * length
        positions[row] += range(length)
    pad = [[0] * (sequence_length - len(row)) for row in segments]
    return (
        [row + rest for row, rest in zip(segments, pad, strict=True)],
        [row + rest for row, rest in zip(positions, pad, strict=True)],
    )


RIGHT = [fills_and_lays_out, writes_lists]
