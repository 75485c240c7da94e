"""Numbers between trained points, attributes by name, words in context, and melodies."""

import numpy as np
import pytest
import torch

from refimpl.conditioning import (
    AttributeConditioner,
    MelodyConditioner,
    Metadata,
    NumberConditioner,
    TextConditioner,
    melody_classes,
)
from refimpl.corpora.tinytunes import clip_of
from refimpl.errors import UserError
from refimpl.tinytunes import TuneConfig, Tunes

RATE = 22050
ATTRIBUTES = {
    "key": ["C major", "A minor"],
    "tempo": (60.0, 180.0),
    "instruments.melody": ["flute", "violin"],
    "style": ["waltz", "march"],
}


def of(**facts):
    return [Metadata(facts=facts)]


def distance(conditioner, a, b):
    one, other = (conditioner.encode([clip])[0] for clip in (a, b))
    return float((one - other).detach().norm())


def test_a_number_lies_between_its_neighbours():
    conditioner = NumberConditioner("tempo", 60, 180, 8, n_points=4)  # 60, 100, 140, 180
    points = conditioner.vectors.weight
    for tempo, expected in [
        (60, points[0]),
        (180, points[3]),
        (100, points[1]),
        (130.0, 0.25 * points[1] + 0.75 * points[2]),
    ]:
        vectors, mask = conditioner.encode(of(tempo=tempo))
        assert mask.tolist() == [[True]]
        torch.testing.assert_close(vectors[0, 0], expected)
    assert conditioner.encode(of(tempo=None))[1].tolist() == [[False]]


@pytest.mark.parametrize(
    ("tempo", "told"),
    [(59, "tempo is 59; this conditioner knows 60 to 180"), ("fast", "give a number")]
    + [(float("nan"), "tempo is nan"), (True, "give a number"), (1e9, "tempo is 1e\\+09")],
)
def test_a_number_that_cannot_be_is_named(tempo, told):
    with pytest.raises(UserError, match=told):
        NumberConditioner("tempo", 60, 180, 8).encode(of(tempo=tempo))


@pytest.mark.parametrize("options", [(180, 60), (60, 60), (0, float("inf")), (float("nan"), 1)])
def test_a_range_has_to_be_one(options):
    with pytest.raises(UserError, match="give a range"):
        NumberConditioner("tempo", *options, 8)
    with pytest.raises(UserError, match="at least 2 points"):
        NumberConditioner("tempo", 60, 180, 8, n_points=1)


def test_attributes_are_tokens_in_their_order_and_those_of_a_tune_fit():
    tune = next(iter(Tunes("train", TuneConfig(level=2)).take(1)))
    clip = clip_of(tune)
    melody = ["accordion", clip.facts["instruments"]["melody"]]
    keys = [clip.facts["key"]]
    conditioner = AttributeConditioner(ATTRIBUTES | {"key": keys, "instruments.melody": melody}, 8)
    vectors, mask = conditioner.encode([clip, Metadata(facts={"tempo": 90})])
    assert vectors.shape == (2, 4, 8)
    assert mask.tolist() == [[True, True, True, False], [False, True, False, False]]
    _, only = conditioner.encode([clip], only={"instruments.melody"})
    assert only.tolist() == [[False, False, True, False]]


def test_attributes_are_dropped_one_by_one():
    rates = {"instruments.melody": 1.0, "tempo": 0.5}
    conditioner = AttributeConditioner(ATTRIBUTES, 8, drop_rates=rates).train()
    facts = {"key": "C major", "tempo": 100, "instruments": {"melody": "flute"}, "style": "waltz"}
    torch.manual_seed(0)
    mask = conditioner.encode(of(**facts) * 1000)[1].float().mean(dim=0)
    assert mask[0] == mask[3] == 1 and mask[2] == 0 and 0.4 < mask[1] < 0.6


def test_attributes_that_cannot_be_are_named():
    conditioner = AttributeConditioner(ATTRIBUTES, 8)
    with pytest.raises(UserError, match="instruments_melody is 'kazoo'"):
        conditioner.encode(of(instruments={"melody": "kazoo"}))
    with pytest.raises(UserError, match="no condition 'mood'"):
        conditioner.encode(of(), only={"mood"})
    with pytest.raises(UserError, match=r"give a range as \(low, high\)"):
        AttributeConditioner({"tempo": (1, 2, 3)}, 8)
    with pytest.raises(UserError, match="values that differ"):
        AttributeConditioner({"key": []}, 8)


def test_a_word_depends_on_the_words_around_it_and_on_their_order():
    conditioner = TextConditioner(16).eval()
    one, mask = conditioner.encode([Metadata("slow flute over a fast bass")])
    other, _ = conditioner.encode([Metadata("fast flute over a slow bass")])
    assert mask.sum() == 6
    assert not torch.allclose(one.sum(dim=1), other.sum(dim=1), atol=1e-3)
    assert not torch.allclose(one[:, 1], other[:, 1], atol=1e-3)  # "flute"


def test_a_number_in_a_text_is_near_the_next_one():
    conditioner = TextConditioner(16).eval()
    with torch.no_grad():  # leave only what a number's size says
        conditioner.words.vectors.weight.zero_()
        conditioner.number.weight.normal_(generator=torch.Generator().manual_seed(0))
    clips = {tempo: Metadata(f"at {tempo} bpm") for tempo in (100, 101, 150, "many")}
    near = distance(conditioner, clips[100], clips[101])
    assert 0 < near < 0.3 * distance(conditioner, clips[100], clips[150])
    assert distance(conditioner, clips[100], clips["many"]) > near


@pytest.mark.parametrize("caption", ["", "…", "0 bpm", "99999 bpm", "٣ bars", "word " * 50])
def test_odd_captions_give_finite_vectors(caption):
    vectors, mask = TextConditioner(16).encode([Metadata(caption), Metadata("two words")])
    assert vectors.isfinite().all() and mask.shape[1] <= 32


def tones(pitches, seconds=0.5, bass=0.0):
    times = np.arange(round(seconds * RATE)) / RATE
    notes = [
        np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * times) if p else 0 * times for p in pitches
    ]
    sound = np.concatenate(notes)
    return sound + bass * np.sin(2 * np.pi * 65.4 * np.arange(len(sound)) / RATE)


def test_a_melody_is_its_pitch_classes_whatever_the_octave_and_the_bass():
    classes = melody_classes(tones([60, 64, 0, 79], bass=0.0), RATE, 10.0)
    assert len(classes) == 20 and classes.dtype.kind == "i"
    assert classes[[1, 2, 3]].tolist() == [0] * 3 and classes[[6, 7, 8]].tolist() == [4] * 3
    assert classes[[12, 13]].tolist() == [-1] * 2 and classes[[17, 18]].tolist() == [7] * 2
    with_bass = melody_classes(tones([64, 79], bass=2.0), RATE, 10.0)
    assert with_bass[[2, 7]].tolist() == [4, 7]
    assert melody_classes(tones([72]), RATE, 10.0)[2] == melody_classes(tones([60]), RATE, 10.0)[2]


def test_a_melody_is_heard_from_120_hz_to_5_khz():
    # In the middle of each tone: the lowest and the highest C sound louder than the E beside them.
    for pitch, heard in ((48, 0), (36, 4), (108, 0), (120, 4)):
        both = 2 * tones([pitch]) + tones([64])
        assert melody_classes(both, RATE, 10.0)[2] == heard


def test_silence_is_all_rests_and_what_is_no_sound_is_named():
    assert (melody_classes(np.zeros(RATE), RATE, 8.0) == -1).all()
    assert len(melody_classes(np.ones(10), RATE, 8.0)) == 1
    for audio, rate in ((np.zeros(0), 8.0), (np.zeros((2, 2)), 8.0), (np.zeros(9), 0.0)):
        with pytest.raises(UserError, match="give samples"):
            melody_classes(audio, RATE, rate)


def test_the_melody_of_a_tune_is_heard():
    tune = next(iter(Tunes("test", TuneConfig(level=1)).take(1)))
    classes = melody_classes(tune.render(), TuneConfig().sample_rate, 8.0)
    notes = [note for note in tune.notes if note.part == "melody"]
    middles = [int((note.onset + note.duration / 2) * 8) for note in notes]
    right = [classes[i] == note.pitch % 12 for i, note in zip(middles, notes, strict=True)]
    assert np.mean(right) > 0.8  # of a tune with a bass; 1/12 by chance


def test_a_melody_has_a_vector_for_each_frame_and_rests_count():
    conditioner = MelodyConditioner(8, most_frames=4)
    vectors, mask = conditioner.encode(of(melody=[0, -1]) + of(melody=np.arange(6)) + of())
    assert mask.tolist() == [[True] * 2 + [False] * 2, [True] * 4, [False] * 4]
    assert not torch.allclose(vectors[0, 0], vectors[0, 1])
    again = conditioner.encode(of(melody=[5, 5]))[0]
    assert not torch.allclose(again[0, 0], again[0, 1])  # the place counts
    rest = conditioner.encode(of(melody=[-1]))[0][0, 0]
    torch.testing.assert_close(rest - conditioner.places[0], conditioner.vectors.weight[12])


@pytest.mark.parametrize("melody", [[12], [-2], [0.5], [[1]], "CDE", ["C"]])
def test_what_is_no_melody_is_named(melody):
    with pytest.raises(UserError, match="the melody"):
        MelodyConditioner(8).encode(of(melody=melody))
    with pytest.raises(UserError, match="an even number"):
        MelodyConditioner(7)
