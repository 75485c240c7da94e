from types import SimpleNamespace

import numpy as np
import pytest

from refimpl.metrics import (
    BASS,
    MELODY,
    Notes,
    NoteScores,
    detect_notes,
    detect_onsets,
    note_accuracy,
    note_scores,
    part_accuracy,
    pitch_salience,
    span_pitches,
)
from refimpl.tinytunes import TuneConfig, Tunes
from tests.metrics.synth import SAMPLE_RATE, Note, melody, render, seconds, tone


def bass_of(tune: list[Note], pitch: int = 40) -> list[Note]:
    """Half notes under a melody: roots and fifths."""
    pitches = [pitch, pitch + 7, pitch + 5, pitch]
    return [Note(k * 1.0, 1.0, pitches[k % 4], "bass") for k in range(int(seconds(tune)))]


@pytest.mark.parametrize("seed", range(3))
def test_every_note_of_a_melody_is_found(seed):
    notes = melody(np.random.default_rng(seed))
    found = detect_notes(render(notes, seconds(notes)), SAMPLE_RATE)
    assert found.pitches.tolist() == [n.pitch for n in notes]
    np.testing.assert_allclose(found.onsets, [n.onset for n in notes], atol=0.02)
    assert (found.strengths > 0).all()


def test_melody_and_bass_are_heard_apart():
    notes = melody(np.random.default_rng(4))
    bass = bass_of(notes)
    audio = render(notes + bass, seconds(notes))
    tune = SimpleNamespace(notes=notes + bass)
    right = part_accuracy(audio, SAMPLE_RATE, tune)
    assert right["melody"] >= 0.9
    assert right["bass"] == 1.0
    # A bass note that begins within a melody's is heard as one more of them.
    detected = note_scores(detect_notes(audio, SAMPLE_RATE), notes)
    assert detected.recall >= 0.9 and detected.precision < 0.9
    # Without the bass its pitch is not found; the melody is.
    alone = part_accuracy(render(notes, seconds(notes)), SAMPLE_RATE, tune)
    assert alone["melody"] == 1.0
    assert alone["bass"] < 0.5


def test_scores_count_what_is_missed_and_what_nobody_wrote():
    known = [Note(0.5 * k, 0.5, pitch) for k, pitch in enumerate((60, 64, 67, 65))]

    def scores(onsets, pitches):
        onsets = np.array(onsets, dtype=np.float64)
        return note_scores(Notes(onsets, np.array(pitches, dtype=np.int64), onsets), known)

    right = scores([0.0, 0.5, 1.0, 1.5], [60, 64, 67, 65])
    assert right == NoteScores(precision=1.0, recall=1.0, f_score=1.0)
    # One early by 40 ms, one by 60 ms, a semitone off, an octave off, and the same note twice.
    found = scores([0.04, 0.56, 1.0, 1.5, 0.0], [60, 64, 68, 77, 60])
    assert found == NoteScores(precision=1 / 5, recall=1 / 4, f_score=2 / 9)
    nothing = scores([], [])
    assert np.isnan(nothing.precision) and (nothing.recall, nothing.f_score) == (0.0, 0.0)


def test_scores_without_known_notes():
    found = Notes(np.array([0.5]), np.array([60]), np.array([1.0]))
    scores = note_scores(found, [])
    assert (scores.precision, scores.f_score) == (0.0, 0.0) and np.isnan(scores.recall)
    none = Notes(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0))
    assert np.isnan(note_scores(none, []).f_score)


def test_chords_are_matched_one_to_one():
    chord = [Note(0.0, 1.0, pitch) for pitch in (48, 60, 64, 67)]
    found = Notes(np.zeros(2), np.array([60, 67]), np.ones(2))
    assert note_scores(found, chord) == NoteScores(precision=1.0, recall=0.5, f_score=2 / 3)


def test_the_octave_counts_unless_it_is_told_not_to():
    notes = [Note(0.5 * k, 0.5, pitch) for k, pitch in enumerate((60, 64, 67, 65))]
    audio = render([Note(n.onset, n.duration, n.pitch + 12) for n in notes], 2.0)
    assert note_accuracy(audio, SAMPLE_RATE, notes) == 0.0
    assert note_accuracy(audio, SAMPLE_RATE, notes, octave=False) == 1.0


def test_wrong_notes_noise_and_silence_are_not_right():
    notes = melody(np.random.default_rng(5), n_notes=40)
    length = round(seconds(notes) * SAMPLE_RATE)
    noise = np.random.default_rng(0).standard_normal(length).astype(np.float32)
    assert note_accuracy(noise, SAMPLE_RATE, notes) < 0.15
    assert note_accuracy(np.zeros(length), SAMPLE_RATE, notes) == 0.0
    assert note_accuracy(np.zeros(0), SAMPLE_RATE, notes) == 0.0
    up = [Note(n.onset, n.duration, n.pitch + 1) for n in notes]
    assert note_accuracy(render(up, seconds(up)), SAMPLE_RATE, notes) < 0.1


def test_notes_outside_the_register_do_not_count():
    assert np.isnan(note_accuracy(tone(60, 1.0), SAMPLE_RATE, [Note(0, 1, 40)]))
    assert np.isnan(note_accuracy(tone(60, 1.0), SAMPLE_RATE, []))
    assert note_accuracy(tone(40, 1.0), SAMPLE_RATE, [Note(0, 1, 40)], register=BASS) == 1.0


def test_noise_does_not_favour_a_pitch():
    noise = np.random.default_rng(0).standard_normal(60 * SAMPLE_RATE).astype(np.float32)
    for register in (MELODY, BASS):
        pitches = pitch_salience(noise, SAMPLE_RATE, register).pitches
        shares = np.bincount(pitches % 12, minlength=12) / len(pitches)
        assert shares.max() < 0.2


@pytest.mark.parametrize("pitch", range(55, 89, 3))
def test_every_pitch_of_the_register_is_told_from_its_neighbours(pitch):
    salience = pitch_salience(tone(pitch, 1.0), SAMPLE_RATE)
    middle = salience.pitches[(salience.times > 0.1) & (salience.times < 0.9)]
    assert (middle == pitch).all()


@pytest.mark.filterwarnings("error")
def test_silence_and_scraps_have_no_notes():
    for audio in (np.zeros(0), np.zeros(SAMPLE_RATE), np.ones(1), np.full(300, 0.5)):
        assert len(detect_notes(audio, SAMPLE_RATE)) == 0


def test_a_held_note_has_one_onset():
    onsets, _ = detect_onsets(tone(64, 3.0), SAMPLE_RATE)
    assert len(onsets) == 1
    assert onsets[0] < 0.03


def test_tinytunes_are_heard_as_they_were_written():
    tunes = list(Tunes("validation", TuneConfig(level=1)).take(12))
    heard = [t.render() for t in tunes]
    right = [part_accuracy(a, t.sample_rate, t) for a, t in zip(heard, tunes, strict=True)]
    assert np.mean([r["melody"] for r in right]) > 0.95
    assert np.mean([r["bass"] for r in right]) > 0.97
    # The same sounds against the notes of other tunes: what chance gives.
    wrong = [part_accuracy(a, t.sample_rate, t) for a, t in zip(heard, tunes[1:], strict=False)]
    assert np.mean([r["melody"] for r in wrong]) < 0.2
    for tune, audio in zip(tunes, heard, strict=True):
        written = np.unique([note.onset for note in tune.notes])
        found, _ = detect_onsets(audio, tune.sample_rate)
        assert len(found) == pytest.approx(len(written), abs=1)
        assert np.abs(found[:, None] - written).min(axis=1).max() < 0.03


def test_the_pitch_of_each_span_and_of_none():
    notes = [Note(0.0, 0.5, 64), Note(0.5, 0.5, 67)]
    audio = render(notes, 1.5)  # and half a second of silence
    starts, ends = np.array([0.0, 0.5, 1.1, 0.2]), np.array([0.5, 1.0, 1.4, 0.22])
    assert span_pitches(audio, SAMPLE_RATE, starts, ends).tolist() == [64, 67, -1, -1]
