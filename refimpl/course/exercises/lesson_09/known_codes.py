"""Exercise 9.3: which codes a model knows when it writes a stream's code."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def known_codes(rows: np.ndarray, ahead: int) -> np.ndarray:
    """Give whether stream j, `ahead` steps later, is known whenever stream k is written.

    There is at least one step and one stream, and `ahead` is less than the steps, either way.
    """
    n_steps = len(rows)
    written = rows[max(0, -ahead) : n_steps - max(0, ahead)]
    asked = rows[max(0, ahead) : n_steps - max(0, -ahead)]
    return (asked[:, None, :] < written[:, :, None]).all(axis=0)


def _regular(n_steps: int, rate: int, offsets) -> np.ndarray:
    return rate * np.arange(n_steps)[:, None] + np.array(offsets)


def _usual(rng: np.random.Generator) -> Inputs:
    # Streams that wait now and then, so that no formula for one kind of layout fits.
    n_steps, n_streams = int(rng.integers(6, 10)), int(rng.integers(3, 5))
    rate = int(rng.integers(2, 4))
    rows = _regular(n_steps, rate, rng.integers(0, 2 * rate + 1, size=n_streams))
    rows += rng.random(rows.shape) < 0.4
    return {"rows": rows, "ahead": int(rng.choice([-2, -1, 1, 2]))}


def _coarse_first(n_steps: int) -> np.ndarray:
    return _regular(n_steps, 1, [0, n_steps + 1, n_steps + 1])


def _one_step_differs(step: int) -> np.ndarray:
    rows = _regular(5, 3, [0, 1, 1])
    rows[step, 0] += 2  # here alone, the first stream comes last
    return rows


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    delay = _regular(7, 1, [0, 1, 2, 3])
    return {
        "parallel, the same step": {"rows": _regular(6, 1, [0, 0, 0]), "ahead": 0},
        "parallel, the step before": {"rows": _regular(6, 1, [0, 0, 0]), "ahead": -1},
        "delay, the same step": {"rows": delay, "ahead": 0},
        "delay, one step later": {"rows": delay, "ahead": 1},
        "delay, two steps earlier": {"rows": delay, "ahead": -2},
        "flatten, the same step": {"rows": _regular(6, 4, [0, 1, 2, 3]), "ahead": 0},
        "flatten, one step later": {"rows": _regular(6, 4, [0, 1, 2, 3]), "ahead": 1},
        "coarse first, one step later": {"rows": _coarse_first(6), "ahead": 1},
        "coarse first, the last step from the first one": {"rows": _coarse_first(6), "ahead": 5},
        "delays that are not in order": {"rows": _regular(6, 1, [2, 0, 1]), "ahead": 1},
        "an irregular layout, the same step": _usual(rng) | {"ahead": 0},
        "a layout whose first step differs": {"rows": _one_step_differs(0), "ahead": 0},
        "a layout whose last step differs": {"rows": _one_step_differs(-1), "ahead": 0},
        "one step": {"rows": np.array([[0, 1, 1]]), "ahead": 0},
        "one stream": {"rows": _regular(6, 1, [0]), "ahead": -1},
        "one stream, the same step": {"rows": _regular(6, 1, [0]), "ahead": 0},
        "the farthest step there is": {"rows": delay, "ahead": -6},
    }


def _pairs(rows, ahead):
    n_steps = len(rows)
    written = rows[max(0, -ahead) : n_steps - max(0, ahead)]
    asked = rows[max(0, ahead) : n_steps - max(0, -ahead)]
    return asked[:, None, :], written[:, :, None]


def _same_row_too(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return (asked <= written).all(axis=0)


def _turned(rows, ahead):
    return known_codes(rows, ahead).T


def _earlier_instead(rows, ahead):
    return known_codes(rows, -ahead)


def _both_turned(rows, ahead):
    return known_codes(rows, -ahead).T


def _sometimes(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return (asked < written).any(axis=0)


def _same_step(rows, ahead):
    return known_codes(rows, 0)


def _round_and_round(rows, ahead):
    asked = np.roll(rows, -ahead, axis=0)
    return (asked[:, None, :] < rows[:, :, None]).all(axis=0)


def _held_at_the_ends(rows, ahead):
    steps = np.clip(np.arange(len(rows)) + ahead, 0, len(rows) - 1)
    return (rows[steps][:, None, :] < rows[:, :, None]).all(axis=0)


def _first_step_alone(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return (asked < written)[0]


def _last_step_alone(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return (asked < written)[-1]


def _not_always_later(rows, ahead):
    return ~known_codes(rows, ahead)


def _own_too(rows, ahead):
    return known_codes(rows, ahead) | np.eye(rows.shape[1], dtype=bool)


def _never_its_own(rows, ahead):
    return known_codes(rows, ahead) & ~np.eye(rows.shape[1], dtype=bool)


def _by_number(rows, ahead):
    numbers = np.arange(rows.shape[1])
    return numbers < numbers[:, None]


def _only_the_row_before(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return (asked == written - 1).all(axis=0)


def _one_row_a_step(rows, ahead):
    first = rows[0]
    return first + ahead < first[:, None]


def _rows_ahead(rows, ahead):
    return (rows[:, None, :] + ahead < rows[:, :, None]).all(axis=0)


def _numbers(rows, ahead):
    return known_codes(rows, ahead).astype(int)


def _shares(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return (asked < written).mean(axis=0)


def _each_step(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return asked < written


def _missing_is_unknown(rows, ahead):
    return known_codes(rows, ahead) & (ahead == 0)


def _the_latest_of_all(rows, ahead):
    asked, written = _pairs(rows, ahead)
    return asked.max(axis=0) < written.min(axis=0)


EXERCISE = Exercise(
    id="9.3",
    title="Who knows what?",
    function="known_codes",
    points=4,
    minutes=18,
    difficulty=3,
    inputs=_usual,
    edges=_edges,
    reference=known_codes,
    misconceptions={
        _same_row_too: "codes of one row are written at the same time: none of them knows another",
        _turned: "row k is for the stream that is written, column j for the one that is asked "
        "about: yours are the other way round",
        _earlier_instead: "ahead counts steps towards the end: yours looks the other way",
        _both_turned: "known is what is in an earlier row: yours finds what is in a later one",
        _sometimes: "known at some steps is not enough: it has to be known at all of them",
        _same_step: "compare with the code that is ahead steps later, not with the same step's",
        _round_and_round: "roll compares the last steps with the first ones: leave out the steps "
        "that have no such step",
        _held_at_the_ends: "where there is no such step, leave the pair out, and take no other "
        "step in its place",
        _first_step_alone: "look at all steps, not only at the first pair",
        _last_step_alone: "look at all steps, not only at the last pair",
        _not_always_later: "True is for what is known, not for what is unknown",
        _own_too: "a stream's own code is not known before it is written: leave the diagonal as it "
        "comes out",
        _never_its_own: "a stream knows its own earlier codes: leave the diagonal as it comes out",
        _by_number: "the rows decide, not the numbers of the streams",
        _only_the_row_before: "the model has read all earlier rows, not only the one before",
        _one_row_a_step: "a step need not be one row, nor all steps alike: compare the rows of "
        "every step",
        _rows_ahead: "ahead counts steps, not rows: take another step's row, do not add to it",
        _numbers: "return True and False, not numbers",
        _shares: "return whether it is known at all steps, not the share of steps",
        _each_step: "one answer for each pair of streams: put all steps together",
        _missing_is_unknown: "pairs that do not exist do not count: only those that do have to be "
        "known",
        _the_latest_of_all: "compare step by step, each with the one that is ahead steps later",
    },
)
