"""`refimpl run --captions`, and `refimpl generate --text` with the model that it makes."""

import os

import pytest

from refimpl.audio import load_audio, save_audio
from tests.cli.test_cli_making import SETTINGS
from tests.pipeline.pipeline_examples import RATE, tone

TINY = [*SETTINGS, "--set", "data.clip_seconds=1"]


@pytest.fixture
def captioned(refimpl, tmp_path):
    rows = ["file,caption"]
    for number, pitch in enumerate((200.0, 900.0, 210.0)):
        save_audio(tmp_path / "mine" / f"{number}.wav", tone(1.0, pitch), RATE)
        rows.append(f"{number}.wav,{'a high tone' if pitch > 500 else 'a low hum'}")
    (tmp_path / "table.csv").write_text("\n".join(rows))
    done = refimpl("run", "mine", "--captions", "table.csv", "--out", "r", *TINY)
    assert done.code == 0, done.err
    assert "captions: 3 of 3 sounds have one" in done.err
    assert '--text "a low hum"' in done.err  # the caption of the tune that it wrote
    return "r"


def test_a_captioned_folder_becomes_a_model_that_is_asked_in_words(refimpl, captioned, tmp_path):
    words = ["generate", "--model", captioned, "--seconds", 0.5, "--no-picture"]
    done = refimpl(*words, "--text", "a lower hum", "--negative", "zither", "--count", 2)
    assert done.code == 0 and len(load_audio("tune-2.wav")) > 0
    assert "does not know the word 'lower'; the nearest that it knows: low" in done.err
    assert "does not know the word 'zither'" in done.err
    done = refimpl(*words, "--out", "free.wav")  # it also writes without
    assert done.code == 0
    done = refimpl(*words, "--melody", "free.wav")
    assert done.code == 2 and "--melody: this model follows no melody" in done.error
    done = refimpl(*words, "--guidance", 2)
    assert done.code == 2 and "--guidance says how to follow" in done.error
    # It goes on from anywhere, without being told of the captions again.
    os.chdir(tmp_path / "mine")
    assert refimpl("run", "--out", "../r", "--steps", 4).code == 0


def test_a_run_without_captions_reads_no_text(refimpl, trained):
    done = refimpl("generate", "--model", trained, "--text", "a tune")
    assert done.code == 2 and "trained without captions" in done.error
