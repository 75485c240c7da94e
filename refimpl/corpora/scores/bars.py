"""Bars as written, and the order in which they are played: repeats and their endings.

Taught in lesson 10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from refimpl.corpora.scores.score import LONGEST, ScoreError, make_notes

MOST_BARS = 20_000  # as played
MOST_TIMES = 4  # that a section is played


class BarNote(NamedTuple):
    """A note in a bar: onset from the bar's start and duration in ticks, MIDI pitch, voice.

    A note that is `tied` goes on in the next note of its pitch and voice.
    """

    onset: float
    duration: float
    pitch: int
    voice: int
    tied: bool = False


@dataclass
class Bar:
    """A measure of a score.

    Attributes:
        notes: in any order.
        length: ticks.
        opens: whether a repeated section begins with this bar.
        closes: how many times the section that ends here is played; 0 where none ends.
        endings: the times in which this bar is played, where endings differ; empty elsewhere.
    """

    notes: list[BarNote] = field(default_factory=list)
    length: float = 0.0
    opens: bool = False
    closes: int = 0
    endings: frozenset[int] = frozenset()


def playing_order(bars: list[Bar]) -> list[int]:
    """Return the numbers of the bars in the order in which they are played.

    A section without a sign at its beginning starts where the last one ended.

    Raises:
        ScoreError: more than 20,000 bars.
    """
    order: list[int] = []
    place, start, time = 0, 0, 1
    while place < len(bars):
        bar = bars[place]
        is_after_endings = place > start and not bar.endings and bars[place - 1].endings
        if place != start and (bar.opens or is_after_endings):
            start, time = place, 1
        if bar.endings and time not in bar.endings:
            place += 1
            continue
        order.append(place)
        if len(order) > MOST_BARS:
            raise ScoreError(f"it has more than {MOST_BARS:,} bars")
        place += 1
        if bar.closes and time < min(_times(bars, start, place), MOST_TIMES):
            place, time = start, time + 1
        elif bar.closes:
            start, time = place, 1
    return order


def _times(bars: list[Bar], start: int, stop: int) -> int:
    """How often a section is played: as its end says, and until it has had all of its endings.

    A sign at the end of endings 1 and 2 means two times, but with an ending 3 behind it three.
    """
    times = bars[stop - 1].closes
    if not bars[stop - 1].endings:
        return times
    while stop < len(bars) and bars[stop].endings and not bars[stop].opens:
        stop += 1
    endings = frozenset().union(*(bar.endings for bar in bars[start:stop]))
    while times + 1 in endings:
        times += 1
    return times


def play_bars(bars: list[Bar]) -> tuple[np.ndarray, np.ndarray]:
    """Put bars one after the other as they are played, and join tied notes.

    Returns:
        Notes `(n_notes, 4)` int32 and bar lines `(n_bars + 1,)` int32, as in `Score`.

    Raises:
        ScoreError: no notes, or too many bars.
    """
    now, lines = 0.0, [0.0]
    played: list[list[float]] = []
    waiting: dict[tuple[int, int], int] = {}  # of each pitch and voice, the note tied to the next
    for number in playing_order(bars):
        for onset, duration, pitch, voice, tied in sorted(bars[number].notes):
            onset += now
            earlier = waiting.pop((pitch, voice), None)
            if earlier is not None and abs(sum(played[earlier][:2]) - onset) < 1:
                played[earlier][1] += duration
                note = earlier
            else:
                note = len(played)
                played.append([onset, duration, pitch, voice])
            if tied:
                waiting[pitch, voice] = note
        now += bars[number].length
        if not now <= LONGEST:
            raise ScoreError("it is longer than three hours")
        lines.append(now)
    notes = make_notes([tuple(note) for note in played])
    return notes, np.unique(np.rint(lines)).astype(np.int32)
