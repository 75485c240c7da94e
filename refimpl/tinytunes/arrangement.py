"""Arrangement: from a composition to the notes of every part.

Taught in lesson 1.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.tinytunes.accompaniment import CHORD_FIGURES, chord_part
from refimpl.tinytunes.bass import bass_part
from refimpl.tinytunes.composition import Composition
from refimpl.tinytunes.drums import KIT, drum_part
from refimpl.tinytunes.score import ScoreNote, melody_part


@dataclass(frozen=True)
class Style:
    """The style of a band: its rhythms and instruments."""

    name: str
    bass_figures: tuple[str, ...]
    chord_figures: tuple[str, ...]
    drums: str
    melodies: tuple[str, ...]
    chords: tuple[str, ...]
    basses: tuple[str, ...]


SIMPLE_BASS = ("roots", "root and fifth", "walking home")
MELODIES = ("piano", "flute", "clarinet", "violin", "vibraphone", "marimba", "guitar")
CHORDS = ("piano", "guitar", "harp", "strings")
STYLES = (
    Style(
        "pop",
        ("driving", "quarters"),
        ("held", "quarters", "syncopated"),
        "rock",
        ("piano", "violin", "clarinet", "vibraphone"),
        ("piano", "guitar"),
        ("plucked bass",),
    ),
    Style(
        "ballad",
        ("roots", "dotted"),
        ("broken", "rolling"),
        "ballad",
        ("violin", "flute", "clarinet"),
        ("piano", "guitar", "harp"),
        ("plucked bass", "double bass"),
    ),
    Style(
        "dance",
        ("driving", "quarters"),
        ("after the beat", "held"),
        "four on the floor",
        ("marimba", "vibraphone", "flute"),
        ("piano", "strings"),
        ("plucked bass",),
    ),
    Style(
        "bossa nova",
        ("dotted",),
        ("syncopated",),
        "bossa",
        ("flute", "clarinet", "vibraphone"),
        ("guitar", "piano"),
        ("double bass",),
    ),
    Style(
        "folk",
        ("root and fifth", "walking"),
        ("after the beat", "broken"),
        "train",
        ("violin", "flute", "guitar"),
        ("guitar", "harp"),
        ("double bass", "plucked bass"),
    ),
)


@dataclass(frozen=True)
class Arrangement:
    """All notes of a tune in order of time, their instruments, and the name of the style if any."""

    notes: tuple[ScoreNote, ...]
    instruments: dict[str, str]
    style: str | None = None


def arrange(composition: Composition, level: int, rng: np.random.Generator) -> Arrangement:
    """Choose instruments and rhythms, and write out every part of a level.

    Args:
        composition: Chords and melody.
        level: 1, 2 or 3.
        rng: Source of randomness.

    Taught in lesson 1.
    """

    def pick(names: tuple[str, ...], other_than: str = "") -> str:
        names = [n for n in names if n != other_than]
        return names[int(rng.integers(len(names)))]

    if level == 1:
        # One timbre per part: few enough different sounds for a codebook to learn in minutes.
        style = None
        instruments = {"melody": "piano", "bass": "plucked bass"}
        notes = bass_part(composition, "plucked bass", pick(SIMPLE_BASS))
    else:
        style = None if level == 2 else STYLES[int(rng.integers(len(STYLES)))]
        melody = pick(style.melodies if style else MELODIES)
        chords = pick(style.chords if style else CHORDS, other_than=melody)
        bass = pick(style.basses if style else ("plucked bass", "double bass"))
        instruments = {"melody": melody, "chords": chords, "bass": bass}
        bass_figure = pick(style.bass_figures if style else SIMPLE_BASS)
        chord_figure = pick(style.chord_figures if style else tuple(CHORD_FIGURES))
        notes = bass_part(composition, bass, bass_figure)
        notes += chord_part(composition, chords, chord_figure)
        if style:
            instruments["drums"] = KIT
            notes += drum_part(composition.n_bars, style.drums)
    notes += melody_part(composition, instruments["melody"])
    notes.sort(key=lambda n: (n.onset, n.part, n.pitch))
    return Arrangement(tuple(notes), instruments, style.name if style else None)
