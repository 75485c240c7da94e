"""Self-similarity: which parts of a tune are like which others.

Taught in lesson 10.
"""

from __future__ import annotations

import numpy as np

from refimpl.errors import UserError

RASTER = 60  # ticks: an eighth of a quarter note


def bar_similarity(notes: np.ndarray, bars: np.ndarray, raster: int = RASTER) -> np.ndarray:
    """Compare every bar of a tune in one voice with every other.

    A bar is read off at places that are equally far apart: which pitch sounds there, or none, and
    whether it begins there. Two bars are as similar as the share of places at which they agree;
    what one of them has beyond the other's end agrees with nothing.

    Args:
        notes: `(n_notes, 4)` onset and duration in ticks, MIDI pitch, voice; as `Score.notes`.
        bars: `(n_bars + 1,)` ticks of the bar lines, rising; at least one bar.
        raster: ticks from one place to the next.

    Returns:
        `(n_bars, n_bars)` floats from 0 to 1, symmetric, with ones on the diagonal.

    Raises:
        UserError: no bar, or bar lines that do not rise.

    Source: Foote 1999, for frames of sound. Taught in lesson 10.
    """
    notes, bars = np.asarray(notes), np.asarray(bars)
    if bars.ndim != 1 or len(bars) < 2 or (np.diff(bars) <= 0).any():
        raise UserError(f"{len(bars)} bar lines given, two or more that rise are needed")
    first, last = int(bars[0]), int(bars[-1])
    sounding = np.full(last - first, -1, np.int64)  # the pitch at each tick
    begins = np.zeros(last - first, bool)
    for onset, duration, pitch in (row[:3] for row in notes.tolist()):
        start, stop = max(onset, first) - first, min(onset + duration, last) - first
        if start < stop:
            sounding[start:stop] = pitch
            begins[start] = onset >= first
    spans = zip(bars[:-1] - first, bars[1:] - first, strict=True)
    read = [_read(sounding, begins, *span, raster) for span in spans]
    n_places = max(len(one) for one in read)
    table = np.full((len(read), n_places), -2, np.int64)  # -2: the bar is over
    for row, one in zip(table, read, strict=True):
        row[: len(one)] = one
    there = table != -2
    agree = (table[:, None] == table) & there[:, None]
    longer = np.maximum(there.sum(1)[:, None], there.sum(1))
    return agree.sum(axis=2) / longer


def _read(sounding, begins, start: int, stop: int, raster: int) -> np.ndarray:
    """What a bar has at each place: -1 for silence, or twice the pitch, and 1 if it begins."""
    places = np.arange(start, stop, raster)
    ends = np.minimum(places + raster, stop)
    started = np.array([begins[a:b].any() for a, b in zip(places, ends, strict=True)], np.int64)
    # The middle of a place: a note that begins inside it is heard there.
    pitches = sounding[(places + ends) // 2]
    return np.where(pitches < 0, -1, 2 * pitches + started)
