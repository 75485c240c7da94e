"""The fiddle tunes as note events: what all models of this comparison learn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from refimpl.corpora.scores import NoteEvents, Scores
from refimpl.presets import get_preset
from refimpl.vocabulary import Vocabulary

COLLECTION = "fiddle"
TRAINED = 256  # tokens of the longest row in training: nine tunes of ten are shorter
LONGEST = 512  # tokens that every model can read


@dataclass(frozen=True)
class EventTunes:
    """Tunes as tokens.

    Attributes:
        events: what a token means.
        vocabulary: its numbers with the special ones.
        train: (n_notes,) of each tune to learn from.
        held_out: of each tune of another group of relatives.
    """

    events: NoteEvents
    vocabulary: Vocabulary
    train: list[np.ndarray]
    held_out: list[np.ndarray]


@lru_cache(maxsize=1)
def fiddle_tunes() -> EventTunes:
    """Read the fiddle tunes in one voice, a tenth of them held out with their relatives."""
    corpus = Scores(COLLECTION, get_preset("course"))
    pairs = zip(corpus.scores, corpus.held_out.tolist(), strict=True)
    scores = [(score, held_out) for score, held_out in pairs if len(score.voices) == 1]
    train = [score for score, held_out in scores if not held_out]
    events = NoteEvents.fit(train)
    return EventTunes(
        events,
        Vocabulary(len(events)),
        [events.encode(score) for score in train],
        [events.encode(score) for score, held_out in scores if held_out],
    )
