"""Captions for training, which leave out what may be left out, and the tempo in a caption."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from refimpl.audio_text.words import split_words
from refimpl.conditioning import Metadata
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.config import TEMPO_LIMITS
from refimpl.tinytunes.phrasings import TRAINED, WORDS, write_phrase

KEEP = 0.5  # the chance that an optional attribute is mentioned
LEFT_OUT = {"key": 0.15, "tempo": 0.4, "melody": 0.15, "others": 0.15}
FEWER_PARTS = 0.25  # the chance that only some of the accompanying instruments are named
PACES = {"slow": 84.0, "medium": 108.0, "fast": 132.0}  # beats per minute
_TEMPO_OF = {word: tempo for pace, tempo in PACES.items() for word in WORDS[pace]}
_NUMBER_NEAR_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:bpm|beats)", re.IGNORECASE)


def training_caption(attributes: Attributes, rng: np.random.Generator) -> str:
    """Say some of a tune's attributes, in one of the phrasings for training.

    Args:
        attributes: of the tune.
        rng: chooses what is said, and how.
    """
    without = {name for name, share in LEFT_OUT.items() if rng.random() < share}
    if rng.random() < FEWER_PARTS:
        without.add("size")  # it would count only the parts that are named
        named = {
            part: name
            for part, name in attributes.instruments.items()
            if part == "melody" or rng.random() < 0.5
        }
        attributes = replace(attributes, instruments=named)
    return write_phrase(attributes, rng, tuple(TRAINED), keep=KEEP, without=without)


class Phrased(Sequence):
    """The metadata of tunes, with another caption each time that a tune is asked for.

    Args:
        attributes: of each tune.
        melodies: of each tune, `(n_steps,)`, see `melody_of`.
        seed: of the captions.
    """

    def __init__(
        self, attributes: Sequence[Attributes], melodies: Sequence[np.ndarray], seed: int = 0
    ) -> None:
        self.attributes, self.melodies = attributes, melodies
        self._rng = np.random.default_rng([seed, 9])

    def __len__(self) -> int:
        return len(self.attributes)

    def __getitem__(self, number: int) -> Metadata:
        known = self.attributes[number]
        melody = self.melodies[number]
        if self._rng.random() < 0.5:
            melody = hold_notes(melody)
        facts = {"tempo": known.tempo, "melody": melody}
        return Metadata(training_caption(known, self._rng), facts)

    def __iter__(self) -> Iterator[Metadata]:
        return (self[number] for number in range(len(self)))


def hold_notes(melody: np.ndarray) -> np.ndarray:
    """The same melody with each note held until the next, as a sound that dies away slowly has it.

    Args:
        melody: `(n_steps,)` pitch classes, -1 for a rest.
    """
    places = np.maximum.accumulate(np.where(melody >= 0, np.arange(len(melody)), -1))
    return np.where(places >= 0, melody[np.maximum(places, 0)], melody)


def asked_tempo(caption: str) -> float | None:
    """The tempo that a caption asks for in beats per minute; None where it says none.

    A number is taken before a word such as "slow", and one with "bpm" before any other.

    Args:
        caption: such as "a calm tune, slow" or "take it at 96".

    Taught in lesson 9.
    """
    if (found := _NUMBER_NEAR_UNIT.search(caption)) and _is_tempo(float(found[1])):
        return float(found[1])
    words = split_words(caption)
    numbers = [float(word) for word in words if word[0].isdigit()]
    tempos = [number for number in numbers if _is_tempo(number)]
    tempos += [_TEMPO_OF[word] for word in words if word in _TEMPO_OF]
    return tempos[0] if tempos else None


def _is_tempo(number: float) -> bool:
    low, high = TEMPO_LIMITS
    return low <= number <= high
