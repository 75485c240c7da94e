"""Arrangements say what the composition says: every part is in the harmony."""

import numpy as np
import pytest

from refimpl.tinytunes import TuneConfig, Tunes
from refimpl.tinytunes.accompaniment import CHORD_RANGE, lead_voices, voicings
from refimpl.tinytunes.bass import BASS_RANGE, bass_pitch
from refimpl.tinytunes.drums import DRUM_PATTERNS
from refimpl.tinytunes.percussion import SOUNDS
from refimpl.tinytunes.timbres import INSTRUMENTS
from tests.tinytunes.helpers import LEVELS, corpus

TRIADS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6)}


def sounding(tune, note):
    """Pitch classes of the chord during a note."""
    chord = next(c for c in reversed(tune.chords) if c.onset <= note.onset + 1e-9)
    return {(chord.root + interval) % 12 for interval in TRIADS[chord.quality]}, chord


@pytest.mark.parametrize("level", LEVELS)
def test_bass_and_chords_play_the_harmony(level):
    for tune in corpus(level).take(40):
        for note in tune.notes:
            members, chord = sounding(tune, note)
            if note.part == "bass":
                assert note.pitch % 12 in members
                assert BASS_RANGE[0] <= note.pitch <= BASS_RANGE[1]
                if abs(note.onset - chord.onset) < 1e-9:
                    assert note.pitch % 12 == chord.root  # the bass says where the harmony is
            elif note.part == "chords":
                assert note.pitch % 12 in members
                assert CHORD_RANGE[0] <= note.pitch <= CHORD_RANGE[1]
            elif note.part == "drums":
                assert note.pitch in SOUNDS
            else:
                assert 62 <= note.pitch <= 81


@pytest.mark.parametrize("level", LEVELS)
def test_notes_are_in_order_and_inside_the_tune(level):
    for tune in corpus(level).take(30):
        onsets = [n.onset for n in tune.notes]
        assert onsets == sorted(onsets)
        assert all(0 <= n.onset < n.onset + n.duration <= tune.duration for n in tune.notes)
        assert all(1 <= n.velocity <= 127 for n in tune.notes)
        assert len(tune.beats) == 16
        assert np.allclose(np.diff(tune.beats), 60 / tune.tempo)
        assert tune.chords[0].onset == 0
        ends = [c.onset + c.duration for c in tune.chords]
        assert np.allclose(ends[:-1], [c.onset for c in tune.chords[1:]])
        assert np.isclose(ends[-1], tune.duration)


def test_every_instrument_and_pattern_is_heard():
    heard = {i for level in LEVELS for t in corpus(level).take(120) for i in t.instruments.values()}
    assert heard == set(INSTRUMENTS) | {"drums"}
    styles = {t.caption.split(" tune in ")[0].split(" ", 2)[2] for t in corpus(3).take(60)}
    assert len(styles) == len(DRUM_PATTERNS)


@pytest.mark.parametrize("root", range(12))
def test_every_pitch_class_has_one_place_in_the_bass(root):
    assert bass_pitch(root) % 12 == root
    assert BASS_RANGE[0] <= bass_pitch(root) <= BASS_RANGE[1]


def test_voices_move_little():
    led = lead_voices([(0, 4, 7), (5, 9, 0), (7, 11, 2), (0, 4, 7)])  # C F G C
    moves = [
        abs(a - b) for x, y in zip(led, led[1:], strict=False) for a, b in zip(x, y, strict=True)
    ]
    assert max(moves) <= 4
    for root in range(12):
        assert voicings((root, (root + 4) % 12, (root + 7) % 12))


def test_the_caption_says_what_is_true():
    for level in LEVELS:
        for tune in Tunes("train", TuneConfig(level=level)).take(10):
            assert tune.key_name in tune.caption
            assert f"{tune.tempo:.0f} bpm" in tune.caption
            assert all(name in tune.caption for name in tune.instruments.values())
            assert ("drums" in tune.caption) == (level == 3)
