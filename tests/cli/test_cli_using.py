"""generate, encode, decode, evaluate and reproduce: what one does with a model."""

import inspect
import json
import os
import sys
import types
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refimpl.audio import load_audio, save_audio
from refimpl.cli import reproduce as reproduce_command
from refimpl.pipeline import generators
from tests.pipeline.pipeline_examples import RATE, tone


@pytest.fixture
def clip(tmp_path):
    """A clip of 3 s at another rate."""
    path = tmp_path / "clip.wav"
    save_audio(path, tone(3.0, rate=16000), 16000)
    return path


def test_generate_writes_a_sound_and_its_picture(refimpl, trained, tmp_path):
    done = refimpl("generate", "--model", trained, "--out", "new/tune.mp3", "--seconds", 1)
    assert done.code == 0 and done.out.startswith("new/tune.mp3 new/tune.png (")
    assert 0.4 < len(load_audio("new/tune.mp3")) / RATE < 1.3
    assert Image.open("new/tune.png").size[0] > 500


def test_generate_writes_several_that_differ_and_the_same_again(refimpl, trained):
    words = ["--model", trained, "--count", 2, "--no-picture", "--seed", 3]
    words += ["--seconds", 1, "--min-seconds", 1]
    assert refimpl("generate", *words, "--out", "a.wav").code == 0
    assert refimpl("generate", *words, "--out", "b.wav").code == 0
    a, b = ([load_audio(f"{name}-{i}.wav") for i in (1, 2)] for name in "ab")
    np.testing.assert_array_equal(a[0], b[0])
    assert len(a[0]) != len(a[1]) or not np.array_equal(a[0], a[1])


def test_generate_goes_on_from_a_clip(refimpl, trained, clip):
    words = ["--model", trained, "--seconds", 1, "--min-seconds", 1, "--prompt-seconds", 1.5]
    done = refimpl("generate", "--prompt", clip, "--out", "on.wav", *words)
    assert done.code == 0
    assert len(load_audio("on.wav")) / RATE == pytest.approx(2.5, abs=0.1)
    alone = refimpl("generate", "--out", "alone.wav", *words[:6])
    assert alone.code == 0
    # Original, codec and continuation stand under one another.
    assert Image.open("on.png").size[1] > 2 * Image.open("alone.png").size[1]


@pytest.mark.parametrize(
    "words",
    [
        ["--temperature", -1],
        ["--top-p", 2],
        ["--top-k", -3],
        ["--seconds", -1],
        ["--seconds", 1, "--min-seconds", 2],
        ["--count", 0],
        ["--seed", -1],
        ["--out", "tune.xyz"],
        ["--out", "tune"],
        ["--prompt", "none.wav"],
        ["--prompt", "clip.wav", "--prompt-offset", 5],
        ["--prompt", "clip.wav", "--prompt-seconds", 0],
    ],
)
def test_generate_refuses_what_cannot_be(refimpl, trained, clip, words):
    done = refimpl("generate", "--model", trained, *words)
    assert done.code == 2 and done.error
    assert not list(clip.parent.glob("tune*"))


def test_sampling_follows_the_options(refimpl, trained):
    words = ["--model", trained, "--seconds", 1, "--min-seconds", 1, "--no-picture"]
    for name, seed in (("a", 1), ("b", 2)):  # the likeliest token depends on no seed
        more = ["--temperature", 0, "--top-k", 0, "--seed", seed, "--out", f"{name}.wav"]
        assert refimpl("generate", *words, *more).code == 0
    np.testing.assert_array_equal(load_audio("a.wav"), load_audio("b.wav"))


@pytest.mark.parametrize("there", ["tune.wav", "tune.png"])
def test_nothing_is_overwritten_unless_forced(refimpl, trained, tmp_path, there):
    (tmp_path / there).write_text("precious")
    words = ["generate", "--model", trained, "--seconds", 0.5]
    done = refimpl(*words)
    assert done.code == 2 and f"{there} exists" in done.error and "--force" in done.error
    assert (tmp_path / there).read_text() == "precious"
    assert refimpl(*words, "--force").code == 0
    assert (tmp_path / there).read_bytes() != b"precious"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tune.wav", ["generate"]),
        ("back.wav", ["decode", "tokens.txt"]),
        ("tokens.txt", ["encode", "clip.wav"]),
        ("table.txt", ["evaluate", "clip.wav"]),
        ("table.txt", ["evaluate", "clip.wav", "--against", "clip.wav"]),
        ("course.zip", ["release"]),
    ],
)
def test_force_replaces_no_pipe_and_no_device(refimpl, tmp_path, name, words):
    os.mkfifo(tmp_path / name)
    done = refimpl(*words, "--out", name, "--force")
    assert done.code == 2 and f"{name} is no regular file" in done.error
    assert (tmp_path / name).is_fifo()


def test_the_default_model_comes_with_the_package(refimpl, monkeypatch, tmp_path):
    monkeypatch.setattr(generators, "shipped_folder", lambda name: tmp_path / name)
    done = refimpl("generate")
    assert done.code == 2 and "refimpl run tinytunes" in done.error


def test_tokens_go_to_text_and_back(refimpl, trained, clip):
    done = refimpl("encode", clip, "--model", trained, "--out", "tokens.txt")
    assert done.code == 0 and "refimpl decode tokens.txt --model" in done.err
    printed = refimpl("encode", clip, "--model", trained / "codebook.npz")
    assert Path("tokens.txt").read_text() == printed.out
    assert refimpl("decode", "tokens.txt", "--model", trained, "--out", "back.wav").code == 0
    assert len(load_audio("back.wav")) / RATE == pytest.approx(3.0, abs=0.1)
    again = refimpl("encode", clip, "--model", trained, "--out", "tokens.txt")
    assert again.code == 2 and "--force" in again.error


def test_encode_takes_a_part_and_adds_start_and_end(refimpl, trained, clip):
    words = ["encode", clip, "--model", trained, "--offset", 1, "--seconds", 0.5, "--quiet"]
    bare = json.loads(refimpl(*words).out)
    assert json.loads(refimpl(*words, "--start-end").out) == [18, *bare, 19]  # after 16 codes


def test_decode_reads_standard_input(refimpl, trained, monkeypatch, tmp_path):
    (tmp_path / "in").write_text("[1, 2, 3, 16, -100]")
    with Path("in").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert refimpl("decode", "-", "--model", trained, "--out", "back.flac").code == 0
    assert len(load_audio("back.flac")) > 0


@pytest.mark.parametrize("text", ["", "[1, two]", "[999]", "[16]", "\udcff"])
def test_decode_refuses_what_are_no_tokens(refimpl, trained, tmp_path, text):
    (tmp_path / "tokens.txt").write_bytes(text.encode(errors="surrogateescape"))
    done = refimpl("decode", "tokens.txt", "--model", trained, "--out", "back.wav")
    assert done.code == 2 and done.error
    assert not (tmp_path / "back.wav").exists()


def test_evaluate_prints_a_table_beside_references(refimpl, trained, clip):
    done = refimpl("evaluate", clip, "--model", trained)
    assert done.code == 0
    sets = [line.split("|")[1].strip() for line in done.out.splitlines()[2:]]
    assert sets == [str(clip), "resynthesised", "frames shuffled in a tune", "white noise"]
    assert "[" not in done.out  # one sound has no interval


def test_evaluate_gives_json_and_files(refimpl, trained, recordings):
    words = ["evaluate", recordings, "--no-references", "--json", "--out", "m.json"]
    done = refimpl(*words)
    assert done.code == 0 and "left out: " in done.err and "empty.wav" in done.err
    rows = json.loads(Path("m.json").read_text())
    assert "given (3)" in rows
    assert set(rows["given (3)"]["stability"]) == {"mean", "low", "high", "n"}
    assert refimpl(*words).code == 2


def test_evaluate_measures_a_model(refimpl, trained):
    done = refimpl("evaluate", "--model", trained, "--count", 2, "--no-intervals")
    assert done.code == 0
    for name in ("real, held out", "resynthesised", "model", "bigram", "white noise"):
        assert f"| {name} " in done.out
    assert "longest run" in done.out


def test_evaluate_measures_how_a_model_fills_gaps(refimpl):
    done = refimpl("evaluate", "--model", "course", "--filling", "--count", 2)
    assert done.code == 0
    assert "| filled; begins between two beats " in done.out
    assert "in key" in done.out and "grid" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to evaluate"),
        (["none.wav"], "none.wav"),
        (["clip.wav", "--model", "nowhere"], "nowhere"),
        (["clip.wav", "--tempo", "0"], "--tempo"),
        (["--model", "x", "--count", "0"], "--count"),
        (["clip.wav", "--filling"], "--filling"),
        (["--filling"], "nothing to evaluate"),
        (["--model", "report", "--filling"], "no answer token"),
    ],
)
def test_evaluate_refuses_what_cannot_be(refimpl, clip, words, said):
    done = refimpl("evaluate", *words)
    assert done.code == 2 and said in done.error


def test_evaluate_does_without_a_codec_where_none_is_shipped(refimpl, monkeypatch, clip):
    monkeypatch.setattr(generators, "shipped_folder", lambda name: clip.parent / name)
    done = refimpl("evaluate", clip)
    assert done.code == 0 and "without references through a codec" in done.err


STUDIES = {
    "--mixtures": ("compare_mixtures", ["--seeds", 3, "--mixture-tunes", 2]),
    "--codecs": ("compare_codecs", ["--codec-tunes", 2, "--codec", "mine=a.npz"]),
    "--memory": ("compare_memory", ["--memory-seconds", 5, "--memory-model", "RoPE"]),
    "--asked": ("measure_asked", ["--asked-tunes", 2]),
    "--layouts": ("compare_layouts", ["--layout-seconds", 5, "--layout-tunes", 2]),
    "--judges": ("judge_judges", ["--judge-tunes", 2]),
    "--whole-sets": ("complete_whole_sets", ["--judge-tunes", 2]),
    "--diffusion": ("compare_diffusion", ["--diffusion-tunes", 5, "--diffusion-rows", "steps"]),
    "--claims": ("measure_claims", ["--seeds", 3, "--again", "one"]),
}


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("reproduce", ["--ladder", "--tunes", 5, "--set", "training.steps=2"]),
        *((function, [study, *words]) for study, (function, words) in STUDIES.items()),
    ],
)
def test_reproduce_hands_its_options_on_to_one_study(refimpl, monkeypatch, function, words):
    signature = inspect.signature(getattr(import_module("refimpl.reproduce"), function))
    given = {}
    stand_in = types.ModuleType("refimpl.reproduce")  # any other study is not there
    setattr(stand_in, function, lambda *places, **options: given.update(places=places, **options))
    monkeypatch.setitem(sys.modules, "refimpl.reproduce", stand_in)
    assert refimpl("reproduce", "--out", "res", *words).code == 0
    assert given.pop("places") == ("res",)
    signature.bind("res", **given)  # the real one takes them
    numbers = [word for word in words if isinstance(word, int)]
    assert set(numbers) <= {v for v in given.values() if isinstance(v, int | float)}


def test_reproduce_makes_one_study_at_a_time(refimpl):
    assert set(STUDIES) == {f"--{name}" for name in reproduce_command.STUDIES}
    answer = refimpl("reproduce", "--codecs", "--memory")
    assert answer.code == 2 and "not allowed with argument --codecs" in answer.err
