"""Exercise 5.3: the attention mask of a row that holds several pieces."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def packed_mask(lengths: list[int], n_prefix: list[int], n_positions: int) -> np.ndarray:
    """The mask of a row that holds several pieces, each with a prefix, and padding."""
    allowed = np.eye(n_positions, dtype=bool)
    start = 0
    for length, prefix in zip(lengths, n_prefix, strict=True):
        piece = np.tri(length, dtype=bool)  # the causal triangle
        piece[:prefix, :prefix] = True
        allowed[start : start + length, start : start + length] = piece
        start += length
    return allowed


def _a_row(rng: np.random.Generator) -> Inputs:
    lengths = rng.integers(4, 8, size=3)
    # Two tokens of prefix at least, as one alone makes no difference, and two of answer.
    n_prefix = [int(rng.integers(2, length - 1)) for length in lengths]
    n_prefix[int(rng.integers(3))] = 0
    padding = int(rng.integers(2, 5))
    return {
        "lengths": [int(length) for length in lengths],
        "n_prefix": n_prefix,
        "n_positions": int(lengths.sum()) + padding,
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    rows = {
        "one piece that fills the row": ([6], [3], 6),
        "no padding": ([3, 5], [2, 0], 8),
        "no piece, only padding": ([], [], 4),
        "a row of one position": ([1], [1], 1),
        "pieces of one token": ([1, 1, 1], [0, 1, 0], 4),
        "a piece that is all prefix": ([4, 3], [4, 0], 9),
        "no prefix anywhere": ([3, 4, 2], [0, 0, 0], 10),
        "a prefix of one token": ([5], [1], 7),
        "all but the last token is prefix": ([5, 4], [4, 3], 11),
        "one position of padding": ([4, 4], [2, 3], 9),
    }
    names = "lengths", "n_prefix", "n_positions"
    return {edge: dict(zip(names, row, strict=True)) for edge, row in rows.items()}


def _causal_only(lengths, n_prefix, n_positions):
    return packed_mask(lengths, [0] * len(lengths), n_positions)


def _both_ways_everywhere(lengths, n_prefix, n_positions):
    return packed_mask(lengths, lengths, n_positions)


def _prefix_sees_the_answer(lengths, n_prefix, n_positions):
    allowed, start = packed_mask(lengths, n_prefix, n_positions), 0
    for length, prefix in zip(lengths, n_prefix, strict=True):
        allowed[start : start + prefix, start : start + length] = True
        start += length
    return allowed


def _looks_into_other_pieces(lengths, n_prefix, n_positions):
    n_tokens = sum(lengths)
    allowed = packed_mask(lengths, n_prefix, n_positions)
    allowed[:n_tokens, :n_tokens] |= np.tri(n_tokens, dtype=bool)
    return allowed


def _answer_without_prefix(lengths, n_prefix, n_positions):
    allowed, start = packed_mask(lengths, n_prefix, n_positions), 0
    for length, prefix in zip(lengths, n_prefix, strict=True):
        allowed[start + prefix : start + length, start : start + prefix] = False
        start += length
    return allowed


def _transposed(lengths, n_prefix, n_positions):
    return packed_mask(lengths, n_prefix, n_positions).T


def _padding_sees_nothing(lengths, n_prefix, n_positions):
    allowed, n_tokens = packed_mask(lengths, n_prefix, n_positions), sum(lengths)
    allowed[n_tokens:] = False
    return allowed


def _padding_as_a_piece(lengths, n_prefix, n_positions):
    return packed_mask([*lengths, n_positions - sum(lengths)], [*n_prefix, 0], n_positions)


def _one_triangle(lengths, n_prefix, n_positions):
    allowed, start = np.tri(n_positions, dtype=bool), 0
    for length, prefix in zip(lengths, n_prefix, strict=True):
        allowed[start : start + prefix, start : start + prefix] = True
        start += length
    return allowed


def _offset_forgotten(lengths, n_prefix, n_positions):
    allowed = np.eye(n_positions, dtype=bool)
    for length, prefix in zip(lengths, n_prefix, strict=True):
        piece = np.tri(length, dtype=bool)
        piece[:prefix, :prefix] = True
        allowed[:length, :length] = piece
    return allowed


EXERCISE = Exercise(
    id="5.3",
    title="The mask of a packed row",
    function="packed_mask",
    points=5,
    minutes=15,
    difficulty=3,
    inputs=_a_row,
    edges=_edges,
    reference=packed_mask,
    misconceptions={
        _causal_only: "inside a prefix, tokens also see the later tokens of that prefix",
        _both_ways_everywhere: "only the prefix looks ahead; an answer must not see what comes",
        _prefix_sees_the_answer: "a prefix sees itself, not the answer that comes after it",
        _looks_into_other_pieces: "no piece sees another piece: they only share a row",
        _answer_without_prefix: "an answer sees all of its prefix, which is the question",
        _transposed: "rows are queries and columns are keys: this is the other way round",
        _padding_sees_nothing: "a row of a softmax needs at least one key: padding sees itself",
        _padding_as_a_piece: "a padding token sees itself only, no other padding",
        _offset_forgotten: "each piece begins where the one before it ends: move the start on",
        _one_triangle: "one triangle for the whole row lets each piece see those before it",
    },
    forbidden=("refimpl.transformer.masks.allowed_pairs", "refimpl.packing.expand"),
)
