"""From a score to clips: cut at bar lines, played by the instruments of tinytunes.

Taught in lesson 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from refimpl.audio import Clip
from refimpl.corpora.scores.score import TICKS, Score
from refimpl.corpora.scores.soundfont import open_soundfont
from refimpl.tinytunes import Note
from refimpl.tinytunes.rendering import FULL_VELOCITY, render

ROOM = 0.12
_PART = "melody"  # of tinytunes: its mix makes other parts softer
_SHORTEST = 0.5  # of a clip's length: an end below it is dropped


@dataclass(frozen=True)
class Playing:
    """How a score is played.

    Attributes:
        tempo: quarter notes per minute.
        instrument: a name of `refimpl.tinytunes.timbres.INSTRUMENTS`; all voices have the same.
        semitones: by which it is transposed.
        sample_rate: in Hz.
        about: what it is called in captions, such as "chorale".
        n_voices: number of voices, each of which is softer where there are many.
        soundfont: path of the soundfont that plays the instrument; None: tinytunes' own.
    """

    tempo: float
    instrument: str
    semitones: int
    sample_rate: int
    about: str
    n_voices: int = 1
    soundfont: str | None = None

    @property
    def seconds_per_tick(self) -> float:
        """Seconds of a tick of the score."""
        return 60 / self.tempo / TICKS


def cut_at_bars(bars: np.ndarray, longest: float) -> list[tuple[int, int]]:
    """Cut a score into spans of as many whole bars as fit.

    Args:
        bars: `(n_bars + 1,)` ticks of the bar lines, in order.
        longest: ticks of the longest span; a bar that is longer is cut where it ends.

    Returns:
        First and last tick of each span, without an end that is below half the longest span.

    Taught in lesson 10.
    """
    spans: list[tuple[int, int]] = []
    start, end = int(bars[0]), int(bars[-1])
    while start < end:
        stop = int(bars[np.searchsorted(bars, start + longest, side="right") - 1])
        if stop <= start:  # not one whole bar
            stop = min(end, max(start + 1, int(start + longest)))
        if stop < end or stop - start >= _SHORTEST * longest or not spans:
            spans.append((start, stop))
        start = stop
    return spans


def notes_between(score: Score, start: int, stop: int) -> np.ndarray:
    """Return the notes that sound in a span, cut at its ends.

    Returns:
        `(n_notes, 4)` int32 as in `Score.notes`, with onsets from the start of the span.
    """
    notes = score.notes
    sounding = notes[(notes[:, 0] < stop) & (notes[:, 0] + notes[:, 1] > start)].copy()
    ends = np.minimum(sounding[:, 0] + sounding[:, 1], stop)
    sounding[:, 0] = np.maximum(sounding[:, 0], start)
    sounding[:, 1] = ends - sounding[:, 0]
    sounding[:, 0] -= start
    return sounding


def play(notes: np.ndarray, length: int, how: Playing) -> np.ndarray:
    """Play notes.

    Args:
        notes: `(n_notes, 4)`, as in `Score.notes`.
        length: in ticks.
        how: tempo, instrument and transposition.

    Returns:
        `(n_samples,)` float32 within (-1, 1).

    Raises:
        UserError: the soundfont cannot be played.

    Taught in lesson 10.
    """
    tick = how.seconds_per_tick
    # Voices add up like noise: the mix of four is as loud as one.
    velocity = max(1, round(FULL_VELOCITY / np.sqrt(how.n_voices)))
    parts: list[list[Note]] = [[] for _ in range(1 + int(notes[:, 3].max(initial=0)))]
    sounding = []
    for onset, duration, pitch, voice in notes.tolist():
        note = Note(
            onset * tick,
            duration * tick,
            pitch + how.semitones,
            velocity,
            how.instrument,
            _PART,
        )
        sounding.append(note)
        parts[voice].append(note)
    n_samples = round(length * tick * how.sample_rate)
    if how.soundfont is not None:
        return open_soundfont(how.soundfont, how.sample_rate).play(parts, n_samples)
    return render(sounding, n_samples, how.sample_rate, ROOM)


def clip_of_score(
    score: Score, span: tuple[int, int], how: Playing, known: dict[str, Any]
) -> Clip | None:
    """Return a span of a score as a clip, not yet rendered; None where it is silent.

    Args:
        score: the piece.
        span: first and last tick.
        how: tempo, instrument and transposition.
        known: further facts.

    Taught in lesson 10.
    """
    start, stop = span
    notes = notes_between(score, start, stop)
    if not len(notes):
        return None
    changes = f", {how.semitones:+d}" if how.semitones else ""
    tick = how.seconds_per_tick
    lines = score.bars[(score.bars >= start) & (score.bars < stop)] - start
    facts = known | {
        "piece": score.name,
        "title": score.title,
        "offset": round(start * tick, 4),
        "tempo": how.tempo,
        "bars": [round(line * tick, 4) for line in lines.tolist()],
        "voices": list(score.voices),
        "instruments": dict.fromkeys(score.voices, how.instrument),
        "notes": [
            [round(onset * tick, 4), round(duration * tick, 4), pitch + how.semitones, voice]
            for onset, duration, pitch, voice in notes.tolist()
        ],
        "semitones": how.semitones,
    }
    sung = _transposed_key(score, how.semitones)
    if sung is not None:
        facts |= {"key": sung[0], "tonic": sung[1], "mode": score.mode}
    if score.metre is not None:
        facts["metre"] = score.metre
    name = f"{score.name}@{start / TICKS:g}{changes}, {how.tempo:.0f} bpm"
    sound = partial(play, notes, stop - start, how)
    return Clip(name, sound, how.sample_rate, _caption(score, how, facts), facts)


def _transposed_key(score: Score, semitones: int) -> tuple[str, int] | None:
    """Name and tonic of the key, after a transposition."""
    if score.tonic is None:
        return None
    fifths = score.fifths + 7 * semitones
    fifths = (fifths + 6) % 12 - 6 if semitones else fifths  # at most six accidentals
    moved = Score(score.name, "", (), score.notes, score.bars, fifths, score.mode)
    return moved.key, moved.tonic


def _caption(score: Score, how: Playing, facts: dict[str, Any]) -> str:
    key = f" in {facts['key']}" if "key" in facts else ""
    metre = f", {score.metre}" if score.metre else ""
    voices = len(score.voices)
    parts = f" in {voices} voices" if voices > 1 else ""
    return f"A {how.about}{key}{parts} for {how.instrument}{metre}, {how.tempo:.0f} bpm"
