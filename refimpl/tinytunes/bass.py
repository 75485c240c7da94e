"""The bass: figures over the chords, which make the harmony clear.

Taught in lesson 1.
"""

from refimpl.tinytunes.composition import Composition
from refimpl.tinytunes.harmony import chord_pitch_classes
from refimpl.tinytunes.melody import BAR
from refimpl.tinytunes.score import ScoreNote, accent

BASS_RANGE = (40, 51)  # E2 to Eb3: one octave, so that every pitch class has one place in it

ROOT, THIRD, FIFTH = range(3)
# What a bass plays in each half of a bar: (onset, duration, note of the chord), in eighth notes.
BASS_FIGURES = {
    "roots": (((0, 4, ROOT),), ((0, 4, ROOT),)),
    "root and fifth": (((0, 4, ROOT),), ((0, 4, FIFTH),)),
    "walking home": (((0, 4, ROOT),), ((0, 2, FIFTH), (2, 2, ROOT))),
    "quarters": (((0, 2, ROOT), (2, 2, ROOT)), ((0, 2, FIFTH), (2, 2, ROOT))),
    "walking": (((0, 2, ROOT), (2, 2, THIRD)), ((0, 2, FIFTH), (2, 2, THIRD))),
    "driving": (
        ((0, 1, ROOT), (1, 1, ROOT), (2, 1, ROOT), (3, 1, ROOT)),
        ((0, 1, ROOT), (1, 1, ROOT), (2, 1, FIFTH), (3, 1, ROOT)),
    ),
    "dotted": (((0, 3, ROOT), (3, 1, FIFTH)), ((0, 3, FIFTH), (3, 1, ROOT))),
}


def bass_pitch(pitch_class: int) -> int:
    """The pitch of a pitch class in the octave of the bass."""
    low = BASS_RANGE[0]
    return low + (pitch_class - low) % 12


def bass_part(composition: Composition, instrument: str, figure: str) -> list[ScoreNote]:
    """A bass that plays one figure over every chord, and holds the last root.

    Args:
        composition: The tune.
        instrument: The instrument that plays it.
        figure: One of `BASS_FIGURES`.

    Taught in lesson 1.
    """
    notes = []
    for slot in composition.chords[:-1]:
        members = chord_pitch_classes(slot.degree, composition.key, composition.mode)
        for half in range(slot.duration // 4):
            for onset, duration, member in BASS_FIGURES[figure][half]:
                start = slot.onset + 4 * half + onset
                pitch = bass_pitch(members[member])
                notes.append(ScoreNote(start, duration, pitch, accent(start), instrument, "bass"))
    last = composition.chords[-1]
    root = bass_pitch(chord_pitch_classes(last.degree, composition.key, composition.mode)[ROOT])
    # An eighth of silence marks the end of the tune.
    length = composition.n_bars * BAR - 1 - last.onset
    notes.append(ScoreNote(last.onset, length, root, accent(last.onset), instrument, "bass"))
    return notes
