"""generate with a diffusion model: keys, melodies, gaps, and options that do not fit."""

import pytest

from refimpl.audio import load_audio, save_audio
from refimpl.diffusion import save_diffusion
from tests.diffusion.diffusion_examples import tiny_saved
from tests.pipeline.pipeline_examples import tone


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_diffusion(tmp_path_factory.mktemp("diffusion"), tiny_saved())


def test_the_command_writes_tunes(refimpl, folder, tmp_path):
    save_audio(tmp_path / "clip.wav", tone(2.0, rate=16_000), 16_000)
    save_audio(tmp_path / "hum.wav", tone(1.0, rate=22_050), 22_050)
    words = ["--model", folder, "--steps", 2, "--force"]
    done = refimpl("generate", *words, "--key", "Eb", "--count", 2, "--out", "tune.wav")
    assert done.code == 0 and done.out.startswith("tune-1.wav tune-1.png (1.57 s)")
    filled = ["--prompt", "clip.wav", "--fill", 0.4, 0.8, "--melody", "hum.wav"]
    assert refimpl("generate", *words, *filled, "--out", "filled.wav").code == 0
    assert len(load_audio("filled.wav", 16_000)) / 16_000 == pytest.approx(1.6, abs=0.1)
    on = ["--prompt", "clip.wav", "--prompt-seconds", 0.8, "--no-picture"]
    assert refimpl("generate", *words, *on, "--out", "on.wav").code == 0


def test_the_key_of_a_text_is_followed_and_the_rest_is_named(refimpl, folder):
    words = ["--model", folder, "--steps", 1, "--no-picture"]
    for name, asked in {
        "key": ["--key", "Eb"],
        "text": ["--text", "slow, in E flat major"],
    }.items():
        done = refimpl("generate", *words, *asked, "--out", f"{name}.wav")
        assert done.code == 0
    assert 'and not "slow,"' in done.err
    one, other = (load_audio(f"{name}.wav", 16_000) for name in ("key", "text"))
    assert (one == other).all()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--temperature", 0.9], "--temperature: a diffusion model has no such option"),
        (["--seconds", 3], "--seconds: a diffusion model has no such option"),
        (["--fill", 1, 2], "--fill: give the clip"),
        (["--key", "H"], "'H' is no key"),
        (["--text", "a calm tune"], "names no key"),
        (["--text", "a tune in A minor"], "'A minor' is no key"),
        (["--text", "a tune in C major", "--key", "C"], "--key and --text: give one"),
        (["--negative", "drums"], "--negative: a diffusion model follows only the key"),
    ],
)
def test_the_command_says_which_options_do_not_fit(refimpl, folder, words, message):
    done = refimpl("generate", "--model", folder, *words)
    assert done.code != 0 and message in done.err


def test_a_model_of_tokens_refuses_what_only_diffusion_can(refimpl):
    for words in (["--key", "C"], ["--steps", 4], ["--fill", 1, 2], ["--melody", "a.wav"]):
        done = refimpl("generate", "--model", "course", *words)
        assert done.code != 0 and f"{words[0]}: this model has no such option" in done.err
