"""Who plays what: from a composition to the notes of every part.

Taught in lesson 1.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.tinytunes.composition import Composition
from refimpl.tinytunes.harmony import chord_pitch_classes
from refimpl.tinytunes.melody import BAR

BASS_RANGE = (40, 51)  # E2 to D#3: one octave, so that every pitch class has one place in it

# Bass figures of half a bar: (onset, duration, which note of the chord: 0 root, 2 fifth).
BASS_FIGURES = {
    "roots": (((0, 4, 0),), ((0, 4, 0),)),
    "root and fifth": (((0, 4, 0),), ((0, 4, 2),)),
    "walking home": (((0, 4, 0),), ((0, 2, 2), (2, 2, 0))),
}


@dataclass(frozen=True, slots=True)
class ScoreNote:
    """A note as written: onset and duration in eighth notes, MIDI pitch and velocity."""

    onset: int
    duration: int
    pitch: int
    velocity: int
    instrument: str
    part: str


def accent(onset: int) -> int:
    """Velocity by the weight of the beat: bars start a little louder, off-beats are softer."""
    return 96 if onset % BAR == 0 else 90 if onset % 2 == 0 else 84


def arrange_melody(composition: Composition, instrument: str) -> list[ScoreNote]:
    """The melody, as written."""
    return [
        ScoreNote(
            n.onset,
            n.duration,
            composition.pitch(n.degree, n.onset),
            accent(n.onset),
            instrument,
            "melody",
        )
        for n in composition.melody
    ]


def bass_pitch(pitch_class: int) -> int:
    """The pitch of a pitch class in the octave of the bass."""
    low = BASS_RANGE[0]
    return low + (pitch_class - low) % 12


def arrange_bass(
    composition: Composition, instrument: str, rng: np.random.Generator
) -> list[ScoreNote]:
    """A simple bass: roots and fifths on half notes; a last note that rings to the end."""
    figures = BASS_FIGURES[str(rng.choice(sorted(BASS_FIGURES)))]
    end = composition.n_bars * BAR
    notes = []
    for slot in composition.chords:
        members = chord_pitch_classes(slot.degree, composition.key, composition.mode)
        last = slot.onset + slot.duration == end
        halves = slot.duration // 4
        for half in range(halves):
            for onset, duration, member in figures[half]:
                pitch = bass_pitch(members[0 if last else member])
                start = slot.onset + 4 * half + onset
                # The tune ends on a held root, and an eighth of silence.
                if last and half > 0:
                    continue
                if last:
                    duration = end - 1 - start
                notes.append(ScoreNote(start, duration, pitch, accent(start), instrument, "bass"))
    return notes


def arrange(
    composition: Composition, level: int, rng: np.random.Generator
) -> tuple[list[ScoreNote], dict[str, str]]:
    """Choose instruments and write out every part of a level.

    Returns:
        The notes of all parts in order of time, and the instrument of each part.
    """
    instruments = {"melody": "piano", "bass": "plucked bass"}
    notes = arrange_melody(composition, instruments["melody"])
    notes += arrange_bass(composition, instruments["bass"], rng)
    return sorted(notes, key=lambda n: (n.onset, n.part, n.pitch)), instruments
