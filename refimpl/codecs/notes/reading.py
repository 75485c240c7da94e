"""The notes of a clip on a grid of beats, which codes can write.

Taught in lesson 10.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.audio import Clip
from refimpl.codecs.codec import CodecError

TWELFTHS = 12  # grid steps of a quarter note: sixteenths and triplets both fall on it
LOWEST, HIGHEST = 12, 108  # MIDI pitches that our instruments play
N_PITCHES = HIGHEST - LOWEST + 1
# Twelfths of a quarter note that a code can say: fine where times are short, up to four bars.
TIMES = np.array([*range(25), *range(26, 49, 2), *range(54, 97, 6), *range(108, 193, 12)])


def grid_notes(clip: Clip) -> np.ndarray:
    """Return the notes that are known of a clip, on the grid.

    Args:
        clip: with the facts "notes" (onset and duration in seconds, MIDI pitch, voice) and "tempo"
            in quarter notes per minute, as a corpus of scores gives them.

    Returns:
        (n_notes, 3) int64: onset and duration in twelfths of a quarter note, the duration at least
        1, and MIDI pitch; in order of time, and from high to low where notes begin together. Of
        two such notes of one pitch the longer counts.

    Raises:
        CodecError: nothing is known of its notes, or a note lies outside MIDI pitches 12 to 108.
    """
    if "notes" not in clip.facts or "tempo" not in clip.facts:
        raise CodecError(
            f"nothing is known of the notes of {clip.name}, and this codec reads notes, not sound; "
            "give it a corpus of scores, such as scores:fiddle or a folder of MIDI files"
        )
    notes = np.array([note[:3] for note in clip.facts["notes"]], dtype=np.float64).reshape(-1, 3)
    pitches = notes[:, 2]
    if len(notes) and (pitches.min() < LOWEST or pitches.max() > HIGHEST):
        raise CodecError(
            f"{clip.name} has notes from MIDI pitch {pitches.min():g} to {pitches.max():g}; "
            f"this codec writes {LOWEST} to {HIGHEST}: transpose it"
        )
    per_second = TWELFTHS * float(clip.facts["tempo"]) / 60
    onsets = np.rint(notes[:, 0] * per_second)
    ends = np.maximum(np.rint((notes[:, 0] + notes[:, 1]) * per_second), onsets + 1)
    found = np.stack([onsets, ends - onsets, pitches], axis=1).astype(np.int64)
    found = found[np.lexsort((-found[:, 1], -found[:, 2], found[:, 0]))]
    first = np.append(True, (np.diff(found[:, [0, 2]], axis=0) != 0).any(axis=1))[: len(found)]
    return found[first]


def nearest_time(twelfths: np.ndarray) -> np.ndarray:
    """Return the places in `TIMES` of the nearest times: (n,) int64 from (n,)."""
    middles = (TIMES[1:] + TIMES[:-1]) / 2
    return np.searchsorted(middles, twelfths, side="left")


def most_common(clips: list[Clip]) -> dict[str, Any]:
    """Return the tempo in the middle of those of some clips, and the instrument of most voices.

    Raises:
        CodecError: there are no clips, or nothing is known of their notes.
    """
    if not clips:
        raise CodecError("there are no clips; a codec of notes needs at least one, for its tempo")
    for clip in clips:
        grid_notes(clip)
    names = [name for clip in clips for name in clip.facts.get("instruments", {}).values()]
    tempos = sorted(float(clip.facts["tempo"]) for clip in clips)
    return {
        "tempo": tempos[len(tempos) // 2],
        "instrument": max(sorted(set(names)), key=names.count) if names else "piano",
    }
