"""A run with captions: a model that writes what words ask for."""

import numpy as np
import pytest
import torch

from refimpl import pipeline
from refimpl.audio import save_audio
from refimpl.conditioning import Metadata
from refimpl.errors import UserError
from refimpl.generation import write_music
from refimpl.presets import override
from tests.pipeline.pipeline_examples import RATE, tiny, tone

CAPTIONED = {"recordings__captions": "beside", "data__clip_seconds": 1.0}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("captioned")
    for number, pitch in enumerate((200.0, 900.0, 210.0, 880.0)):
        save_audio(folder / f"{number}.wav", tone(1.0, pitch), RATE)
        words = "a high tone" if pitch > 500 else "a low hum"
        (folder / f"{number}.txt").write_text(words)
    return folder


@pytest.fixture(scope="module")
def finished(sounds, tmp_path_factory):
    return pipeline.run(sounds, tiny(**CAPTIONED), tmp_path_factory.mktemp("run") / "run")


def test_the_model_knows_the_words_of_its_training_clips(finished):
    model, _ = pipeline.load_captioned(finished.folder.path)
    assert set(model.words.words) >= {"high", "low", "tone", "hum"}
    assert model.words.nearest_to_unknown("a lower hum") == {"lower": ["low"]}


def test_it_writes_with_a_caption_and_without(finished):
    model, tokenizer = pipeline.load_captioned(finished.folder.path)
    options = {"seconds": 0.5, "min_seconds": 0.5, "seed": 1}
    guided = model.guided(["a low hum", "a high tone"], scale=2.0, negative="a hum")
    pieces = write_music(guided, tokenizer, batch_size=2, **options)
    assert len(pieces) == 2 and all(len(piece.audio) for piece in pieces)
    free, _ = pipeline.load_generator(finished.folder.path)
    one = write_music(free, tokenizer, **options)[0]
    ignored = write_music(model.guided(["a low hum"], scale=0.0), tokenizer, **options)[0]
    assert np.array_equal(one.tokens, ignored.tokens)


def test_training_hears_the_captions(sounds, finished, tmp_path):
    """Two captions over two kinds of sound: the right one is the likelier."""
    preset = tiny(training__steps=60, training__learning_rate=0.02, **CAPTIONED)
    trained = pipeline.train_model(preset, finished.train_set, finished.train_set)
    said = [clip.caption for clip in finished.train_set.metadata]
    swapped = {"a low hum": "a high tone", "a high tone": "a low hum"}
    losses = []
    for captions in (said, [swapped[one] for one in said]):
        loss = 0.0
        for caption, tokens in zip(captions, finished.train_set, strict=True):
            ids = torch.from_numpy(tokens)[None]
            with torch.no_grad():
                loss += trained.model(
                    [Metadata(caption)], input_ids=ids[:, :-1], label_ids=ids[:, 1:]
                ).item()
        losses.append(loss)
    assert losses[0] < losses[1]


@pytest.mark.parametrize("stage", ["tokenize", "train_model", "save_generator"])
def test_a_stopped_run_goes_on_and_ends_the_same(sounds, finished, tmp_path, monkeypatch, stage):
    from refimpl.pipeline import resumable

    def stop(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(resumable, stage, stop)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(sounds, tiny(**CAPTIONED), tmp_path / "run")
    again = pipeline.run(sounds, tiny(**CAPTIONED), tmp_path / "run")
    one, other = (
        pipeline.load_captioned(run.folder.path)[0].state_dict() for run in (finished, again)
    )
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_captioned_run_can_start_from_one_without_captions(sounds, tmp_path):
    first = pipeline.run(sounds, tiny(data__clip_seconds=1.0), tmp_path / "first")
    changes = CAPTIONED | {"start_from": str(tmp_path / "first"), "training__learning_rate": 0.0}
    second = pipeline.run(sounds, tiny(**changes), tmp_path / "second")
    assert second.tokenizer.codec.fingerprint == first.tokenizer.codec.fingerprint
    weights = second.model.state_dict()
    assert all(torch.equal(weights[name], w) for name, w in first.model.state_dict().items())
    with pytest.raises(UserError, match="trained without captions"):
        pipeline.load_captioned(tmp_path / "first")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"objectives__mixture": "music"}, "a caption belongs to one; set objectives.mixture"),
        ({"model__hidden_size": 18, "model__n_heads": 1}, "a multiple of 4"),
    ],
)
def test_what_does_not_go_with_captions_is_refused(sounds, tmp_path, changes, named):
    with pytest.raises(UserError, match=named):
        pipeline.run(sounds, tiny(**CAPTIONED | changes), tmp_path / "run")


def test_a_backbone_that_reads_nothing_is_refused():
    with pytest.raises(UserError, match="StateSpace', which reads no captions"):
        override(tiny(**CAPTIONED), {"backbone": "StateSpace"})


def test_captions_without_words_are_refused(sounds, tmp_path):
    (tmp_path / "sounds").mkdir()
    for path in sounds.glob("*.wav"):
        (tmp_path / "sounds" / path.name).write_bytes(path.read_bytes())
        (tmp_path / "sounds" / path.name).with_suffix(".txt").write_text("120 …")
    with pytest.raises(UserError, match="hold no words"):
        pipeline.run(tmp_path / "sounds", tiny(**CAPTIONED), tmp_path / "run")


def test_other_captions_of_a_finished_run_are_refused(sounds, finished):
    with pytest.raises(UserError, match=r"recordings\.captions = beside, and now it is None"):
        pipeline.run(sounds, tiny(data__clip_seconds=1.0), finished.folder.path)
