"""corpus, fit, tokenize, train and run: from sounds to a model, stopped and going on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from refimpl.audio import load_audio
from refimpl.pipeline import RunFolder, load_run
from refimpl.presets import PRESETS
from tests.patience import PATIENCE
from tests.pipeline.pipeline_examples import TINY

SETTINGS = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
SETTINGS = [word.replace("=None", "=null") for word in SETTINGS]


def test_corpus_writes_sound_truth_and_notes(refimpl, tmp_path):
    done = refimpl("corpus", "--out", "tunes", "--count", 2, "--level", 2, "--seed", 3)
    assert done.code == 0 and "manifest.json (2 tunes)" in done.out
    assert {path.suffix for path in (tmp_path / "tunes").iterdir()} == {".wav", ".json", ".mid"}
    again = refimpl("corpus", "--out", "tunes", "--count", 2, "--level", 1)
    assert again.code == 2 and "another corpus" in again.error


@pytest.mark.parametrize(
    "words", [["--level", 4], ["--split", "tset"], ["--count", 0], ["--seed", -1]]
)
def test_corpus_refuses_what_there_is_not(refimpl, words):
    assert refimpl("corpus", "--out", "tunes", *words).code == 2


def test_stage_by_stage(refimpl, tmp_path):
    done = refimpl("fit", "tinytunes", "--out", "r", *SETTINGS)
    assert done.code == 0 and "refimpl tokenize --out r" in done.err
    # The folder knows the source and the settings from here on.
    assert refimpl("tokenize", "--out", "r").code == 0
    done = refimpl("train", "--out", "r")
    assert done.code == 0 and done.out.strip() == "r/model"
    assert load_run("r").facts["steps"] == 3
    assert refimpl("train", "--out", "r", "--steps", 4).code == 0
    assert load_run("r").facts["steps"] == 4
    done = refimpl("train", "--out", "r", "--seed", 9)
    assert done.code == 2 and "training.seed = 0" in done.error
    assert refimpl("train", "--out", "r", "--seed", 9, "--force").code == 0
    assert load_run("r").preset.training.seed == 9
    assert refimpl("tokenize", "--out", "r", "--set", "data.n_train=3", "--force").code == 0
    assert not RunFolder("r").model.exists()  # it was made of other tokens


@pytest.mark.parametrize("command", ["tokenize", "train"])
def test_later_stages_say_what_comes_first(refimpl, command):
    done = refimpl(command, "--out", "r")
    assert done.code == 2 and "refimpl fit" in done.error


def test_a_folder_of_recordings_becomes_a_generated_wav(refimpl, recordings, tmp_path):
    folder = shutil.copytree(recordings, tmp_path / "mine")
    done = refimpl("run", folder, "--out", "r", *SETTINGS, "--set", "data.clip_seconds=2")
    assert done.code == 0
    for name in ("empty.wav", "words.mp3", "phone.m4a"):
        assert f"{name}: " in done.err
    assert len(load_audio("r/tune.wav")) > 22050
    assert (tmp_path / "r" / "tune.png").is_file()
    # Moved recordings are missed only where they are needed.
    shutil.move(folder, tmp_path / "gone")
    assert refimpl("train", "--out", "r", "--steps", 4).code == 0
    assert refimpl("tokenize", "--out", "r").code == 2


def test_run_refuses_other_settings_unless_forced(refimpl, trained, tmp_path):
    shutil.copytree(trained, "r")
    assert (
        "codec.mel.n_mels = 40"
        in refimpl("run", "--out", "r", "--set", "codec.mel.n_mels=30").error
    )
    done = refimpl("run", "--out", "r", "--set", "codec.mel.n_mels=30", "--force", "--quiet")
    assert done.code == 0 and done.err == ""
    assert load_run("r").preset.codec.mel.n_mels == 30


def test_forcing_a_source_that_is_not_there_removes_nothing(refimpl, trained):
    shutil.copytree(trained, "r")
    assert refimpl("run", "nowhere", "--out", "r", "--force").code == 2
    assert RunFolder("r").codec.exists()


def test_run_needs_a_source_and_a_folder_of_its_own(refimpl, tmp_path):
    assert "needs a SOURCE" in refimpl("run", "--out", "r").error
    (tmp_path / "letter.txt").write_text("dear")
    assert "not empty" in refimpl("run", "tinytunes", "--out", ".").error
    assert "'nowhere'" in refimpl("run", "nowhere", "--out", "r").error


def test_settings_come_from_preset_file_and_flags_in_this_order(refimpl, tmp_path):
    printed = refimpl("presets", "report").out
    (tmp_path / "mine.toml").write_text(printed.replace("n_mels = 128", "n_mels = 77"))
    words = ["fit", "nowhere", "--out", "r", "--config", "mine.toml"]
    from refimpl.cli.parser import build_parser, parse
    from refimpl.cli.settings import read_settings

    def read(*more):
        return read_settings(parse(build_parser(), [*words, *more]))

    assert read().codec.mel.n_mels == 77 and read().name == "report"
    assert read().codec.mel.hop_length == PRESETS["report"].codec.mel.hop_length
    assert read("--set", "codec.mel.n_mels=66").codec.mel.n_mels == 66
    changed = read("--set", "training.seed=3", "--seed", "4")
    assert changed.training.seed == 4


def test_a_codec_has_a_flag_of_its_own():
    from refimpl.cli.parser import build_parser, parse
    from refimpl.cli.settings import read_settings

    words = ["fit", "tinytunes", "--codec", "neural", "--set", "codec.network.width=8"]
    codec = read_settings(parse(build_parser(), [*words, "--out", "r"])).codec
    assert codec.kind == "neural" and codec.network.width == 8
    assert codec.mel == PRESETS["course"].codec.mel


def test_another_level_of_tunes_brings_its_own_tempos(refimpl):
    from refimpl.cli.parser import build_parser, parse
    from refimpl.cli.settings import read_settings

    words = ["fit", "tinytunes", "--out", "r", "--set", "tunes.level=2"]
    tunes = read_settings(parse(build_parser(), words)).tunes
    assert len(tunes.tempos) > 1 and tunes.modes == ("major", "minor")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--codec", "nueral"], "did you mean neural"),
        (["--set", "mel.n_ftt=3"], "did you mean codec.mel.n_fft"),
        (["--set", "codec.mel.n_fft"], "NAME=VALUE"),
        (["--config", "none.toml"], "none.toml"),
        (["--preset", "coarse"], "did you mean course"),
        (["--set", "codec.n_clusters=99999"], "too few"),
    ],
)
def test_settings_that_cannot_be_are_refused(refimpl, words, said):
    done = refimpl("fit", "tinytunes", "--out", "r", "--set", "data.n_train=1", *words)
    assert done.code == 2 and said in done.error


def wait_for(process, path):
    end = time.monotonic() + PATIENCE
    while not list(path.parent.glob(path.name)):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_run_that_was_killed_goes_on(refimpl, trained, tmp_path, number, code):
    shutil.copytree(trained, "r")
    words = ["run", "--out", "r", "--steps", "100000", "--set", "training.checkpoint_every=5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "refimpl", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    wait_for(process, tmp_path / "r" / "training" / "checkpoint-00001*")
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    if number == signal.SIGINT:
        assert "the same command resumes the run" in said
    codebook = Path("r/codebook.npz").stat().st_mtime_ns
    last = max(int(p.name[-6:]) for p in (tmp_path / "r/training").glob("checkpoint-*"))
    assert refimpl("run", "--out", "r", "--steps", last + 2).code == 0
    assert load_run("r").facts["steps"] == last + 2
    assert Path("r/codebook.npz").stat().st_mtime_ns == codebook
    records = (tmp_path / "r/training/metrics.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in records if "loss" in json.loads(line)]
    assert steps == list(range(1, last + 3))
