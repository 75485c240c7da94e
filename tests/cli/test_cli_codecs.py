"""Every kind of codec goes from `refimpl run` to a tune, and works in each command."""

import json
from pathlib import Path

import numpy as np
import pytest

from refimpl.audio import load_audio, save_audio
from refimpl.codecs import CODECS, ReadsNotes
from refimpl.corpora.scores import Scores
from refimpl.pipeline import RunFolder, load_run
from refimpl.pipeline.folder import flatten
from tests.pipeline.pipeline_examples import RATE, TINY, tone


def settings_of(kind):
    """A tiny preset with a small codec of this kind, as words of the command line."""
    small = CODECS[kind].config_class.small()
    values = {name: value for name, value in TINY.items() if not name.startswith("codec.")}
    values |= flatten({"codec": small.to_dict()}) | {"tunes.sample_rate": small.sample_rate}
    texts = [f"{name}={json.dumps(value)}" for name, value in values.items()]
    return [word for text in texts for word in ("--set", text)]


def source_of(kind):
    """A corpus for this kind of codec: tunes, or scores where it reads notes."""
    if not issubclass(CODECS[kind], ReadsNotes):
        return "tinytunes"
    folder = Path("scores")
    folder.mkdir(exist_ok=True)
    return str(Scores.example(folder))


OF_SOUND = [kind for kind in CODECS if not issubclass(CODECS[kind], ReadsNotes)]
OF_NOTES = [kind for kind in CODECS if kind not in OF_SOUND]


@pytest.mark.parametrize("kind", OF_NOTES)
def test_a_codec_of_notes_goes_from_nothing_to_a_tune_and_refuses_sound(refimpl, kind):
    done = refimpl("run", source_of(kind), "--out", "r", *settings_of(kind))
    assert done.code == 0, done.err
    tune = load_audio("r/tune.wav")
    assert len(tune) > RATE / 2 and np.abs(tune).max() > 0.01
    assert load_run("r").tokenizer.codec.kind == kind

    words = ["--model", "r", "--seconds", 2]
    assert refimpl("generate", *words, "--out", "another.wav").code == 0
    table = refimpl("evaluate", "--model", "r", "--count", 2).out
    assert "resynthesised" in table and "clear metre" in table
    save_audio("clip.wav", tone(2.0), RATE)
    for command in (
        ("encode", "clip.wav", "--model", "r", "--out", "tokens.txt"),
        ("generate", *words, "--prompt", "clip.wav", "--out", "on.wav"),
    ):
        done = refimpl(*command)
        assert done.code == 2 and "reads notes, not sound" in done.error
    assert "resynthesised" not in refimpl("evaluate", "clip.wav", "--model", "r").out
    done = refimpl("run", "tinytunes", "--out", "s", *settings_of(kind))
    assert done.code == 2 and "nothing is known of the notes" in done.error


@pytest.mark.parametrize("kind", OF_SOUND)
def test_a_codec_goes_from_nothing_to_a_tune_and_through_every_command(refimpl, kind):
    done = refimpl("run", "tinytunes", "--out", "r", *settings_of(kind))
    assert done.code == 0, done.err
    tune = load_audio("r/tune.wav")
    assert len(tune) > RATE / 2 and np.abs(tune).max() > 0.01
    run = load_run("r")
    assert run.tokenizer.codec.kind == run.preset.codec.kind == kind
    assert RunFolder("r").codec == Path("r") / CODECS[kind].file_name

    save_audio("clip.wav", tone(2.0), RATE)
    assert refimpl("encode", "clip.wav", "--model", "r", "--out", "tokens.txt").code == 0
    assert refimpl("decode", "tokens.txt", "--model", "r", "--out", "back.wav").code == 0
    assert len(load_audio("back.wav")) / RATE == pytest.approx(2.0, abs=0.2)
    words = ["--model", "r", "--seconds", 0.5, "--min-seconds", 0.5]
    assert refimpl("generate", *words, "--prompt", "clip.wav", "--out", "on.wav").code == 0
    assert "resynthesised" in refimpl("evaluate", "clip.wav", "--model", "r").out
    table = refimpl("evaluate", "--model", "r", "--count", 2).out
    assert "resynthesised" in table and "clear metre" not in table


@pytest.mark.parametrize("kind", CODECS)
def test_a_codec_is_made_stage_by_stage_and_lent_to_another_run(refimpl, kind):
    settings, source = settings_of(kind), source_of(kind)
    done = refimpl("fit", source, "--out", "r", *settings)
    assert done.code == 0 and done.out.strip() == str(Path("r") / CODECS[kind].file_name)
    before = RunFolder("r").codec.read_bytes()
    assert (
        refimpl("fit", "--out", "r").code == 0
        and "is there already" in refimpl("fit", "--out", "r").err
    )
    assert refimpl("tokenize", "--out", "r").code == 0
    assert refimpl("train", "--out", "r").code == 0
    done = refimpl("run", source, "--out", "s", *settings, "--set", "start_from=r")
    assert done.code == 0, done.err
    assert RunFolder("s").codec.read_bytes() == before == RunFolder("r").codec.read_bytes()


def test_another_kind_of_codec_is_another_run(refimpl, trained):
    run_folder = RunFolder("r")
    assert refimpl("fit", "tinytunes", "--out", "r", *settings_of("kmeans")).code == 0
    done = refimpl("fit", "--out", "r", "--set", "codec.kind=vqvae")
    assert done.code == 2 and "was made with codec.kind = kmeans" in done.error
    done = refimpl("fit", "tinytunes", "--out", "r", "--force", *settings_of("vqvae"))
    assert done.code == 0, done.err
    assert run_folder.codec.name == "vqvae.safetensors"
    assert [path.name for path in run_folder.path.glob("codebook*")] == []
    done = refimpl(
        "fit", "tinytunes", "--out", "s", *settings_of("vqvae"), "--set", f"start_from={trained}"
    )
    assert done.code == 2 and "it is of kind kmeans, not vqvae" in done.error
