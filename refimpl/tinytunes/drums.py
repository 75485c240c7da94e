"""Drums: rhythms of one bar, with a fill before every new phrase.

Taught in lesson 1.
"""

from refimpl.tinytunes.composition import PHRASE_BARS
from refimpl.tinytunes.melody import BAR
from refimpl.tinytunes.score import ScoreNote

KIT = "drums"
# Keys of the General MIDI drum map.
KICK, RIM, SNARE, CLOSED_HAT, TOM, OPEN_HAT, SHAKER = 36, 37, 38, 42, 45, 46, 70

# Eighth notes of a bar on which each drum is hit.
DRUM_PATTERNS = {
    "rock": {KICK: (0, 4, 5), SNARE: (2, 6), CLOSED_HAT: range(BAR)},
    "ballad": {KICK: (0, 5), RIM: (4,), CLOSED_HAT: (0, 2, 4, 6)},
    "four on the floor": {KICK: (0, 2, 4, 6), SNARE: (2, 6), OPEN_HAT: (1, 3, 5, 7)},
    "bossa": {KICK: (0, 3, 4, 7), RIM: (0, 3, 6), SHAKER: range(BAR)},
    "train": {KICK: (0, 4), SNARE: (2, 6, 7), SHAKER: range(BAR)},
}
FILL = {KICK: (0, 4), SNARE: (2, 4, 5), TOM: (6, 7)}


def drum_part(n_bars: int, pattern: str) -> list[ScoreNote]:
    """Drums for a whole tune: a pattern, a fill at the end of phrases, one last hit.

    Args:
        n_bars: Length of the tune.
        pattern: One of `DRUM_PATTERNS`.

    Taught in lesson 1.
    """
    notes = []
    for bar in range(n_bars):
        is_last = bar == n_bars - 1
        is_fill = bar % PHRASE_BARS == PHRASE_BARS - 1 and not is_last
        for pitch, onsets in (FILL if is_fill else DRUM_PATTERNS[pattern]).items():
            # In the last bar the drums stop on the third beat, where the others hold their notes.
            for onset in (o for o in onsets if not is_last or o <= 4):
                velocity = 96 if onset % 4 == 0 else 86 if onset % 2 == 0 else 72
                notes.append(ScoreNote(bar * BAR + onset, 1, pitch, velocity, KIT, "drums"))
    return notes
