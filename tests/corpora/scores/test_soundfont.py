"""Scores played by a soundfont that the test makes, and what is said where that cannot be."""

import sys

import numpy as np
import pytest

from refimpl.corpora import Scores, open_corpus
from refimpl.corpora.scores import SoundFont
from refimpl.corpora.scores.soundfont import INSTALL, open_soundfont
from refimpl.errors import UserError
from refimpl.metrics import note_f_score
from refimpl.presets import get_preset, override
from refimpl.tinytunes import Note
from tests.corpora.scores.tiny_soundfont import tiny_soundfont

RATE = 22_050
MARIMBA = 12  # in General MIDI


def test_without_the_library_the_error_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tinysoundfont", None)
    path = tmp_path / "font.sf2"
    path.write_bytes(tiny_soundfont())
    with pytest.raises(UserError, match=f"tinysoundfont \\({INSTALL}\\)"):
        SoundFont(path, RATE)
    with pytest.raises(UserError, match="install the library tinysoundfont"):
        corpus(tmp_path, soundfont=str(path))


def corpus(folder, **options):
    """The reader's own example, by other instruments if asked."""
    scores = folder / "scores"
    if not scores.exists():
        scores.mkdir()
        Scores.example(scores)
    open_soundfont.cache_clear()
    changes = {"data.n_train": 4, "data.n_validation": 1, "scores.instruments": ("piano",)}
    changes |= {f"scores.{name}": value for name, value in options.items()}
    return open_corpus(scores, override(get_preset("course"), changes))


@pytest.fixture
def font(tmp_path):
    pytest.importorskip(
        "tinysoundfont", reason=f"plays soundfonts, and is not installed: {INSTALL}"
    )
    path = tmp_path / "font.sf2"
    path.write_bytes(tiny_soundfont((0, MARIMBA)))
    return path


def note(onset, duration, pitch, velocity=96, instrument="piano"):
    return Note(onset, duration, pitch, velocity, instrument, "melody")


def loudness(audio, start, end):
    return float(np.sqrt(np.mean(audio[round(start * RATE) : round(end * RATE)] ** 2)))


def test_notes_sound_when_and_as_high_as_they_should(font):
    notes = [note(0.5, 0.5, 69), note(1.5, 0.5, 76)]
    audio = SoundFont(font, RATE).play([notes], 3 * RATE)
    assert audio.shape == (3 * RATE,) and audio.dtype == np.float32
    assert loudness(audio, 0, 0.49) == 0
    assert loudness(audio, 1.2, 1.49) < 0.1 * loudness(audio, 0.6, 0.9)
    assert loudness(audio, 0.5, 0.6) == pytest.approx(0.1, rel=0.05)
    for one in notes:
        start = round(one.onset * RATE)
        spectrum = np.abs(np.fft.rfft(audio[start : start + RATE // 2]))
        frequency = spectrum.argmax() * 2
        assert 69 + 12 * np.log2(frequency / 440) == pytest.approx(one.pitch, abs=0.3)


def test_a_font_is_as_loud_as_our_own_instruments_whatever_its_level(tmp_path, font):
    sounds = []
    for level in (0.1, 0.8):
        font.write_bytes(tiny_soundfont(level=level))
        sounds.append(SoundFont(font, RATE).play([[note(0, 0.3, 60)]], RATE))
    assert np.allclose(*sounds, atol=0.01)
    assert loudness(sounds[0], 0, 0.3) == pytest.approx(0.1, rel=0.05)
    softer = SoundFont(font, RATE).play([[note(0, 0.3, 60, velocity=30)]], RATE)
    assert loudness(softer, 0, 0.3) < 0.7 * loudness(sounds[0], 0, 0.3)


def test_many_voices_do_not_clip(font):
    chord = [[note(0, 1, pitch)] for pitch in range(40, 80, 2)]
    audio = SoundFont(font, RATE).play(chord, RATE)
    assert 0.9 < np.abs(audio).max() < 1


def test_two_voices_may_hold_the_same_pitch(font):
    """One that ends early does not silence the other."""
    played = SoundFont(font, RATE).play([[note(0, 0.3, 69)], [note(0, 1.0, 69)]], RATE)
    assert loudness(played, 0.6, 0.9) > 0.05


def test_a_clip_sounds_the_same_whatever_was_played_before(font):
    synth, notes = SoundFont(font, RATE), [[note(0, 0.4, 69), note(0.5, 0.9, 64)]]
    first = synth.play(notes, RATE)
    synth.play([[note(0, 1.0, 50)]], RATE // 2)  # cut while it sounds
    assert np.allclose(synth.play(notes, RATE), first, atol=1e-4)


def test_no_notes_are_silence(font):
    assert not SoundFont(font, RATE).play([], 100).any()


def test_an_instrument_that_the_font_lacks_is_named(font):
    with pytest.raises(UserError, match="it has no flute .program 74 of General MIDI"):
        SoundFont(font, RATE).play([[note(0, 1, 60, instrument="flute")]], RATE)
    assert SoundFont(font, RATE).play([[note(0, 1, 60, instrument="marimba")]], RATE).any()


@pytest.mark.parametrize("content", [None, b"", b"RIFF\4\0\0\0sfbk", b"no soundfont at all"])
def test_what_is_no_soundfont_is_refused(font, content):
    font.unlink()
    if content is not None:
        font.write_bytes(content)
    with pytest.raises(UserError, match="soundfont"):
        SoundFont(font, RATE)


def test_a_corpus_is_played_by_the_font(tmp_path, font):
    plain, played = corpus(tmp_path), corpus(tmp_path, soundfont=str(font))
    one, other = (next(iter(c.clips("train"))) for c in (plain, played))
    assert one.facts["notes"] == other.facts["notes"] and len(one.audio) == len(other.audio)
    assert not np.allclose(one.audio, other.audio, atol=0.01)
    assert note_f_score(other.audio, RATE, other).f_score > 0.8
    # A dataset of the one is none of the other, and a file elsewhere with the same content is.
    assert "soundfont" not in plain.describe("train")["options"]
    moved = tmp_path / "moved.sf2"
    moved.write_bytes(font.read_bytes())
    for split in ("train", "validation"):
        described = played.describe(split)
        assert described != plain.describe(split)
        assert corpus(tmp_path, soundfont=str(moved)).describe(split) == described
