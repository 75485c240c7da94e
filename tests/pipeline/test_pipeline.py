"""The pipeline: sources, stages, runs that go on, and folders that are enough to generate."""

import json
import shutil

import numpy as np
import pytest
import torch

from refimpl import pipeline
from refimpl.audio import save_audio
from refimpl.cli import main
from refimpl.corpora import open_corpus
from refimpl.dataset import TokenDataset
from refimpl.errors import UserError
from refimpl.generation import within_range, write_music
from refimpl.pipeline import generators, resumable, stages
from refimpl.training import loop, read_metrics
from tests.holding import held_by_another
from tests.pipeline.pipeline_examples import RATE, TINY, tiny, tone, write_recordings


@pytest.fixture(autouse=True)
def no_loss_picture(monkeypatch):
    """Drawing costs more than all else in a tiny run."""
    monkeypatch.setattr(loop, "plot_metrics", lambda folder: None)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run on the embedded corpus; read only."""
    folder = tmp_path_factory.mktemp("runs") / "tunes"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "plot_metrics", lambda folder: None)
        return pipeline.run("tinytunes", tiny(), folder)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    return write_recordings(tmp_path_factory.mktemp("recordings"))


def contents(folder):
    """When each file below a folder was last written."""
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


# Stages


def test_the_codec_depends_on_the_seed_alone():
    source = open_corpus("tinytunes", tiny())
    books = [stages.fit_codec(source, tiny(), seed=seed) for seed in (1, 1, 2)]
    assert books[0].fingerprint == books[1].fingerprint != books[2].fingerprint


def test_too_few_frames_say_how_many_there_are(tmp_path):
    save_audio(tmp_path / "short.wav", tone(1.0), RATE)
    preset = tiny(codec__n_clusters=5000)
    with pytest.raises(UserError, match="too few for 5000"):
        stages.fit_codec(open_corpus(tmp_path, preset), preset)


def test_tokens_need_the_settings_of_their_codec(finished, tmp_path):
    preset = tiny(codec__mel__n_mels=41)
    source = open_corpus("tinytunes", preset)
    with pytest.raises(UserError, match=r"other mel frames: n_mels 41 \(codec: 40\)"):
        stages.tokenize(source, preset, finished.tokenizer, tmp_path, "train")


def test_training_needs_no_folder(finished):
    trained = stages.train_model(tiny(), finished.train_set, finished.validation_set)
    kept = [r["loss"] for r in read_metrics(finished.folder.training) if "loss" in r]
    assert trained.result.losses == kept
    assert set(trained.baselines) == {"uniform", "unigram", "bigram"}


# Runs


def test_a_run_leaves_everything_in_its_folder(finished):
    run_folder = finished.folder
    for path in (run_folder.settings, run_folder.codec, run_folder.model / "config.json"):
        assert path.is_file()
    tokens = TokenDataset(run_folder.tokens("train"))
    assert len(tokens) == 4
    assert all(one.caption and one.facts["key"].endswith("major") for one in tokens.metadata)
    assert finished.preset == tiny() and finished.source == "tinytunes"
    facts = finished.facts
    assert facts["steps"] == 3
    assert facts["first_loss"] == pytest.approx(np.log(finished.tokenizer.vocabulary.size), 0.1)
    assert facts["nats_per_second"] == pytest.approx(
        facts["validation_loss"] * finished.tokenizer.tokens_per_second
    )
    assert 0.3 < facts["peak"] < 1


def test_a_finished_run_is_not_done_again(finished):
    before = contents(finished.folder.path)
    again = pipeline.run("tinytunes", tiny(), finished.folder.path)
    after = contents(finished.folder.path)
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed <= {"preset.json"}
    assert again.facts == finished.facts


@pytest.mark.parametrize("stage", ["fit_codec", "tokenize", "train_model", "save_generator"])
def test_a_run_that_was_stopped_goes_on_and_ends_the_same(finished, tmp_path, monkeypatch, stage):
    def stop(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(resumable, stage, stop)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run("tinytunes", tiny(), tmp_path / "run")
    done = contents(tmp_path / "run")
    again = pipeline.run("tinytunes", tiny(), tmp_path / "run")
    after = contents(tmp_path / "run")
    kept = {path.suffix for path in done if done[path] == after.get(path)}
    if stage != "fit_codec":
        assert ".npz" in kept
    if stage in ("train_model", "save_generator"):
        assert ".npy" in kept
    assert again.facts["validation_loss"] == finished.facts["validation_loss"]


def test_more_steps_go_on_from_the_checkpoint(finished, tmp_path):
    shutil.copytree(finished.folder.path, tmp_path / "run")
    longer = pipeline.run("tinytunes", tiny(training__steps=5), tmp_path / "run")
    assert longer.facts["steps"] == 5
    assert longer.facts["first_loss"] == finished.facts["first_loss"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("codec.mel.n_fft", 2048),
        ("tunes.level", 2),
        ("data.n_train", 5),
        ("vocabulary", "report"),
        ("model.n_layers", 2),
        ("training.learning_rate", 0.1),
    ],
)
def test_other_settings_are_refused_by_name(finished, name, value):
    before = contents(finished.folder.path)
    with pytest.raises(UserError, match=rf"was made with {name} = ") as caught:
        pipeline.run("tinytunes", tiny(**{name.replace(".", "__"): value}), finished.folder.path)
    assert "another folder" in str(caught.value)
    assert contents(finished.folder.path) == before


def test_another_source_is_refused(finished, recordings):
    with pytest.raises(UserError, match="source = tinytunes"):
        pipeline.run(recordings, tiny(data__clip_seconds=2.0), finished.folder.path)


def test_settings_of_stages_yet_to_come_may_change(finished, tmp_path):
    run_folder = pipeline.RunFolder(tmp_path / "run")
    shutil.copytree(finished.folder.path, run_folder.path)
    run_folder.clear("tokens")
    again = pipeline.run("tinytunes", tiny(data__n_train=3, batch_size=1), run_folder.path)
    assert len(again.train_set) == 3


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="not empty"):
        pipeline.run("tinytunes", tiny(), tmp_path)
    pipeline.RunFolder(tmp_path).clear()
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_run_into_which_another_process_writes_is_refused_and_left_alone(finished):
    before = contents(finished.folder.path)
    with held_by_another(finished.folder.path):
        with pytest.raises(UserError, match="another process is writing into"):
            pipeline.run("tinytunes", tiny(), finished.folder.path)
        for command in ("run", "fit", "tokenize", "train"):
            words = [command, "--out", str(finished.folder.path), "--force"]
            assert main(words) == 2
    assert contents(finished.folder.path) == before


def test_clearing_removes_only_what_runs_write(finished, tmp_path):
    run_folder = pipeline.RunFolder(tmp_path / "run")
    shutil.copytree(finished.folder.path, run_folder.path)
    (run_folder.path / "notes.txt").write_text("mine")
    run_folder.clear()
    assert {path.name for path in run_folder.path.iterdir()} == {
        ".lock",
        "preset.json",
        "notes.txt",
    }


def test_a_damaged_settings_file_is_named(tmp_path):
    (tmp_path / "preset.json").write_text("{")
    with pytest.raises(UserError, match=r"preset\.json cannot be read"):
        pipeline.RunFolder(tmp_path).read()
    with pytest.raises(UserError, match="no run's folder"):
        pipeline.RunFolder(tmp_path / "other").read()


def test_recordings_become_a_model(recordings, tmp_path):
    said = []
    preset = tiny(data__clip_seconds=2.0)
    finished = pipeline.run(recordings, preset, tmp_path / "run", log=said.append)
    assert finished.facts["source"]["kind"] == "recordings"
    assert any("empty.wav" in line for line in said)
    assert set(finished.train_set.names).isdisjoint(finished.validation_set.names)


def test_a_run_can_start_from_another_model(finished, tmp_path):
    """Its codebook, its weights; here after no step that changes anything."""
    start = str(finished.folder.path)
    changes = {"start_from": start, "training__learning_rate": 0.0, "training__seed": 7}
    again = pipeline.run("tinytunes", tiny(**changes), tmp_path / "again")
    assert again.tokenizer.codec.fingerprint == finished.tokenizer.codec.fingerprint
    assert again.facts["first_loss"] < finished.facts["first_loss"]
    assert again.facts["start"] == finished.facts
    before, after = (run.model.state_dict() for run in (finished, again))
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"codec__mel__n_mels": 41}, "n_mels 41"),
        ({"codec__n_clusters": 17}, r"stream_sizes is \(16,\), not \(17,\)"),
        ({"model__ffn_hidden_size": 24}, "does not fit this model"),
    ],
)
def test_a_model_of_another_kind_is_no_start(finished, tmp_path, changes, named):
    preset = tiny(start_from=str(finished.folder.path), **changes)
    with pytest.raises(UserError, match=named):
        pipeline.run("tinytunes", preset, tmp_path / "run")


def test_a_run_of_an_older_version_is_as_it_was(finished, tmp_path):
    """What its files do not say is what was the case then: positions that count through the row."""
    shutil.copytree(finished.folder.path, tmp_path / "run")
    run_folder = pipeline.RunFolder(tmp_path / "run")
    for path in (run_folder.settings, run_folder.model / "config.json"):
        content = json.loads(path.read_text())
        settings = content.get("settings") or content["facts"]["settings"]
        del settings["start_from"], settings["model"]["sample_positions"]
        # The codec had two sections, and there was one kind of it.
        settings["codebook"] = settings.pop("codec")
        settings["mel"] = settings["codebook"].pop("mel")
        del settings["codebook"]["kind"]
        content.get("config", {}).pop("sample_positions", None)
        path.write_text(json.dumps(content))
    preset, _ = run_folder.read()
    assert preset.model.sample_positions == "row" != tiny().model.sample_positions
    assert preset.codec == tiny().codec
    before = contents(run_folder.model)
    assert pipeline.run("tinytunes", preset, run_folder.path).model.config.sample_positions == "row"
    assert contents(run_folder.model) == before  # not trained again


# Generators


def test_the_models_folder_alone_is_enough(finished, tmp_path):
    shutil.copytree(finished.folder.model, tmp_path / "elsewhere")
    for where in (finished.folder.path, finished.folder.model, tmp_path / "elsewhere"):
        model, tokenizer = pipeline.load_generator(where)
        assert tokenizer.codec.fingerprint == finished.tokenizer.codec.fingerprint
        assert tokenizer.vocabulary == finished.tokenizer.vocabulary
        assert model.config == finished.model.config
        assert not model.training


def test_a_codecs_file_is_a_tokenizer_too(finished):
    tokenizer = pipeline.load_tokenizer(finished.folder.codec)
    assert tokenizer.vocabulary == finished.tokenizer.vocabulary


def test_names_stand_for_the_models_that_come_with_the_package(finished, tmp_path, monkeypatch):
    monkeypatch.setattr(generators, "shipped_folder", lambda name: tmp_path / name)
    with pytest.raises(UserError, match=r"without the trained model 'course'; make one with"):
        pipeline.load_generator("course")
    pipeline.save_generator(tmp_path / "course", finished.model, finished.tokenizer, bits=16)
    model, _ = pipeline.load_generator("course")
    assert model.config == finished.model.config


def test_folders_without_a_model_are_refused(finished, tmp_path):
    with pytest.raises(UserError, match="there is no folder"):
        pipeline.load_generator(tmp_path / "none")
    with pytest.raises(UserError, match="holds no trained model"):
        pipeline.load_generator(tmp_path)
    shutil.copytree(finished.folder.model, tmp_path / "model")
    (tmp_path / "model" / "codebook.npz").unlink()
    with pytest.raises(UserError, match="holds no codec"):
        pipeline.load_generator(tmp_path)


# Music


def write(finished, **options):
    return write_music(finished.model, finished.tokenizer, **options)


def test_pieces_are_as_long_as_asked_and_follow_the_seed(finished):
    first, second = write(finished, seconds=1.0, min_seconds=1.0, batch_size=2, seed=5)
    (alone,) = write(finished, seconds=1.0, min_seconds=1.0, seed=5)
    assert len(first.tokens) == round(finished.tokenizer.tokens_per_second)
    np.testing.assert_array_equal(first.tokens, alone.tokens)
    assert not np.array_equal(first.tokens, second.tokens)
    assert np.abs(first.audio).max() <= 0.951


def test_a_prompts_tokens_stand_first_and_do_not_hear_that_it_breaks_off(finished):
    clip = tone(2.0)
    (piece,) = write(finished, seconds=0.5, min_seconds=0.5, continue_from=clip, prompt_seconds=1.0)
    whole = finished.tokenizer.encode(clip)
    assert piece.n_prompt == round(finished.tokenizer.tokens_per_second)
    np.testing.assert_array_equal(piece.tokens[: piece.n_prompt], whole[: piece.n_prompt])
    assert len(piece.tokens) == piece.n_prompt + round(0.5 * finished.tokenizer.tokens_per_second)


@pytest.mark.parametrize("options", [{"seconds": 0}, {"seconds": -1}, {"min_seconds": 3}])
def test_lengths_that_cannot_be_are_refused(finished, options):
    with pytest.raises(UserError):
        write(finished, **({"seconds": 1.0} | options))


def test_loud_audio_is_turned_down_and_quiet_left_alone():
    assert np.abs(within_range(3 * tone(0.1))).max() == pytest.approx(0.95)
    quiet = 0.1 * tone(0.1)
    assert within_range(quiet) is quiet
    assert len(within_range(np.zeros(0, np.float32))) == 0


# Measures


def test_sounds_are_measured_beside_their_references(finished):
    sounds = {"a": tone(2.0), "b": tone(2.0, 300.0)}
    rows = pipeline.evaluate_sounds(sounds, RATE, finished.tokenizer)
    assert list(rows) == [
        "a",
        "b",
        "given (2)",
        "resynthesised",
        "frames shuffled in a tune",
        "white noise",
    ]
    assert rows["white noise"]["flatness"].mean > 100 * rows["given (2)"]["flatness"].mean
    assert list(pipeline.evaluate_sounds(sounds, RATE, n_references=0)) == ["a", "b", "given (2)"]


def test_a_model_is_measured_beside_all_references(finished, tmp_path):
    rows = pipeline.evaluate_model(finished.folder.path, 2)
    assert {"real, held out", "resynthesised", "model", "bigram", "white noise"} <= set(rows)
    assert "longest_run" in rows["model"] and "longest_run" not in rows["white noise"]
    # Shipped alone, without the tokens it was trained on, it is measured all the same.
    shutil.copytree(finished.folder.model, tmp_path / "shipped")
    assert set(pipeline.evaluate_model(tmp_path / "shipped", 2)) == set(rows)


def test_short_pieces_are_measured_too(finished):
    assert set(pipeline.evaluate_model(finished.folder.path, 1, seconds=0.5, references=False))


def test_settings_survive_being_written():
    preset = tiny()
    assert pipeline.preset_from_dict(pipeline.preset_to_dict(preset)) == preset
    assert preset.codec.mel.n_mels == TINY["codec.mel.n_mels"]


def test_a_run_is_judged_by_what_its_model_writes(finished):
    verdict = pipeline.judge(finished, n_pieces=2)
    assert verdict.hold <= verdict.hold_training == finished.facts["longest_hold"]
    assert verdict.loss == finished.facts["validation_loss"]
    assert verdict.bigram == finished.facts["baselines"]["bigram"]
    assert verdict == pipeline.judge(finished, n_pieces=2)
    assert verdict.sentences()
