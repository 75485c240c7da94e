"""A network that others have trained hears notes; a made-up one shows how it is asked."""

from types import SimpleNamespace

import numpy as np
import pytest

from refimpl.embeddings import HeardNotes, load_embedding
from refimpl.errors import UserError
from refimpl.metrics import basic_pitch, note_scores
from refimpl.metrics.basic_pitch import FRAMES, HOP, LOWEST, SAMPLE_RATE, WINDOW, BasicPitch
from refimpl.tinytunes import Tunes


class Loudness:
    """Hears in each frame the loudest of its samples, as pitch 60; an onset where it rises."""

    def __init__(self):
        self.windows = []

    def get_inputs(self):
        return [SimpleNamespace(name="sound")]

    def run(self, _, given):
        window = given["sound"]
        assert window.shape == (1, WINDOW, 1) and window.dtype == np.float32
        self.windows.append(window)
        padded = np.pad(np.abs(window[0, :, 0]), (0, FRAMES * HOP - WINDOW))
        loud = padded.reshape(FRAMES, HOP).max(axis=1)
        notes, onsets = np.zeros((2, 1, FRAMES, 88), dtype=np.float32)
        notes[0, :, 60 - LOWEST] = loud
        onsets[0, 1:, 60 - LOWEST] = np.maximum(np.diff(loud), 0)
        return onsets, notes, np.zeros((1, FRAMES, 264), dtype=np.float32)


def tone(*spans, seconds=6.0):
    """A sound that is 1 in some spans, given in frames, and 0 elsewhere."""
    audio = np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)
    for first, last in spans:
        audio[first * HOP : last * HOP] = 1
    return audio


def test_windows_are_joined_without_a_seam():
    spans = [(10, 40), (140, 150), (156, 300), (310, 420)]  # over the joins of windows
    audio = tone(*spans)
    session = Loudness()
    found = BasicPitch(session).posteriors(audio, SAMPLE_RATE)
    assert len(session.windows) > 3
    assert found.notes.shape == found.onsets.shape == (-(-len(audio) // HOP), 88)
    expected = np.zeros(len(found.notes))
    for first, last in spans:
        expected[first:last] = 1
    np.testing.assert_array_equal(found.notes[:, 60 - LOWEST], expected)


def test_notes_begin_at_clear_onsets_and_go_on():
    hears = BasicPitch(Loudness())
    audio = tone((20, 60), (100, 103), (200, 260))  # the second is over at once
    found = hears.detect(audio, SAMPLE_RATE, note=0.7)
    np.testing.assert_allclose(found.onsets, np.array([20, 200]) * HOP / SAMPLE_RATE)
    assert found.pitches.tolist() == [60, 60] and found.strengths.tolist() == [1, 1]
    assert len(hears.detect(audio, SAMPLE_RATE, note=0.3)) == 3
    assert len(hears.detect(0.7 * audio, SAMPLE_RATE, onset=0.8, note=0.1)) == 0
    assert len(hears.detect(0.7 * audio, SAMPLE_RATE, onset=0.6, note=0.1)) == 3


@pytest.mark.parametrize("n", [0, 1, HOP, HOP + 1])
def test_short_sounds_have_as_many_frames_as_begin_in_them(n):
    found = BasicPitch(Loudness()).posteriors(np.ones(n, dtype=np.float32), SAMPLE_RATE)
    assert len(found.notes) == -(-n // HOP)
    assert len(BasicPitch(Loudness()).detect(np.zeros(n, dtype=np.float32), SAMPLE_RATE)) == 0


def test_other_sample_rates_are_resampled():
    found = BasicPitch(Loudness()).posteriors(np.ones(16000, dtype=np.float32), 16000)
    assert len(found.notes) == -(-SAMPLE_RATE // HOP)


def test_the_embedding_turns_what_is_heard_to_the_strongest_class():
    vectors = HeardNotes(BasicPitch(Loudness())).embed([tone((20, 500))], SAMPLE_RATE)[0]
    assert vectors.shape[1] == 26 and np.isfinite(vectors).all()
    assert (vectors[:, 0] > 0).all() and (vectors[:, 1:12] == 0).all()


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(basic_pitch, "find_spec", lambda name: None)
    for load in (BasicPitch.load, lambda: load_embedding("basic-pitch")):
        with pytest.raises(UserError, match="pip install --no-deps basic-pitch"):
            load()


@pytest.mark.skipif(
    not all(map(basic_pitch.find_spec, ("basic_pitch", "onnxruntime"))),
    reason="basic-pitch is installed apart: see refimpl.metrics.basic_pitch",
)
def test_the_real_network_hears_tunes():
    hears = BasicPitch.load()
    tunes = list(Tunes("validation").take(4))
    scores = [
        note_scores(hears.detect(tune.render(), tune.sample_rate), tune.notes).f_score
        for tune in tunes
    ]
    assert np.mean(scores) > 0.95
    vectors = load_embedding("basic-pitch").embed([tunes[0].render()], SAMPLE_RATE)[0]
    assert vectors.shape[1] == 26 and np.isfinite(vectors).all()
