"""Codecs that read notes: what they write down of a clip, and what they make of any codes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.audio import Clip
from refimpl.codecs import CompoundCodec, CompoundConfig, MidiCodec, MidiConfig
from refimpl.codecs.codec import CodecError
from refimpl.codecs.notes import grid_notes
from refimpl.codecs.notes.reading import TIMES, nearest_time

KINDS = [CompoundCodec, MidiCodec]
NOTES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 24), st.integers(12, 108)), min_size=1, max_size=12
)


def clip(notes, tempo=60.0, **facts):
    """A clip whose notes are given in twelfths of a quarter note."""
    tick = 60 / tempo / 12
    listed = [[onset * tick, duration * tick, pitch, 0] for onset, duration, pitch in notes]
    return Clip("clip", np.zeros(0), 22050, "", {"notes": listed, "tempo": tempo} | facts)


def without_clashes(notes):
    """No key goes down while it is down."""
    kept, busy = [], {}
    for onset, duration, pitch in sorted(notes):
        if busy.get(pitch, 0) <= onset:
            kept.append((onset, duration, pitch))
            busy[pitch] = onset + duration
    return kept


@pytest.mark.parametrize("kind", KINDS)
@given(notes=NOTES, tempo=st.sampled_from([50.0, 94.0, 117.45]))
@settings(max_examples=60, deadline=None)
def test_notes_come_back_in_order_of_time_and_from_high_to_low(kind, notes, tempo):
    notes = without_clashes(notes)
    codec = kind(22050, tempo=tempo)
    codes, seconds = codec.encode_notes(clip(notes, tempo))
    expected = sorted(notes, key=lambda note: (note[0], -note[2]))
    # A first rest, or one between notes, may be longer than what one code of times can say.
    gaps = np.diff([0, *(note[0] for note in expected)])
    if kind is MidiCodec or np.isin(gaps, TIMES).all():
        assert codec.to_notes(codes).tolist() == [list(note) for note in expected]
    assert seconds == pytest.approx(max(a + b for a, b, _ in notes) * 60 / tempo / 12)


@pytest.mark.parametrize("kind", KINDS)
def test_onsets_are_in_quarter_notes(kind):
    notes = [(0, 12, 60), (12, 6, 62), (18, 4, 64), (22, 2, 65)]
    codec = kind(22050, tempo=90.0)
    onsets = codec.onsets(codec.encode_notes(clip(notes, 90.0))[0])
    assert onsets.tolist() == [0, 1, 1.5, 22 / 12]
    assert codec.onsets(np.zeros((0, len(kind.stream_sizes)), int)).tolist() == []


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_codes_mean_notes_that_can_be_played(kind, data):
    sizes = kind.stream_sizes
    rows = st.tuples(*(st.integers(0, size - 1) for size in sizes))
    codes = np.array(data.draw(st.lists(rows, max_size=20))).reshape(-1, len(sizes)).astype(int)
    notes = kind(22050, tempo=120.0).to_notes(codes)
    assert notes.shape[1] == 3 and notes.dtype == np.int64
    assert (notes[:, 1] > 0).all() and (notes[:, 0] >= 0).all()
    assert ((notes[:, 2] >= 12) & (notes[:, 2] <= 108)).all()
    assert (np.diff(notes[:, 0]) >= 0).all()


def test_a_chord_is_notes_with_no_time_between_them():
    chord = [(0, 12, 72), (0, 12, 64), (0, 12, 60), (12, 12, 71)]
    codes = CompoundCodec(22050, tempo=60.0).encode_notes(clip(chord))[0]
    assert codes[:, 0].tolist() == [0, 0, 0, 12]
    events = MidiCodec(22050, tempo=60.0).encode_notes(clip(chord))[0][:, 0]
    names = ["on" if e < 97 else "off" if e < 194 else "shift" for e in events.tolist()]
    assert names == ["on"] * 3 + ["shift"] + ["off"] * 3 + ["on", "shift", "off"]


def test_keys_that_go_down_twice_or_come_up_twice_or_stay_down_are_understood():
    codec, shift = MidiCodec(22050, tempo=60.0), 2 * 97 + 5  # six twelfths
    down, up = 60 - 12, 97 + 60 - 12
    for events, notes in (
        ([down, shift, down, shift, up], [[0, 6, 60], [6, 6, 60]]),
        ([up, shift, down, shift, up, up], [[6, 6, 60]]),
        ([down, shift], [[0, 6, 60]]),
        ([down, up], []),
        ([down], []),
    ):
        assert codec.to_notes(np.array(events).reshape(-1, 1)).tolist() == notes


def test_times_that_no_code_says_become_the_nearest():
    assert TIMES[nearest_time(np.array([0, 24, 25, 27, 100, 1000]))].tolist() == [
        *(0, 24, 24, 26, 96, 192)
    ]


def test_seconds_become_beats_by_the_clips_own_tempo():
    slow, fast = (grid_notes(clip([(0, 12, 60), (12, 6, 62)], tempo)) for tempo in (50.0, 150.0))
    assert slow.tolist() == fast.tolist() == [[0, 12, 60], [12, 6, 62]]


def test_of_two_equal_notes_the_longer_counts_and_a_short_one_lasts_a_twelfth():
    assert grid_notes(clip([(0, 3, 60), (0, 9, 60), (12, 0.1, 64)])).tolist() == [
        [0, 9, 60],
        [12, 1, 64],
    ]
    assert grid_notes(clip([])).shape == (0, 3)


def test_what_cannot_be_written_is_refused_in_words():
    codec = CompoundCodec(22050, tempo=60.0)
    with pytest.raises(CodecError, match="from MIDI pitch 11 to 60; this codec writes 12 to 108"):
        codec.encode_notes(clip([(0, 1, 60), (0, 1, 11)]))
    with pytest.raises(CodecError, match="give it a corpus of scores"):
        codec.encode_notes(Clip("c", np.zeros(9), 22050, "", {"tempo": 60.0}))
    with pytest.raises(CodecError, match="did you mean piano"):
        CompoundConfig(instrument="pinao")


@pytest.mark.parametrize("config", [CompoundConfig, MidiConfig])
def test_tempo_and_instrument_are_those_of_the_clips_unless_settings_say_otherwise(config):
    clips = [
        clip([(0, 1, 60)], tempo, instruments={"a": "flute", "b": name})
        for tempo, name in ((60.0, "piano"), (90.0, "piano"), (200.0, "flute"))
    ]
    codec = config().fit_clips(iter(clips))
    assert (codec.tempo, codec.instrument) == (90.0, "flute")
    codec = config(tempo=80.0, instrument="harp").fit_clips(iter(clips))
    assert (codec.tempo, codec.instrument) == (80.0, "harp")
    assert len(codec.decode(codec.encode_notes(clip([(0, 12, 60)]))[0])) == pytest.approx(
        (60 / 80 + 0.5) * 22050, abs=2
    )


def test_many_voices_are_as_loud_as_one():
    codec = CompoundCodec(22050, tempo=60.0)
    levels = []
    for pitches in ([60], [48, 55, 60, 64, 67, 72]):
        notes = [(0, 24, pitch) for pitch in pitches]
        sound = codec.decode(codec.encode_notes(clip(notes))[0])
        levels.append(np.sqrt(np.mean(sound**2)))
    assert levels[1] < 2 * levels[0]
