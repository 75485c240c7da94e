"""The neural codec: what it learns, how far it sees, its rates, its files."""

import json

import numpy as np
import pytest
import torch

from refimpl.codecs import (
    CodecError,
    NeuralCodec,
    NeuralCodecConfig,
    NeuralConfig,
    NeuralNetwork,
    QuantizerConfig,
    load_codec,
)
from refimpl.codecs.neural import low_emphasis
from refimpl.codecs.neural.convnext import ConvNeXtBlock
from refimpl.errors import UserError
from refimpl.mel import MelConfig
from tests.codecs.mel_clips import make_clips

MEL = MelConfig(n_mels=10)
BOOKS = QuantizerConfig(n_books=3, n_codes=16)
SMALL = NeuralConfig(
    width=24, downsampling=2, encoder_blocks=1, decoder_blocks=1, latent_dim=6, quantizer=BOOKS
)


def fit(config=SMALL, steps=150, **options):
    options = {"seed": 0, "batch_size": 8, "show": False, "learning_rate": 1e-2} | options
    options = {"emphasis": 1.0} | options
    return NeuralCodec.fit(iter(make_clips()), MEL, config, window=20, steps=steps, **options)


@pytest.fixture(scope="module")
def codec():
    return fit()


def test_training_beats_the_mean_by_far_and_more_books_are_better(codec):
    frames = make_clips(1, n_frames=200, seed=9)[0]
    errors = [codec.with_streams(k).distortion(frames, units="normalised") for k in (1, 3)]
    assert errors[1] < 0.3 and errors[1] < errors[0] < 0.8
    assert codec.history[-1]["reconstruction"] < 0.5 * codec.history[0]["reconstruction"]
    assert codec.history[-1]["perplexity"] > 6


def test_in_eight_bits_the_file_is_smaller_and_the_sound_nearly_the_same(codec, tmp_path):
    smaller = codec.in_eight_bits()
    assert codec.bits == 16 and smaller.bits == smaller.with_streams(1).bits == 8
    sizes = [
        one.save(tmp_path / f"{one.bits}.safetensors").stat().st_size for one in (codec, smaller)
    ]
    assert sizes[1] < 0.9 * sizes[0]  # much of a small codec's file is its header
    back = load_codec(tmp_path / "8.safetensors")
    assert back.bits == 8 and back.fingerprint == smaller.fingerprint != codec.fingerprint
    assert back.in_eight_bits().fingerprint == smaller.fingerprint
    frames = make_clips(1, n_frames=200, seed=9)[0]
    assert np.array_equal(back.encode_frames(frames), smaller.encode_frames(frames))
    errors = [one.distortion(frames, units="normalised") for one in (codec, smaller)]
    assert errors[1] == pytest.approx(errors[0], rel=0.1)
    with pytest.raises(CodecError, match="bits is 4"):
        NeuralCodec(MEL, NeuralNetwork(10, SMALL), np.zeros(10), np.ones(10), bits=4)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_fewer_streams_are_the_first_codes_of_all(codec, k):
    frames = make_clips(1, seed=5)[0]
    fewer = codec.with_streams(k)
    codes = codec.encode_frames(frames)
    assert fewer.stream_sizes == (16,) * k and codec.stream_sizes == (16,) * 3
    assert np.array_equal(fewer.encode_frames(frames), codes[:, :k])
    assert fewer.decode_frames(codes[:, :k]).shape == (60, 10)
    assert (fewer.fingerprint == codec.fingerprint) == (k == 3)
    assert fewer.with_streams(3).fingerprint == codec.fingerprint


def test_its_settings_make_a_codec_of_fewer_streams():
    config = NeuralCodecConfig(mel=MEL, network=SMALL, n_streams=2)
    assert config.stream_sizes == (16, 16)
    assert config.step_rate == MEL.frame_rate / 2
    for wrong in (4, 0):
        with pytest.raises(UserError, match="n_streams is"):
            NeuralCodecConfig(mel=MEL, network=SMALL, n_streams=wrong)
    with pytest.raises(CodecError, match="n_streams is 4; the quantizer has 1 to 3"):
        fit(steps=2).with_streams(4)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("frame_blocks", [0, 1])
def test_it_sees_as_far_ahead_as_it_says(causal, frame_blocks):
    changes = {"causal": causal, "frame_blocks": frame_blocks, "kernel_size": 5}
    torch.manual_seed(0)
    network = NeuralNetwork(10, NeuralConfig(**(SMALL.to_dict() | changes))).eval()
    frames = torch.randn(1, 120, 10, requires_grad=True)
    heard = network.reconstruct(network.latents(frames))
    step_end = 60  # the end of a step of two frames
    heard[0, step_end - 2 : step_end].sum().backward()
    seen = frames.grad[0].abs().sum(dim=-1).nonzero().flatten()
    assert seen.max() + 1 - step_end <= network.look_ahead
    assert seen.max() + 1 - step_end > network.look_ahead - (2 if frame_blocks else 1)
    assert (network.look_ahead == 0) == causal


def test_the_latency_counts_the_step_the_frames_ahead_and_half_a_window():
    network = NeuralConfig(**(SMALL.to_dict() | {"causal": True}))
    codec = NeuralCodec(MEL, NeuralNetwork(10, network), np.zeros(10), np.ones(10))
    frame = MEL.hop_length / MEL.sample_rate
    assert codec.latency == pytest.approx(2 * frame + MEL.n_fft / 2 / MEL.sample_rate)
    ahead = NeuralCodec(MEL, NeuralNetwork(10, SMALL), np.zeros(10), np.ones(10))
    assert ahead.latency == pytest.approx(codec.latency + 12 * frame)


@pytest.mark.parametrize(
    "changes",
    [
        {"causal": True},
        {"frame_blocks": 1},
        {"encoder_blocks": 0, "decoder_blocks": 0},
        {"quantizer": {"n_books": 2, "n_codes": 16, "code_dim": 2, "cosine": True}},
        {"quantizer": {"n_books": 2, "n_codes": 16, "code_dim": 4, "update": "loss"}},
    ],
)
def test_every_variant_trains(changes):
    codec = fit(NeuralConfig(**(SMALL.to_dict() | changes)))
    frames = make_clips(1, n_frames=200, seed=9)[0]
    assert codec.distortion(frames, units="normalised") < 0.55
    assert len(np.unique(codec.encode_frames(frames)[:, 0])) > 5


def test_a_saved_codec_comes_back_the_same_with_16_bits_a_weight(codec, tmp_path):
    fewer = codec.with_streams(2)
    path = fewer.save(tmp_path / "codec.safetensors")
    loaded = load_codec(path)
    frames = make_clips(1, seed=4)[0]
    assert isinstance(loaded, NeuralCodec) and loaded.fingerprint == fewer.fingerprint
    assert loaded.stream_sizes == (16, 16) and loaded.history == codec.history
    codes = fewer.encode_frames(frames)
    assert np.array_equal(loaded.encode_frames(frames), codes)
    assert np.array_equal(loaded.decode_frames(codes), fewer.decode_frames(codes))
    assert loaded.with_streams(3).fingerprint == codec.fingerprint, "all books are in the file"
    n_weights = sum(weight.numel() for weight in codec.network.state_dict().values())
    header = len(json.dumps(codec.history)) + 10_000
    assert path.stat().st_size < 2 * n_weights + header


def test_errors_below_1_khz_count_more():
    weights = low_emphasis(MelConfig(n_mels=100), 3.0)
    assert weights.shape == (100,) and weights[0] == pytest.approx(3.0, abs=0.01)
    assert weights[-1] == pytest.approx(1.0, abs=0.01) and (np.diff(weights) <= 0).all()
    # Slaney's scale: 15 of 50 mels lie below 1 kHz, and so do 30 % of the bands.
    assert abs(int((weights > 2).sum()) - 30) <= 1
    assert low_emphasis(MelConfig(), 1.0) == pytest.approx(np.ones(128))
    plain, low = fit(steps=2, emphasis=1.0), fit(steps=2, emphasis=3.0)
    assert np.allclose(plain.std, plain.std[0])
    assert np.allclose(plain.std / low.std, low_emphasis(MEL, 3.0), rtol=1e-5)


def test_an_even_kernel_is_refused():
    with pytest.raises(UserError, match="kernel_size must be odd"):
        NeuralConfig(kernel_size=4)


def test_a_block_adds_its_scaled_contribution_to_its_input():
    x = torch.randn(2, 9, 4, generator=torch.Generator().manual_seed(0))
    block = ConvNeXtBlock(4, 3, 2, causal=False, scale=0.0)
    assert torch.equal(block(x), x)
    with torch.no_grad():
        parts = [block(x) - x for block.scale.data in (torch.ones(4), 3 * torch.ones(4))]
    assert parts[0].abs().max() > 1e-3
    assert torch.allclose(3 * parts[0], parts[1], atol=1e-5)
