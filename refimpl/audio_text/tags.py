"""What captions choose from: the attributes of a tune as classes and numbers, and near misses.

A caption is a sentence, but what it says of a key or an instrument is one of a few choices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from refimpl.tinytunes.arrangement import CHORDS, MELODIES, STYLES
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.captions import MOODS

MODES = ("major", "minor")
TEMPOS = tuple(range(80, 141, 4))
BASSES = ("plucked bass", "double bass")
UNKNOWN_CLASS = -1
# For each word, a value of the measured number that the word stands for.
RATES, PITCHES = (1.0, 1.45, 2.0), (68.0, 71.5, 75.0)


@dataclass(frozen=True)
class Tag:
    """An attribute with a few values.

    Attributes:
        values: in the order of their classes.
        of: the value that a tune has; None where it is not known or has none.
        always_said: whether every caption mentions it.
    """

    values: Sequence[Any]
    of: Callable[[Attributes], Any]
    always_said: bool = False


def _key(known: Attributes) -> tuple[int, str] | None:
    return None if known.key is None else (known.tonic, known.mode)


def _tempo(known: Attributes) -> int | None:
    if known.tempo is None:
        return None
    return min(TEMPOS, key=lambda tempo: abs(tempo - known.tempo))


TAGS: Mapping[str, Tag] = {
    # The tonics of major, then those of minor: as the sound encoder gives its scores of keys.
    "key": Tag([(tonic, mode) for mode in MODES for tonic in range(12)], _key, True),
    "melody": Tag(MELODIES, lambda known: known.melody, True),
    "chords": Tag(CHORDS, lambda known: known.instruments.get("chords"), True),
    "bass": Tag(BASSES, lambda known: known.instruments.get("bass"), True),
    "tempo": Tag(TEMPOS, _tempo, True),
    "size": Tag(("duo", "trio", "band"), lambda known: known.size),
    "style": Tag([style.name for style in STYLES], lambda known: known.style),
    "mood": Tag([word for words in MOODS.values() for word in words], lambda known: known.mood),
    "register": Tag(("low", "middle", "high"), lambda known: known.register),
}
# Of each number: a usual value, and how far tunes are from it.
NUMBERS: Mapping[str, tuple[float, float]] = {"rate": (1.65, 0.35), "pitch": (71.5, 2.2)}


def classes_of(known: Attributes) -> list[int]:
    """The class of each of `TAGS`; -1 where it is not known."""
    return [
        list(tag.values).index(tag.of(known)) if tag.of(known) in tag.values else UNKNOWN_CLASS
        for tag in TAGS.values()
    ]


def numbers_of(known: Attributes) -> list[float]:
    """Each of `NUMBERS`, 0 for a usual one and ±1 for a usual distance; NaN if not known."""
    values = [(getattr(known, name), *usual) for name, usual in NUMBERS.items()]
    return [float("nan") if v is None else (v - centre) / spread for v, centre, spread in values]


def change_one(attributes: Attributes, rng: np.random.Generator) -> Attributes:
    """The attributes of another tune that differs in one of those that a listener could name.

    That is the tonic, the mode, the tempo, an instrument, the mood or the register. Another tempo
    or mode may bring another mood.

    Args:
        attributes: with something known.
        rng: chooses what changes, and to what.
    """
    parts = dict(attributes.instruments)
    known = {
        "tonic": attributes.key,
        "mode": attributes.key,
        "tempo": attributes.tempo,
        "rate": attributes.mood,
        "pitch": attributes.register,
    }
    changes = [part for part in ("melody", "chords", "bass") if part in parts]
    changes += [name for name, value in known.items() if value]
    what = changes[int(rng.integers(len(changes)))]
    if what in parts:
        choices = {"melody": MELODIES, "chords": CHORDS, "bass": BASSES}[what]
        left = [choice for choice in choices if choice != parts[what]]
        return replace(attributes, instruments=parts | {what: _one_of(left, rng)})
    if what == "tempo":
        left = [tempo for tempo in TEMPOS if tempo != round(attributes.tempo)]
        return attributes.at_tempo(_one_of(left, rng))
    values = {"tonic": range(12), "mode": MODES, "rate": RATES, "pitch": PITCHES}[what]
    changed = [replace(attributes, **{what: value}) for value in values]
    heard = {"tonic": "tonic", "mode": "mode", "rate": "mood", "pitch": "register"}[what]
    now = getattr(attributes, heard)
    return _one_of([other for other in changed if getattr(other, heard) != now], rng)


def _one_of(choices: Sequence[Any], rng: np.random.Generator) -> Any:
    return choices[int(rng.integers(len(choices)))]
