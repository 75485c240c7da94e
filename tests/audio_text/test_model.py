"""The joint embedding: vectors of length 1, the same for the same sound, saved and loaded."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from refimpl.audio import Clip
from refimpl.audio_text import (
    JointEmbedding,
    TextEncoder,
    WordList,
    load_embedding,
    save_embedding,
    semitone_spectrogram,
    tune_clips,
)
from refimpl.audio_text.sound_encoder import STRIDE, WINDOW, SoundEncoder
from refimpl.errors import UserError
from refimpl.tinytunes.arrangement import MELODIES
from refimpl.tinytunes.attributes import Attributes
from refimpl.training import TrainingError


def small(seed=0):
    torch.manual_seed(seed)
    text = TextEncoder(WordList.of(["a tune in c major for flute at bpm"]), 8, width=16)
    return JointEmbedding(text, dim=8, channels=4).eval()


def noise(seconds, rate=22050, seed=0):
    rng = np.random.default_rng(seed)
    return Clip("noise", rng.normal(0, 0.1, round(seconds * rate)).astype(np.float32), rate)


@pytest.mark.parametrize("seconds", [0.001, 0.05, 3, 8.17, 8.5, 20])
def test_clips_of_any_length_have_a_vector(seconds):
    model, clip = small(), noise(seconds)
    (vector,) = model.embed_sounds([clip])
    assert vector.shape == (8,) and vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    windows = model.embed_windows(clip)
    beyond = max(0, len(semitone_spectrogram(clip.audio)) - WINDOW)  # half a window each time
    assert len(windows) == 1 + -(-max(0, beyond - STRIDE + 1) // (WINDOW // 2))
    steps = model.embed_frames(clip)
    assert len(steps) == max(1, (1 + int(seconds * 22050) // 512) // 8)
    assert np.isfinite(steps).all()


def test_a_vector_depends_on_its_sound_alone():
    model = small()
    a, b = noise(3, seed=1), noise(7, seed=2)
    together, alone = model.embed_sounds([a, b]), model.embed_sounds([b])
    assert np.allclose(together[1], alone[0], atol=1e-6)
    loud = Clip("loud", 5 * a.audio, a.sample_rate)
    assert np.allclose(model.embed_sounds([loud])[0], together[0], atol=1e-3)
    assert np.isfinite(model.embed_sounds([Clip("0", np.zeros(9000, np.float32), 22050)])).all()


def test_captions_have_vectors_and_nothing_has_none():
    model = small()
    vectors = model.embed_captions(["a tune", "a tune in c major at 90 bpm"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert model.embed_captions([]).shape == model.embed_sounds([]).shape == (0, 8)
    with pytest.raises(UserError, match="list of captions"):
        model.embed_captions("a tune")
    with pytest.raises(UserError, match="no samples"):
        model.embed_sounds([Clip("nothing", np.zeros(0, np.float32), 22050)])


def test_the_scores_of_keys_turn_with_the_pitch_classes():
    torch.manual_seed(0)
    encoder = SoundEncoder(8, 4).eval()
    classes = torch.randn(2, 8, 12)
    scores = encoder.key_scores(classes.flatten(1)).unflatten(1, (2, 12))
    turned = encoder.key_scores(classes.roll(5, dims=2).flatten(1)).unflatten(1, (2, 12))
    assert torch.allclose(turned, scores.roll(5, dims=2), atol=1e-5)
    vectors, keys = encoder.hear(torch.rand(3, WINDOW, 96))
    assert vectors.shape == (3, 8) and keys.shape == (3, 24)


def test_a_saved_embedding_is_the_same(tmp_path):
    model = small()
    save_embedding(tmp_path, model, facts={"steps": 0})
    again = load_embedding(tmp_path)
    clip = noise(6)
    assert np.allclose(again.embed_sounds([clip]), model.embed_sounds([clip]), atol=5e-3)
    captions = ["a tune for flute"]
    assert np.allclose(again.embed_captions(captions), model.embed_captions(captions), atol=5e-3)


def test_what_is_no_embedding_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="no saved model"):
        load_embedding(tmp_path)
    save_embedding(tmp_path, small())
    text = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(text.replace('"channels": 4', '"channels": 5'))
    with pytest.raises(TrainingError):
        load_embedding(tmp_path)
    (tmp_path / "config.json").write_text(text.replace('"channels"', '"canals"'))
    with pytest.raises(TrainingError, match="no joint embedding"):
        load_embedding(tmp_path)


@pytest.fixture(scope="module")
def shipped():
    clips = tune_clips("test", 4, levels=(2, 3))
    return load_embedding(), clips, load_embedding().embed_sounds(clips)


def test_the_shipped_one_tells_tempo(shipped):
    model, clips, sounds = shipped
    for clip, sound in zip(clips, sounds, strict=True):
        tempo = clip.facts["tempo"]
        others = [t for t in (84, 100, 120, 136) if abs(t - tempo) > 8]
        captions = [f"a tune at {t:.0f} bpm" for t in (tempo, *others)]
        assert (model.embed_captions(captions) @ sound).argmax() == 0


def test_the_shipped_one_tells_keys_and_instruments(shipped):
    model, clips, sounds = shipped
    right = []
    for clip, sound in zip(clips, sounds, strict=True):
        known = Attributes.of(clip.facts)
        keys = [replace(known, tonic=tonic).key for tonic in range(12)]
        for choices, own in ((keys, known.key), (MELODIES, known.melody)):
            caption = f"a tune in {known.key} for {known.melody}"
            captions = [caption.replace(own, choice) for choice in choices]
            right.append(choices[(model.embed_captions(captions) @ sound).argmax()] == own)
    assert np.mean(right) > 0.8
