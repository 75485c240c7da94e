"""Answers to exercise 5.3, as learners give them."""

import numpy as np


def causal_everywhere(lengths, n_prefix, n_positions):
    allowed = np.eye(n_positions, dtype=bool)
    start = 0
    for length in lengths:
        allowed[start : start + length, start : start + length] = np.tri(length)
        start += length
    return allowed


def sees_the_whole_piece(lengths, n_prefix, n_positions):
    allowed = np.eye(n_positions, dtype=bool)
    start = 0
    for length in lengths:
        allowed[start : start + length, start : start + length] = True
        start += length
    return allowed


def prefix_looks_ahead(lengths, n_prefix, n_positions):
    allowed = causal_everywhere(lengths, n_prefix, n_positions)
    start = 0
    for length, prefix in zip(lengths, n_prefix, strict=True):
        allowed[start : start + prefix, start : start + length] = True
        start += length
    return allowed


def one_long_piece(lengths, n_prefix, n_positions):
    allowed = right(lengths, n_prefix, n_positions)
    n = sum(lengths)
    allowed[:n, :n] |= np.tri(n, dtype=bool)
    return allowed


def answer_forgets_its_prefix(lengths, n_prefix, n_positions):
    parts = [
        (n, both)
        for length, prefix in zip(lengths, n_prefix, strict=True)
        for n, both in ((prefix, True), (length - prefix, False))
    ]
    allowed = np.eye(n_positions, dtype=bool)
    start = 0
    for n, both in parts:
        allowed[start : start + n, start : start + n] |= both or np.tri(n, dtype=bool)
        start += n
    return allowed


def keys_in_the_rows(lengths, n_prefix, n_positions):
    return right(lengths, n_prefix, n_positions).T


def leaves_padding_empty(lengths, n_prefix, n_positions):
    allowed = right(lengths, n_prefix, n_positions)
    allowed[sum(lengths) :] = False
    return allowed


def padding_sees_padding(lengths, n_prefix, n_positions):
    n_padding = n_positions - sum(lengths)
    return right([*lengths, n_padding], [*n_prefix, 0], n_positions)


def gives_numbers(lengths, n_prefix, n_positions):
    return right(lengths, n_prefix, n_positions).astype(float)


def starts_from_one_triangle(lengths, n_prefix, n_positions):
    allowed = np.tri(n_positions, dtype=bool)
    starts = np.cumsum([0, *lengths])[:-1]
    for start, prefix in zip(starts, n_prefix, strict=True):
        allowed[start : start + prefix, start : start + prefix] = True
    return allowed


def forgets_to_move_on(lengths, n_prefix, n_positions):
    allowed = np.eye(n_positions, dtype=bool)
    for length, prefix in zip(lengths, n_prefix, strict=True):
        piece = np.tri(length, dtype=bool)
        piece[:prefix, :prefix] = True
        allowed[:length, :length] = piece
    return allowed


def needs_padding(lengths, n_prefix, n_positions):
    allowed = right(lengths, n_prefix, n_positions)
    allowed[-1, :-1] = False  # "the last position is padding"
    return allowed


def needs_a_piece(lengths, n_prefix, n_positions):
    first = np.arange(n_positions) < lengths[0]
    return right(lengths, n_prefix, n_positions) & (first | ~first)


def always_leaves_an_answer(lengths, n_prefix, n_positions):
    shorter = [min(prefix, length - 1) for prefix, length in zip(n_prefix, lengths, strict=True)]
    return right(lengths, shorter, n_positions)


WRONG = {
    causal_everywhere: "inside a prefix",
    sees_the_whole_piece: "only the prefix looks ahead",
    prefix_looks_ahead: "a prefix sees itself, not the answer",
    one_long_piece: "no piece sees another piece",
    answer_forgets_its_prefix: "an answer sees all of its prefix",
    forgets_to_move_on: "move the start on",
    needs_padding: "one piece that fills the row",
    needs_a_piece: "list index out of range",
    always_leaves_an_answer: "a piece that is all prefix",
    keys_in_the_rows: "rows are queries",
    leaves_padding_empty: "needs at least one key",
    padding_sees_padding: "no other padding",
    gives_numbers: "a boolean dtype",
    starts_from_one_triangle: "one triangle for the whole row",
}


def right(lengths, n_prefix, n_positions):
    """By the numbers of the pieces, without writing squares."""
    n_padding = n_positions - sum(lengths)
    piece = np.repeat(np.arange(len(lengths) + 1), [*lengths, n_padding])
    place = np.concatenate([np.arange(n) for n in [*lengths, n_padding]])
    in_prefix = place < np.array([*n_prefix, 0])[piece]
    same = (piece[:, None] == piece) & (piece < len(lengths))
    causal = place[None] <= place[:, None]
    both = in_prefix[:, None] & in_prefix
    return (same & (causal | both)) | np.eye(n_positions, dtype=bool)


def pair_by_pair(lengths, n_prefix, n_positions):
    allowed = [[i == j for j in range(n_positions)] for i in range(n_positions)]
    start = 0
    for length, prefix in zip(lengths, n_prefix, strict=True):
        for i in range(length):
            for j in range(length):
                allowed[start + i][start + j] = j <= i or max(i, j) < prefix
        start += length
    return np.array(allowed)


def as_lists(lengths, n_prefix, n_positions):
    return right(lengths, n_prefix, n_positions).tolist()


RIGHT = [right, pair_by_pair, as_lists]

_SEES_ITS_PAST = "that row of the triangle allows the whole prefix anyway"
ACCEPTED = {
    "piece[:prefix + 1, :prefix] = True": _SEES_ITS_PAST,
    "piece[:prefix - 1, :prefix] = True": _SEES_ITS_PAST,
    "piece[:, :prefix] = True": _SEES_ITS_PAST,
}
