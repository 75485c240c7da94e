"""The metre of notes: bars of two beats or three, and beats that divide in two or in three.

More notes begin on strong beats than between them. So a tune with a metre resembles itself a beat
or a bar later: its autocorrelation tells the metre, whatever the pitches, and wherever its bar
lines are.

This holds for notes as they are written, or played exactly, of which the length of a quarter note
is known: not for a sound. Of fiddle tunes it tells the written metre nine times in ten, of Bach's
chorales eight times. It tells nothing of even quarters or eighths, and mistakes metres whose beats
it does not look for: it takes 3/8 for compound, 6/4 for triple, and 5/4 for the nearest kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.errors import UserError

KINDS = ("duple", "triple", "compound")
SHORTEST = 16  # quarter notes, four bars of 4/4: half of their notes have one two bars later
LONGEST = 100_000  # quarter notes; half a day
SHUFFLES = 19  # a tune without metre is the clearest of twenty once in twenty times
_STEPS = 6  # grid points of an eighth note: sixteenths and triplets fall on them
# Eighths after which a metre repeats itself: bars of two and of four quarter notes, bars of three,
# and beats of three eighths, without the numbers of those that fill bars of 3/4, too.
_LAGS = {"duple": (4, 8, 16), "triple": (6, 12), "compound": (3, 9, 15)}
_KINDS_OF_BEATS = {
    2: "duple",
    4: "duple",
    3: "triple",
    6: "compound",
    9: "compound",
    12: "compound",
}


@dataclass(frozen=True)
class Metre:
    """A metre, and how clearly it is told.

    Attributes:
        kind: "duple" as 2/4 and 4/4, "triple" as 3/4, "compound" as 6/8 and 9/8.
        margin: how much more the tune resembles itself after the lags of this kind than after those
            of the next, in (0, 1]. That of a fiddle tune is .03 in the middle, and .01 of its notes
            in another order.
    """

    kind: str
    margin: float


def kind_of_metre(written: str) -> str | None:
    """Return the kind of a written metre, such as "compound" of "6/8"; None for others, as 5/4."""
    beats, _, unit = written.partition("/")
    if not beats.isdecimal() or not unit.isdecimal():
        return None
    return _KINDS_OF_BEATS.get(int(beats))


def estimate_metre(onsets: np.ndarray) -> Metre | None:
    """Estimate the metre from when notes begin.

    The tune is laid over itself some eighths later, and the share of its notes that meet one is
    counted. Compound metres are asked for first, because their bars of six eighths are like those
    of 3/4.

    Args:
        onsets: (n_notes,) in quarter notes, in any order and from any beginning. Voices may be
            together; each note counts.

    Returns:
        The metre; None where nothing tells it: below sixteen quarter notes from the first onset to
        the last, or where no kind fits better than another, as in even eighths.

    Raises:
        UserError: another shape, NaN, or more than 100,000 quarter notes.

    Source: Brown 1993, who weighs notes by their duration; that onsets alone tell more is a result
    of Toiviainen and Eerola 2006, and so it is in fiddle tunes.
    """
    return _told(_on_grid(onsets))


def metre_is_clear(onsets: np.ndarray, rng: np.random.Generator) -> float:
    """Tell whether a tune has a metre at all: more of one than the same notes in another order.

    A permutation test: the metre is clear if its margin is above those of 19 shuffles of the tune,
    which keep its note values and lose their order.

    Args:
        onsets: as for `estimate_metre`.
        rng: source of randomness.

    Returns:
        1.0 or 0.0; NaN below sixteen quarter notes. Chance is .05 for any note values and lengths.
        Among real tunes it is far from 1: reels in even notes have a metre that onsets do not show.

    Raises:
        UserError: as `estimate_metre`.

    Source: Efron and Tibshirani 1993, chapter 15.
    """
    places = _on_grid(onsets)
    if not _is_long_enough(places):
        return float("nan")
    own = _margin(places)
    return float(all(_margin(_shuffled(places, rng)) < own for _ in range(SHUFFLES)))


def shuffle_onsets(onsets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the onsets of the same notes in another order: what a tune without metre is like.

    Args:
        onsets: as for `estimate_metre`.
        rng: source of randomness.

    Returns:
        (n_notes,) quarter notes from 0, on a grid of twelfths. Notes that begin together stay so.

    Raises:
        UserError: as `estimate_metre`.
    """
    return _shuffled(_on_grid(onsets), rng) / (2 * _STEPS)


def measure_metre(tunes: Sequence[np.ndarray], *, seed: int = 0) -> list[dict[str, float]]:
    """Return whether each of several tunes has a clear metre, as a list for `summarise`.

    Args:
        tunes: onsets in quarter notes, (n_notes,) each.
        seed: of the shuffles.

    Returns:
        One dictionary per tune: "clear_metre", 1, 0 or NaN as `metre_is_clear` gives it.
    """
    rng = np.random.default_rng(seed)
    return [{"clear_metre": metre_is_clear(onsets, rng)} for onsets in tunes]


def _on_grid(onsets: np.ndarray) -> np.ndarray:
    """Onsets as places on a grid from 0, in order: (n_notes,) int64."""
    found = np.asarray(onsets, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise UserError(f"onsets have shape {found.shape}; give (n_notes,) numbers, without NaN")
    if len(found) and np.ptp(found) > LONGEST:
        raise UserError(
            f"onsets span {np.ptp(found):,.0f} quarter notes, and {LONGEST:,} are the most; "
            "give them in quarter notes, not in ticks"
        )
    start = found.min(initial=np.inf)
    return np.sort(np.rint((found - start) * 2 * _STEPS).astype(np.int64))


def _is_long_enough(places: np.ndarray) -> bool:
    return bool(len(places)) and places[-1] >= 2 * _STEPS * SHORTEST


def _told(places: np.ndarray) -> Metre | None:
    """The metre of places on the grid."""
    if not _is_long_enough(places):
        return None
    notes = np.bincount(places).astype(np.float64)  # that begin at each point of the grid
    duple, triple, compound = (
        np.mean([_likeness(notes, _STEPS * lag) for lag in _LAGS[kind]]) for kind in KINDS
    )
    if compound > duple:
        found = Metre("compound", float(compound - duple))
    elif triple > duple:
        found = Metre("triple", float(triple - duple))
    else:
        found = Metre("duple", float(duple - max(triple, compound)))
    return found if found.margin > 1e-9 else None  # a rounding error is no metre


def _margin(places: np.ndarray) -> float:
    found = _told(places)
    return found.margin if found else 0.0


def _likeness(notes: np.ndarray, lag: int) -> float:
    """Cosine of a tune's notes and those some grid points later, in [0, 1]."""
    before, after = notes[:-lag], notes[lag:]
    size = np.sqrt((before @ before) * (after @ after))
    return float(before @ after / size) if size else 0.0


def _shuffled(places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same notes in another order: each takes the gap behind it, and what begins with it."""
    if not len(places):
        return places
    starts, together = np.unique(places, return_counts=True)
    order = rng.permutation(len(starts) - 1)
    moved = np.concatenate([[0], np.cumsum(np.diff(starts)[order])])
    return np.repeat(moved, np.append(together[:-1][order], together[-1]))
