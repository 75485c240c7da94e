"""Several voices are heard, and the score counts what is right, missing and added."""

import numpy as np
import pytest

from refimpl.audio import Clip
from refimpl.metrics import (
    detect_polyphony,
    note_accuracy,
    note_f_score,
    note_scores,
    random_notes_like,
)
from refimpl.tinytunes import Note, Tunes
from refimpl.tinytunes.rendering import render

RATE = 22050
# Four voices: I, IV, V, I and so on in C major, each voice moving.
CHORDS = [(48, 55, 64, 72), (53, 57, 65, 69), (43, 59, 62, 71), (45, 60, 64, 69)]


def chorale(instrument="piano", beat=0.6):
    return [
        Note(i * beat, beat, pitch, 48, instrument, "melody")
        for i, chord in enumerate(CHORDS * 3)
        for pitch in chord
    ]


def scores_of(notes, audio):
    found = detect_polyphony(audio, RATE)
    return note_scores(found, notes)


@pytest.mark.parametrize(("instrument", "least"), [("piano", 0.8), ("harp", 0.7)])
def test_four_voices_are_heard(instrument, least):
    notes = chorale(instrument)
    audio = render(notes, round(7.2 * RATE), RATE, 0.12)
    assert scores_of(notes, audio).f_score > least


def test_it_hears_what_the_measure_for_two_voices_does_not():
    notes = chorale()
    audio = render(notes, round(7.2 * RATE), RATE, 0.12)
    alto = [note for i, note in enumerate(notes) if i % 4 == 2]
    assert note_accuracy(audio, RATE, alto) < 0.5
    found = detect_polyphony(audio, RATE)
    assert note_scores(found, alto).recall > 0.7


def test_tunes_are_heard():
    f_scores = [
        scores_of(tune.notes, tune.render()).f_score for tune in Tunes("validation").take(8)
    ]
    assert np.mean(f_scores) > 0.93


def test_a_held_note_is_one_note():
    notes = [Note(0.0, 2.0, 60, 80, "flute", "melody")]
    notes += [Note(0.5 * i, 0.5, 76 + i, 80, "piano", "melody") for i in range(4)]
    found = detect_polyphony(render(notes, 2 * RATE, RATE, 0.0), RATE)
    # Once more at most: a vibrato may rise just as another note begins.
    assert 1 <= (found.pitches == 60).sum() <= 2


@pytest.mark.parametrize("n_samples", [0, 10, RATE])
def test_silence_has_no_notes(n_samples):
    assert len(detect_polyphony(np.zeros(n_samples), RATE)) == 0


def test_other_music_scores_little():
    notes = chorale()
    other = [Note(n.onset + 0.3, n.duration, n.pitch + 1, 48, "piano", "melody") for n in notes]
    assert scores_of(notes, render(other, 8 * RATE, RATE, 0.12)).f_score < 0.1


def test_a_clip_brings_its_own_truth():
    notes = chorale()
    audio = render(notes, round(7.2 * RATE), RATE, 0.12)
    facts = {"notes": [[n.onset, n.duration, n.pitch, 0] for n in notes]}
    clip = Clip("chorale", audio, RATE, facts=facts)
    assert note_f_score(clip.audio, RATE, clip).f_score > 0.8


def test_chance_depends_on_the_number_of_notes():
    rng = np.random.default_rng(0)

    def chance(n):
        onsets, pitches = np.linspace(0, 8, n), 60 + np.arange(n) % 24
        drawn = [
            random_notes_like(onsets, pitches, rng, seconds=8.0, beat_period=0.5) for _ in range(40)
        ]
        return {name: np.mean([d[name] for d in drawn]) for name in drawn[0]}

    few, many = chance(8), chance(60)
    assert few["in_key"] > many["in_key"] + 0.1
    assert few["grid"] > many["grid"] + 0.05
    assert many["cross_key"] == pytest.approx(7 / 12, abs=0.04)
    assert np.isnan(random_notes_like([], [], rng, seconds=8.0)["in_key"])
