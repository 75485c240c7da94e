"""`refimpl generate` with a text or a melody."""

import numpy as np
import pytest

from refimpl.audio import load_audio, save_audio
from refimpl.text_to_music import save_composer
from tests.text_to_music.composer_examples import RATE, small_composer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    composer = small_composer()
    path = tmp_path_factory.mktemp("text")
    return save_composer(path, composer.model, composer.tokenizer)


def test_a_text_and_a_melody_become_tunes(refimpl, folder, tmp_path):
    times = np.arange(RATE) / RATE
    save_audio(tmp_path / "hum.wav", np.sin(2 * np.pi * 440 * times).astype(np.float32), RATE)
    words = ["generate", "--model", folder, "--text", "a quick tune at 200 bpm"]
    words += ["--melody", "hum.wav", "--count", 2, "--no-picture"]
    done = refimpl(*words)
    assert done.code == 0 and "tune-2.wav (4.80 s)" in done.out
    one, other = load_audio("tune-1.wav"), load_audio("tune-2.wav")
    assert len(one) == len(other) and not np.array_equal(one, other)


def test_words_that_are_not_known_are_named(refimpl, folder):
    words = ["generate", "--model", folder, "--text", "flutes at 200 bpm", "--no-picture"]
    done = refimpl(*words)
    assert done.code == 0
    assert "does not know the word 'flutes'; the nearest that it knows: flute" in done.err


@pytest.mark.parametrize(
    "words, part",
    [
        (["--text", "a tune", "--prompt", "clip.wav"], "--prompt does not go with --text"),
        (["--melody", "hum.wav", "--seconds", 3], "--seconds does not go with --melody"),
        (["--text", "a tune", "--no-hold-limit"], "--no-hold-limit does not go with --text"),
        (["--guidance", 3], "--guidance says how to follow"),
        (["--negative", "drums"], "give --text or --melody"),
        (["--text", "a tune at 90 bpm", "--model", "nowhere"], "nowhere holds no saved model"),
    ],
)
def test_what_does_not_fit_is_refused(refimpl, words, part):
    done = refimpl("generate", *words)
    assert done.code == 2 and part in done.error


def test_a_silent_melody_is_refused(refimpl, folder, tmp_path):
    save_audio(tmp_path / "nothing.wav", np.zeros(RATE, np.float32), RATE)
    done = refimpl("generate", "--model", folder, "--melody", "nothing.wav")
    assert done.code == 2 and "nothing.wav: is silent" in done.error
