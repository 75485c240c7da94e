"""Tunes that are asked for: keys, melodies, gaps, few steps; by functions and by the command."""

import numpy as np
import pytest
import torch

from refimpl.audio import load_audio, save_audio
from refimpl.codecs import NeuralCodec, NeuralConfig, NeuralNetwork, QuantizerConfig
from refimpl.diffusion import (
    ControlBranch,
    ControlConfig,
    DiffusionConfig,
    DiffusionModel,
    DiffusionTransformer,
    NeuralLatents,
    SavedDiffusion,
    Wish,
    save_diffusion,
    write_tunes,
)
from refimpl.diffusion.writing import known_part, parse_key, tune_seconds, write_latents
from refimpl.errors import UserError
from refimpl.mel import MelConfig
from tests.pipeline.pipeline_examples import tone

MEL = MelConfig(sample_rate=16_000, n_fft=512, hop_length=400, n_mels=10)
CODEC = NeuralConfig(
    width=8,
    downsampling=4,
    encoder_blocks=1,
    decoder_blocks=1,
    latent_dim=2,
    quantizer=QuantizerConfig(n_books=1, n_codes=4),
)
SHAPE = DiffusionConfig(n_steps=16, latent_dim=2, hidden_size=24, n_layers=2, n_heads=2)


def disturbed(module):
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight += 0.1 * torch.randn(weight.shape, generator=generator)
    return module


@pytest.fixture(scope="module")
def saved():
    torch.manual_seed(0)
    codec = NeuralCodec(MEL, NeuralNetwork(10, CODEC), np.full(10, -40.0), np.full(10, 15.0))
    model = disturbed(DiffusionModel(DiffusionTransformer(SHAPE))).eval()
    branch = disturbed(ControlBranch(model.network, ControlConfig(n_layers=1)))
    few = disturbed(DiffusionModel(DiffusionTransformer(SHAPE, seed=1))).eval()
    return SavedDiffusion(model, NeuralLatents(codec, np.zeros(2), np.ones(2)), branch, few)


def bare(saved):
    return SavedDiffusion(saved.model, saved.codec)


def test_keys_in_words():
    known = {"C": 0, "f#": 6, "Gb": 6, "Gb major": 6, "Cb": 11, " B ": 11}
    assert {name: parse_key(name) for name in known} == known
    for wrong in ("H", "C minor", "", "C##"):
        with pytest.raises(UserError, match="give a major key"):
            parse_key(wrong)


def test_tunes_sound_as_long_as_they_should(saved):
    assert tune_seconds(saved) == pytest.approx(1.6)
    tunes = write_tunes(saved, count=2, n_steps=5)
    assert len(tunes) == 2 and all(abs(len(tune) / 16_000 - 1.6) < 0.05 for tune in tunes)
    assert not np.array_equal(*tunes)


def test_a_key_changes_the_tune_and_guidance_changes_it_further(saved):
    plain = write_latents(saved, Wish(), count=1, n_steps=5)
    keyed, further = (
        write_latents(saved, Wish(key=3), count=1, n_steps=5, guidance=scale) for scale in (1, 4)
    )
    assert not torch.allclose(plain, keyed) and not torch.allclose(keyed, further)
    expected = saved.model.write(1, labels=torch.tensor([3]), n_steps=5, guidance=4)
    torch.testing.assert_close(further, expected)


def test_few_steps_are_the_distilled_models_unless_it_cannot(saved):
    few = write_latents(saved, Wish(key=3), count=1, n_steps=4)
    torch.testing.assert_close(few, saved.few_steps.write(1, labels=torch.tensor([3]), n_steps=4))
    for options in ({"guidance": 2.0}, {}):
        one = saved if options else bare(saved)
        slow = write_latents(one, Wish(key=3), count=1, n_steps=4, **options)
        expected = saved.model.write(1, labels=torch.tensor([3]), n_steps=4, guidance=2.0)
        torch.testing.assert_close(slow, expected)


def test_a_melody_changes_the_tune(saved):
    low, high = (
        write_latents(saved, Wish(melody=tone(1.6, frequency=hertz, rate=16_000)), count=1)
        for hertz in (262, 440)
    )
    assert not torch.allclose(low, high)
    with pytest.raises(UserError, match="has no control"):
        write_tunes(bare(saved), Wish(melody=tone(1.6, rate=16_000)))


@pytest.mark.parametrize("reduced", [False, True])
def test_all_but_the_gap_is_kept(saved, reduced):
    clip = tone(1.6, rate=16_000)
    one = bare(saved) if reduced else saved
    filled = write_latents(one, Wish(clip=clip, gap=(0.4, 0.8)), count=2, n_steps=4)
    original, known = known_part(saved, clip, (0.4, 0.8))
    assert known.tolist() == [True] * 4 + [False] * 4 + [True] * 8
    torch.testing.assert_close(filled[:, known], original[known].expand(2, -1, -1))
    assert not torch.allclose(filled[0, ~known], filled[1, ~known])


def test_a_shorter_clip_is_continued(saved):
    _, known = known_part(saved, tone(0.8, rate=16_000), None)
    assert known.tolist() == [True] * 8 + [False] * 8


def test_a_gap_has_to_leave_something_and_take_something(saved):
    clip = tone(1.6, rate=16_000)
    with pytest.raises(UserError, match="leaves nothing to write"):
        known_part(saved, clip, None)
    with pytest.raises(UserError, match="leaves nothing that is known"):
        known_part(saved, clip, (0.0, 9.0))


@pytest.fixture
def folder(saved, tmp_path):
    return save_diffusion(tmp_path / "model", saved)


def test_the_command_writes_tunes(refimpl, folder, tmp_path):
    save_audio(tmp_path / "clip.wav", tone(2.0, rate=16_000), 16_000)
    save_audio(tmp_path / "hum.wav", tone(1.0, rate=22_050), 22_050)
    words = ["--model", folder, "--steps", 2, "--force"]
    done = refimpl("generate", *words, "--key", "Eb", "--count", 2, "--out", "tune.wav")
    assert done.code == 0 and done.out.startswith("tune-1.wav tune-1.png (1.6")
    filled = ["--prompt", "clip.wav", "--fill", 0.4, 0.8, "--melody", "hum.wav"]
    assert refimpl("generate", *words, *filled, "--out", "filled.wav").code == 0
    assert len(load_audio("filled.wav")) / 16_000 == pytest.approx(1.6, abs=0.1)
    on = ["--prompt", "clip.wav", "--prompt-seconds", 0.8, "--no-picture"]
    assert refimpl("generate", *words, *on, "--out", "on.wav").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--temperature", 0.9], "--temperature: a diffusion model has no such option"),
        (["--seconds", 3], "--seconds: a diffusion model has no such option"),
        (["--fill", 1, 2], "--fill: give the clip"),
        (["--key", "H"], "'H' is no key"),
    ],
)
def test_the_command_says_which_options_do_not_fit(refimpl, folder, words, message):
    done = refimpl("generate", "--model", folder, *words)
    assert done.code != 0 and message in done.err


def test_a_model_of_tokens_refuses_what_only_diffusion_can(refimpl):
    for words in (["--key", "C"], ["--steps", 4], ["--fill", 1, 2], ["--melody", "a.wav"]):
        done = refimpl("generate", "--model", "course", *words)
        assert done.code != 0 and f"{words[0]}: this model has no such option" in done.err
