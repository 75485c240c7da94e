"""Continuous latents of a neural codec: there and back, and of variance one."""

import numpy as np
import pytest
import torch

from refimpl.codecs import NeuralCodec, NeuralConfig, NeuralNetwork, QuantizerConfig
from refimpl.diffusion import NeuralLatents
from refimpl.errors import UserError
from refimpl.mel import MelConfig

MEL = MelConfig(n_mels=10)
SHAPE = NeuralConfig(
    width=24,
    downsampling=2,
    encoder_blocks=1,
    decoder_blocks=1,
    latent_dim=6,
    quantizer=QuantizerConfig(n_books=1, n_codes=16),
)


@pytest.fixture(scope="module")
def codec():
    torch.manual_seed(0)
    return NeuralCodec(MEL, NeuralNetwork(10, SHAPE), np.full(10, -40.0), np.full(10, 15.0))


def sounds(n=6):
    rng = np.random.default_rng(0)
    return [rng.normal(0, rng.uniform(0.01, 0.5), 16_000).astype(np.float32) for _ in range(n)]


def test_every_number_of_the_latents_has_variance_one(codec):
    latents = NeuralLatents.fit(codec, sounds())
    steps = np.concatenate([latents.encode(audio) for audio in sounds()])
    np.testing.assert_allclose(steps.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(steps.std(axis=0), 1, atol=1e-3)


def test_they_come_back_as_the_codec_without_its_quantizer_would_give_them(codec):
    latents = NeuralLatents.fit(codec, sounds())
    audio = sounds(1)[0]
    decoded = latents.decode_frames(latents.encode(audio))
    plain = NeuralLatents(codec, np.zeros(6), np.ones(6))
    np.testing.assert_allclose(decoded, plain.decode_frames(plain.encode(audio)), atol=0.01)
    quantized = codec.decode_frames(codec.encode(audio))
    assert decoded.shape == quantized.shape and np.abs(decoded - quantized).max() > 0.1
    assert latents.decode(latents.encode(audio)).ndim == 1


def test_silence_shorter_than_a_frame_and_nothing(codec):
    latents = NeuralLatents.fit(codec, sounds())
    assert latents.encode(np.zeros(10, np.float32)).shape[1] == 6
    assert latents.decode_frames(np.zeros((3, 6))).min() >= MEL.floor_db


def test_wrong_input_is_named(codec):
    latents = NeuralLatents.fit(codec, sounds())
    with pytest.raises(UserError, match=r"\(3, 5\); this codec needs \(n_steps, 6\)"):
        latents.decode(np.zeros((3, 5)))
    with pytest.raises(UserError, match="0 sounds, 0 steps"):
        NeuralLatents.fit(codec, [])
    with pytest.raises(UserError, match="do not vary"):
        NeuralLatents.fit(codec, [np.zeros(10, np.float32)])  # one step
