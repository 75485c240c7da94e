"""Exercise 10.1: how much of a tune has been heard before."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def returning_share(notes: np.ndarray, length: int) -> float:
    """Give the share of a tune's runs that were played before, from beginning to end.

    Notes are rows of two whole numbers; there may be none. A run has at least one note.
    """
    runs = _runs(notes, length)
    if not runs:
        return 0.0
    return float(np.mean([run in runs[: _over(start, length)] for start, run in enumerate(runs)]))


def _over(start, length):
    """How many runs are over when a note begins."""
    return max(0, start - length + 1)


def _runs(notes, length):
    """The runs of neighbouring notes, in the order in which they begin."""
    rows = [tuple(note) for note in np.asarray(notes).tolist()]
    return [tuple(rows[start : start + length]) for start in range(len(rows) - length + 1)]


def _phrase(rng: np.random.Generator, n_notes: int) -> np.ndarray:
    pitches, ticks = rng.integers(60, 80, n_notes), rng.choice([240, 480], n_notes)
    return np.stack([pitches, ticks], axis=1)


def _tune(rng: np.random.Generator) -> Inputs:
    """A tune with returns at odd places, and with things that can be taken for returns."""
    length = int(rng.integers(3, 6))
    first, second = _phrase(rng, length + 4), _phrase(rng, length + 3)
    higher = first + [[int(rng.integers(25, 30)), 0]]  # the same intervals
    longer = first * [[1, 4]]  # the same pitches, four times as long
    rhythm = np.stack([rng.integers(30, 50, len(second)), second[:, 1] * 8], axis=1)
    other_pitches = rhythm + [[100, 0]]  # the same durations
    backwards = second[::-1]
    held = np.repeat(_phrase(rng, 1) * [[1, 16]], length + 2, axis=0)
    bits = [first, second, first, higher, longer, rhythm, other_pitches, backwards, held]
    order = rng.permutation(len(bits))
    notes = np.concatenate([*(bits[i] for i in order), second[: length + 1], first, held[:length]])
    return {"notes": notes, "length": length}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _tune(rng)
    phrase = _phrase(rng, 5)
    same = np.repeat(_phrase(rng, 1), 9, axis=0)
    long = np.concatenate([phrase, _phrase(rng, 3) + [[30, 0]], phrase])
    swaying = np.array([60, 62, 60, 62, 60, 65, 60, 62, 60])  # the second 60 62 60 is no return
    return {
        "a return that is played twice before, the second time too early": {
            "notes": np.stack([swaying, np.full(9, 240)], axis=1),
            "length": 3,
        },
        "no notes": {"notes": np.zeros((0, 2), np.int64), "length": 3},
        "fewer notes than a run has": {"notes": phrase, "length": 6},
        "as many notes as a run has": {"notes": phrase, "length": 5},
        "one note more than a run has": {"notes": same[:6], "length": 5},
        "runs of one note": {"notes": usual["notes"], "length": 1},
        "one note again and again": {"notes": same, "length": 3},
        "the second time begins where the first one ends": {
            "notes": np.concatenate([phrase, phrase]),
            "length": 5,
        },
        "only the last run returns": {"notes": long, "length": 5},
        "nothing returns": {"notes": np.stack([np.arange(30), np.full(30, 240)], 1), "length": 2},
        "runs of twelve": {"notes": np.concatenate([usual["notes"]] * 2), "length": 12},
    }


def _share(runs, condition) -> float:
    found = [condition(start, run) for start, run in enumerate(runs)]
    return float(np.mean(found)) if found else 0.0


def _earlier(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: run in runs[: _over(start, length)])


def _pitches_alone(notes, length) -> float:
    return _earlier(notes[:, :1], length)


def _durations_alone(notes, length) -> float:
    return _earlier(notes[:, 1:], length)


def _intervals(notes, length) -> float:
    runs = [
        tuple((pitch - run[0][0], ticks) for pitch, ticks in run) for run in _runs(notes, length)
    ]
    return _share(runs, lambda start, run: run in runs[: _over(start, length)])


def _also_the_first_time(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: runs.count(run) > 1)


def _later_ones(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: run in runs)


def _different_runs(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(list(dict.fromkeys(runs)), lambda start, run: runs.count(run) > 1)


def _all_pairs(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: runs[: _over(start, length)].count(run))


def _per_note(notes, length) -> float:
    return _earlier(notes, length) * len(_runs(notes, length)) / max(1, len(notes))


def _last_left_out(notes, length) -> float:
    runs = _runs(notes, length)[:-1]
    return _share(runs, lambda start, run: run in runs[: _over(start, length)])


def _side_by_side(notes, length) -> float:
    runs = _runs(notes, length)[::length]
    return _share(runs, lambda start, run: run in runs[:start])


def _while_it_lasts(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: run in runs[:start])


def _a_negative_end(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: run in runs[: start - length + 1])


def _comes_again(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: run in runs[start + length :])


def _one_note_later(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: run in runs[: max(0, start - length)])


def _the_one_before(notes, length) -> float:
    runs = _runs(notes, length)
    return _share(runs, lambda start, run: start >= length and run == runs[start - length])


def _in_any_order(notes, length) -> float:
    runs = [tuple(sorted(run)) for run in _runs(notes, length)]
    return _share(runs, lambda start, run: run in runs[: _over(start, length)])


def _one_note_more(notes, length) -> float:
    return _earlier(notes, length + 1)


def _what_is_new(notes, length) -> float:
    return 1 - _earlier(notes, length)


def _percent(notes, length) -> float:
    return 100 * _earlier(notes, length)


EXERCISE = Exercise(
    id="10.1",
    title="What returns",
    function="returning_share",
    points=3,
    minutes=12,
    difficulty=2,
    inputs=_tune,
    edges=_edges,
    reference=returning_share,
    misconceptions={
        _pitches_alone: "the durations have to be the same, too: compare whole rows of notes",
        _durations_alone: "the pitches have to be the same, too: compare whole rows of notes",
        _intervals: "a phrase in another key is no return here: compare pitches, not intervals",
        _also_the_first_time: "the first time, nothing has returned yet: look only at runs that "
        "begin earlier",
        _later_ones: "a run is not a return of itself: look only at runs that begin earlier",
        _different_runs: "count every run of the tune, not every different run once",
        _all_pairs: "a run that was heard twice before is still one return: ask whether, not how "
        "often",
        _per_note: "divide by the number of runs: there are length - 1 fewer than notes",
        _last_left_out: "the last run is missing: n notes have n - length + 1 runs",
        _side_by_side: "a run begins at every note, not at every length-th one",
        _while_it_lasts: "the earlier run has to be over: a held note is no return of itself",
        _a_negative_end: "start - length + 1 is below 0 at first, and a slice up to a negative end "
        "leaves out the last ones only: go no lower than 0",
        _comes_again: "ask whether a run has been played before, not whether it comes again later",
        _one_note_later: "a run may begin at the very note that follows the earlier one",
        _the_one_before: "compare with all earlier runs, not only with the one just before",
        _in_any_order: "the same notes in another order are another run",
        _one_note_more: "these runs are one note too long",
        _what_is_new: "that is the share that has not been heard before",
        _percent: "a share is from 0 to 1, not percent",
    },
)
