"""Tunes of the comparison to listen to: a real one, a bigram's, and one of each model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from refimpl.corpora.scores import COLLECTIONS, NoteEvents, Playing, play
from refimpl.display.levelling import levelled_mp3
from refimpl.files import replace_file
from refimpl.reproduce.memory.tunes import COLLECTION

SAMPLE_RATE, HEARD = 22_050, 20.0  # Hz; seconds of each tune


def play_events(
    events: NoteEvents, ids: np.ndarray, *, instrument: str | None = None
) -> np.ndarray:
    """Play tokens as fiddle tunes are played.

    Args:
        events: what the tokens mean.
        ids: (n_notes,) tokens.
        instrument: by default a violin.

    Returns:
        (n_samples,) float32 at 22,050 Hz.

    Taught in lesson 10.
    """
    notes, collection = events.decode(ids), COLLECTIONS[COLLECTION]
    how = Playing(
        tempo=collection.tempo,
        instrument=instrument or collection.instruments[0],
        semitones=0,
        sample_rate=SAMPLE_RATE,
        about=collection.about,
    )
    length = int((notes[:, 0] + notes[:, 1]).max()) if len(notes) else 0
    return play(notes, length, how)


def keep_sounds(folder: Path, events: NoteEvents, tunes: Mapping[str, np.ndarray]) -> list[Path]:
    """Write the beginnings of tunes as results-memory-NAME.mp3.

    Args:
        folder: where to.
        events: what the tokens mean.
        tunes: by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, ids in tunes.items():
        sound = play_events(events, ids)[: round(HEARD * SAMPLE_RATE)]
        slug = re.sub("[^a-z0-9]+", "-", name.lower())
        path = folder / f"results-memory-{slug}.mp3"
        replace_file(path, levelled_mp3(sound, SAMPLE_RATE))
        paths.append(path)
    return paths
