"""Pairs for training: moved and stretched tunes, whose captions move with them."""

import numpy as np
import pytest
import torch

from refimpl.audio_text import PairBatches, TextEncoder, WordList, analyse, fit_embedding
from refimpl.audio_text.examples import Example, transpose, vary
from refimpl.audio_text.fitting import tune_clips
from refimpl.audio_text.sound_encoder import WINDOW
from refimpl.audio_text.tags import NUMBERS, TAGS, TEMPOS, change_one
from refimpl.tinytunes.attributes import Attributes


@pytest.fixture(scope="module")
def examples():
    return analyse(tune_clips("train", 3), show=False)


def test_transposing_moves_bands():
    frames = np.arange(2 * 96, dtype=np.float32).reshape(2, 96)
    assert np.array_equal(transpose(frames, 2)[:, 2:], frames[:, :-2])
    assert not transpose(frames, 2)[:, :2].any()
    assert np.array_equal(transpose(frames, -3)[:, :-3], frames[:, 3:])
    assert not transpose(frames, -3)[:, -3:].any()
    assert np.array_equal(transpose(frames, 0), frames)


def test_a_transposed_picture_is_that_of_the_transposed_tune(examples):
    """The strongest pitch class of the sound moves as the tonic of the caption does."""
    rng = np.random.default_rng(0)
    for example in examples:
        for _ in range(5):
            varied = vary(example, rng)
            moved = (varied.attributes.tonic - example.attributes.tonic) % 12
            known, found = (
                (1e4 ** one.frames.astype(np.float32)).reshape(-1, 8, 12).mean(axis=(0, 1))
                for one in (example, varied)
            )
            agreement = [np.corrcoef(np.roll(known, k), found)[0, 1] for k in range(12)]
            assert int(np.argmax(agreement)) == moved


def test_varied_tunes_are_windows_of_their_tempo(examples):
    rng = np.random.default_rng(1)
    varied = [vary(example, rng) for example in examples for _ in range(20)]
    assert {one.frames.shape for one in varied} == {(WINDOW, 96)}
    assert len({one.attributes.tonic for one in varied}) > 6
    tempos = {round(one.attributes.tempo) for one in varied}
    assert tempos - {round(e.attributes.tempo) for e in examples}
    ramp = np.repeat(np.linspace(0, 1, 400, dtype=np.float32)[:, None], 96, axis=1)
    for _ in range(20):
        one = vary(Example(ramp, Attributes(tempo=100.0)), rng)
        speed = (one.frames[-1, 50] - one.frames[0, 50]) * 399 / (WINDOW - 1)
        assert speed == pytest.approx(one.attributes.tempo / 100, rel=1e-3)


def test_a_changed_caption_differs_in_what_a_listener_could_name(examples):
    rng = np.random.default_rng(2)
    seen = set()
    for example in examples * 25:
        known, other = example.attributes, change_one(example.attributes, rng)
        parts = {p for p in known.instruments if known.instruments[p] != other.instruments[p]}
        names = ("tonic", "mode", "tempo", "mood", "register")
        fields = {n for n in names if getattr(known, n) != getattr(other, n)}
        if fields & {"mode", "tempo"}:
            fields.discard("mood")  # it may come with them
        assert len(parts | fields) == 1
        assert other.tempo in (*TEMPOS, known.tempo)
        seen |= parts | fields
    assert seen == {"tonic", "mode", "tempo", "mood", "register", "melody", "chords", "bass"}


def test_batches_are_groups_and_resume_where_they_were(examples):
    text = TextEncoder(WordList.of_phrasings(), 16, width=16)
    batches = PairBatches(examples, text.read, group_size=6, n_groups=2, n_changed=2, seed=3)
    first = next(iter(batches))
    assert first["frames"].shape == (2, 6, WINDOW, 96)
    assert first["words"].shape[:2] == first["numbers"].shape[:2] == (2, 18)
    assert first["classes"].shape == (2, 18, len(TAGS))
    assert first["measured"].shape == (2, 6, len(NUMBERS))
    second = next(iter(batches))
    again = PairBatches(examples, text.read, group_size=6, n_groups=2, n_changed=2, seed=3)
    again.load_state_dict({"position": 1})
    repeated = next(iter(again))
    assert torch.equal(second["frames"], repeated["frames"])
    assert torch.equal(second["words"], repeated["words"])
    assert batches.state_dict() == again.state_dict() == {"position": 2}


def test_fitting_lowers_the_loss_and_repeats_itself(examples, tmp_path):
    options = {"steps": 8, "group_size": 8, "n_changed": 1, "show": False}
    one = fit_embedding(examples, **options, folder=tmp_path)
    two = fit_embedding(examples, **options)
    captions = ["a tune in G major on a flute"]
    assert np.allclose(one.embed_captions(captions), two.embed_captions(captions), atol=1e-6)
    assert (tmp_path / "metrics.jsonl").exists()
    assert one.sound.usual.any() and not one.training
