"""Answers to exercise 3.5, as learners give them."""

import numpy as np


def batch(rows, pad, start, end, ignore=-100):
    width = max(len(row) for row in rows) + 2
    ids = [[start, *row, end] + [pad] * (width - len(row) - 2) for row in rows]
    labels = [[start, *row, end] + [ignore] * (width - len(row) - 2) for row in rows]
    return np.array(ids), np.array(labels)


def pads_with_zeros(rows, n_codes):
    return batch(rows, 0, n_codes + 2, n_codes + 3)


def pads_with_minus_100(rows, n_codes):
    return batch(rows, -100, n_codes + 2, n_codes + 3)


def pads_with_the_end(rows, n_codes):
    return batch(rows, n_codes + 3, n_codes + 2, n_codes + 3)


def lets_the_model_learn_padding(rows, n_codes):
    return batch(rows, n_codes, n_codes + 2, n_codes + 3, ignore=n_codes)


def ignores_all_special_tokens(rows, n_codes):
    ids, labels = batch(rows, n_codes, n_codes + 2, n_codes + 3)
    labels[labels >= n_codes] = -100
    return ids, labels


def pads_in_front(rows, n_codes):
    width = max(map(len, rows)) + 2
    ids = [[n_codes] * (width - len(r) - 2) + [n_codes + 2, *r, n_codes + 3] for r in rows]
    ids = np.array(ids)
    return ids, np.where(ids == n_codes, -100, ids)


def ends_every_row_at_its_edge(rows, n_codes):
    width = max(map(len, rows))
    ids = np.array([[n_codes + 2, *r, *[n_codes] * (width - len(r)), n_codes + 3] for r in rows])
    return ids, np.where(ids == n_codes, -100, ids)


def starts_one_too_high(rows, n_codes):
    return batch(rows, n_codes + 1, n_codes + 3, n_codes + 4)


def starts_one_too_low(rows, n_codes):
    return batch(rows, n_codes - 1, n_codes + 1, n_codes + 2)


def forgets_unknown(rows, n_codes):
    return batch(rows, n_codes, n_codes + 1, n_codes + 2)


def swaps_start_and_end(rows, n_codes):
    return batch(rows, n_codes, n_codes + 3, n_codes + 2)


def cuts_to_the_shortest(rows, n_codes):
    shortest = min(map(len, rows))
    return batch([row[:shortest] for row in rows], n_codes, n_codes + 2, n_codes + 3)


def moves_the_labels_on(rows, n_codes):
    ids, labels = batch(rows, n_codes, n_codes + 2, n_codes + 3)
    return ids, np.pad(labels[:, 1:], ((0, 0), (0, 1)), constant_values=-100)


def gives_the_ids_alone(rows, n_codes):
    return batch(rows, n_codes, n_codes + 2, n_codes + 3)[0]


def ignores_code_zero(rows, n_codes):
    ids, labels = batch(rows, n_codes, n_codes + 2, n_codes + 3)
    labels[ids == 0] = -100
    return ids, labels


def leaves_empty_rows_out(rows, n_codes):
    return batch([row for row in rows if len(row)], n_codes, n_codes + 2, n_codes + 3)


def pads_only_where_rows_differ(rows, n_codes):
    if len({len(row) for row in rows}) == 1:
        return np.array(rows), np.array(rows)
    return batch(rows, n_codes, n_codes + 2, n_codes + 3)


WRONG = {
    pads_with_zeros: "0 is a code",
    pads_with_minus_100: "use it in labels only",
    pads_with_the_end: "<|END|> comes once",
    lets_the_model_learn_padding: "which the loss ignores",
    ignores_all_special_tokens: "only [PAD] is -100",
    moves_the_labels_on: "at the position of its own id",
    pads_in_front: "goes at the end of a row",
    ends_every_row_at_its_edge: "the padding comes after it",
    starts_one_too_high: "so the first special token is n_codes",
    starts_one_too_low: "n_codes - 1 is the last code",
    forgets_unknown: "[UNK] comes after [PAD]",
    swaps_start_and_end: "comes first",
    cuts_to_the_shortest: "expected the shape",
    gives_the_ids_alone: "return two arrays: ids, labels",
    ignores_code_zero: "labels:",
    leaves_empty_rows_out: "at an edge that the docstring allows: an empty row",
    pads_only_where_rows_differ: "allows: one row",
}


def builds_lists(rows, n_codes):
    return batch(rows, n_codes, n_codes + 2, n_codes + 3)


def fills_arrays(rows, n_codes):
    lengths = np.array([len(row) for row in rows])
    ids = np.full((len(rows), lengths.max() + 2), n_codes)
    labels = np.full_like(ids, -100)
    for i, row in enumerate(rows):
        whole = np.concatenate([[n_codes + 2], row, [n_codes + 3]])
        ids[i, : len(whole)] = labels[i, : len(whole)] = whole
    return ids, labels


RIGHT = [builds_lists, fills_arrays]
