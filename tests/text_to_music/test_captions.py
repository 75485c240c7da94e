"""Captions for training, and the tempo that a caption asks for."""

import numpy as np
import pytest

from refimpl.text_to_music import asked_tempo, training_caption
from refimpl.text_to_music.captions import PACES, Phrased, hold_notes
from refimpl.tinytunes.attributes import Attributes

BAND = Attributes(
    tonic=7,
    mode="minor",
    tempo=90.0,
    instruments={"melody": "flute", "chords": "harp", "bass": "double bass", "drums": "drums"},
    style="folk",
    rate=1.5,
    pitch=72.0,
)


@pytest.mark.parametrize(
    "caption, tempo",
    [
        ("a tune at 96 bpm", 96),
        ("2 flutes, 101.5 bpm", 101.5),
        ("take it at 140", 140),
        ("a fast tune, 80 beats per minute", 80),
        ("Slow, please", PACES["slow"]),
        ("make it brisk", PACES["fast"]),
        ("at a moderate tempo", PACES["medium"]),
        ("a tune in C", None),
        ("opus 7, in 1850", None),
        ("7 bpm, slow", PACES["slow"]),
        ("", None),
    ],
)
def test_a_tempo_is_a_number_or_else_a_word(caption, tempo):
    assert asked_tempo(caption) == tempo


def test_captions_leave_out_what_they_may_and_never_say_what_is_not_so():
    rng = np.random.default_rng(0)
    captions = [training_caption(BAND, rng) for _ in range(300)]
    for word in ("G minor", "90", "flute", "harp", "drums", "band"):
        share = np.mean([word in caption for caption in captions])
        assert 0.1 < share < 0.95, word
    assert not any("trio" in caption or "duo" in caption for caption in captions)
    fewer = [c for c in captions if "drums" in c and "harp" not in c]
    assert fewer and not any("band" in c or "group of four" in c for c in fewer)


def test_a_tune_is_said_in_other_words_each_time():
    melody = np.array([-1, 4, -1, -1, 7, -1])
    clips = Phrased([BAND], [melody])
    heard = [clips[0] for _ in range(20)]
    assert len({clip.caption for clip in heard}) > 15
    assert {clip.facts["tempo"] for clip in heard} == {90.0}
    melodies = {tuple(clip.facts["melody"]) for clip in heard}
    assert melodies == {tuple(melody), (-1, 4, 4, 4, 7, 7)}
    again = Phrased([BAND], [melody])
    assert [again[0].caption for _ in range(20)] == [clip.caption for clip in heard]


def test_notes_are_held_until_the_next():
    assert hold_notes(np.array([-1, -1, 3, -1, 0, -1])).tolist() == [-1, -1, 3, 3, 0, 0]
    assert hold_notes(np.array([-1, -1])).tolist() == [-1, -1]
