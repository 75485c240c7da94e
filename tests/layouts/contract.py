"""What every layout promises. Each function takes a layout and fails where a promise is broken."""

import numpy as np


def random_codes(layout, n_steps, rng):
    return np.stack([rng.integers(0, n, n_steps) for n in layout.stream_sizes], axis=1)


def framed(layout, codes):
    """The rows of a tune that a model learns to write: its tokens, then <|END|>."""
    end = np.full((1, layout.n_columns), layout.vocabulary.end)
    return np.concatenate([layout.to_tokens(codes), end])


def write_at_random(layout, rng, n_steps):
    """Rows drawn from what is allowed; column 0 ends as soon as it may after n steps."""
    rows, end, n_codes = [], None, 0
    while True:
        allowed = layout.allowed(len(rows), end)
        assert allowed.shape == (layout.n_columns, layout.vocabulary.size)
        assert allowed.dtype == bool and allowed.any(axis=1).all()
        may_end = allowed[0, layout.vocabulary.end]
        if end is None:
            allowed[0, layout.vocabulary.end] = False
            if may_end and n_codes * layout.n_columns >= n_steps * layout.n_streams:
                allowed[0] = np.arange(layout.vocabulary.size) == layout.vocabulary.end
        row = np.array([rng.choice(np.flatnonzero(column)) for column in allowed])
        n_codes += row[0] < layout.vocabulary.n_codes
        if end is None and row[0] == layout.vocabulary.end:
            end = len(rows)
            # Columns that end together with column 0 have no choice either.
            only_end = layout.allowed(end, end).sum(axis=1) == 1
            row[only_end] = layout.allowed(end, end).argmax(axis=1)[only_end]
        rows.append(row)
        if (row == layout.vocabulary.end).all():
            return np.array(rows)
        assert len(rows) < 4 * (n_steps + 1) * layout.n_streams + 8, "the tune never ends"


def check_round_trip(layout, n_steps, rng):
    codes = random_codes(layout, n_steps, rng)
    tokens = layout.to_tokens(codes)
    assert tokens.dtype == np.int64
    assert tokens.shape == (layout.n_tokens(n_steps), layout.n_columns)
    assert tokens.size == 0 or (tokens.min() >= 0 and tokens.max() < layout.vocabulary.size)
    np.testing.assert_array_equal(layout.to_codes(tokens), codes)
    np.testing.assert_array_equal(layout.to_codes(framed(layout, codes)), codes)


def check_it_allows_what_it_makes(layout, n_steps, rng):
    rows = framed(layout, random_codes(layout, n_steps, rng))
    ends = np.flatnonzero(rows[:, 0] == layout.vocabulary.end)
    for position, row in enumerate(rows):
        end = int(ends[0]) if position >= ends[0] else None
        allowed = layout.allowed(position, end)
        assert allowed[np.arange(layout.n_columns), row].all(), (position, row)
        over = (allowed.sum(axis=1) == 1).all() and (row == layout.vocabulary.end).all()
        assert over == (position == len(rows) - 1)
    assert layout.allowed(int(ends[0]), None)[0, layout.vocabulary.end]


def check_what_it_allows_can_be_decoded(layout, n_steps, rng):
    rows = write_at_random(layout, rng, n_steps)
    codes = layout.to_codes(rows)
    assert len(codes) >= n_steps
    np.testing.assert_array_equal(framed(layout, codes), rows)


def check_broken_tails(layout, n_steps, rng):
    """However much of the tail is missing, the steps that are left are the first ones."""
    codes = random_codes(layout, n_steps, rng)
    tokens = layout.to_tokens(codes)
    before = 0
    for length in range(len(tokens) + 1):
        left = layout.to_codes(tokens[:length])
        assert left.shape[1] == layout.n_streams and before <= len(left) <= n_steps
        np.testing.assert_array_equal(left, codes[: len(left)])
        before = len(left)
    assert before == n_steps


def check_wrong_tokens(layout, n_steps, rng):
    """Whatever a model writes, what comes out are codes."""
    tokens = rng.integers(0, layout.vocabulary.size, (n_steps, layout.n_columns))
    codes = layout.to_codes(tokens)
    assert codes.shape == (len(codes), layout.n_streams) and codes.dtype == np.int64
    assert ((codes >= 0) & (codes < np.array(layout.stream_sizes))).all()


CHECKS = [
    check_round_trip,
    check_it_allows_what_it_makes,
    check_what_it_allows_can_be_decoded,
    check_broken_tails,
    check_wrong_tokens,
]
