"""Encoder and decoders on samples: their lengths, what they see, and what that costs in latency."""

import dataclasses
import math

import pytest
import torch

from refimpl.codecs.neural.istft_head import ISTFTHead
from refimpl.codecs.neural.waveform import (
    WaveformConfig,
    WaveformEncoder,
    latency,
    make_decoder,
)
from refimpl.codecs.neural.waveform_network import WaveformNetwork
from refimpl.errors import UserError

SMALL = WaveformConfig(strides=(2, 5), hidden_size=4, n_blocks=2, dim=3, kernel_size=5, n_fft=40)
CONFIGS = {
    "transposed": SMALL,
    "causal": dataclasses.replace(SMALL, causal=True),
    "odd stride first": dataclasses.replace(SMALL, strides=(3, 4, 2)),
    "no blocks": dataclasses.replace(SMALL, n_blocks=0),
    "istft": dataclasses.replace(SMALL, decoder="istft"),
}


def players(config, seed=0):
    torch.manual_seed(seed)
    return WaveformEncoder(config).eval(), make_decoder(config).eval()


def through(config, audio):
    encoder, decoder = players(config)
    with torch.no_grad():
        return decoder(encoder(audio))


@pytest.fixture(params=CONFIGS)
def config(request):
    return CONFIGS[request.param]


@pytest.mark.parametrize("n_steps", [1, 2, 31])
def test_every_step_has_a_latent_and_every_sample_comes_back(config, n_steps):
    encoder, decoder = players(config)
    audio = torch.randn(2, n_steps * config.samples_per_step)
    latents = encoder(audio)
    assert latents.shape == (2, n_steps, config.dim)
    assert decoder(latents).shape == audio.shape


def test_no_sample_is_heard_before_the_latency_has_passed(config):
    """A change of input sample n shows in output sample n - latency + 1 at the earliest."""
    hop, wait = config.samples_per_step, latency(config)
    n_samples = 80 * hop
    audio = torch.randn(1, n_samples)
    before = through(config, audio)
    shown = []
    for sample in range(40 * hop, 41 * hop):
        changed = audio.clone()
        changed[0, sample] += 10
        differs = (through(config, changed) - before).abs()[0] > 1e-6
        shown.append(sample - int(torch.nonzero(differs)[0]))
    assert max(shown) <= wait - 1
    assert max(shown) >= 0.6 * (wait - 1)  # and the promise is not much too careful


def test_a_causal_network_waits_for_one_step_and_others_for_longer():
    hop = SMALL.samples_per_step
    assert latency(CONFIGS["causal"]) == hop
    assert latency(SMALL) > 2 * hop
    assert latency(CONFIGS["no blocks"]) < latency(SMALL)


def test_widths_double_up_to_a_bound():
    config = WaveformConfig(strides=(2, 2, 2, 2), hidden_size=8, max_hidden_size=32)
    assert config.widths == [8, 16, 32, 32, 32]
    assert config.samples_per_step == 16


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strides": ()}, "strides is empty"),
        ({"kernel_size": 4}, "kernel_size must be odd"),
        ({"decoder": "istft", "causal": True}, "not causal"),
        ({"decoder": "istft", "n_fft": 16}, "from 20"),
        ({"decoder": "istft", "n_fft": 42}, "multiple of 4"),
        ({"decoder": "none"}, "decoder"),
    ],
)
def test_shapes_that_are_none_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        dataclasses.replace(SMALL, **changes)


def test_the_network_decodes_its_codes_to_what_it_returns():
    torch.manual_seed(1)
    network = WaveformNetwork(SMALL).eval()
    audio = torch.randn(2, 70)
    decoded, loss = network(audio)
    codes = network.quantize(network.latents(audio)).codes
    assert codes.shape == (2, 7, SMALL.quantizer.n_books)
    assert torch.allclose(network.reconstruct(codes), decoded, atol=1e-5)
    assert not torch.allclose(network.reconstruct(codes[..., :1]), decoded)
    assert loss > 0
    network.quantizes = False
    plain, no_loss = network(audio)
    assert no_loss == 0 and not torch.allclose(plain, decoded)


# The iSTFT head


def head(**options):
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "n_blocks": 1, "kernel_size": 3, "n_fft": 64, "hop_length": 16}
    return ISTFTHead(5, **(sizes | options))


def test_the_head_gives_a_hop_of_samples_for_each_frame():
    for n_frames in (1, 2, 9):
        assert head()(torch.randn(3, n_frames, 5)).shape == (3, 16 * n_frames)


def test_its_sound_has_the_spectrum_that_it_predicts():
    """Where a predicted spectrum is that of a sound, the sound is found: a sine on a bin."""
    one = head()
    with torch.no_grad():
        one.leave.weight.zero_()
        one.leave.bias.fill_(-20.0)
        one.leave.bias[8] = 3.0  # e**3 in bin 8
        one.leave.bias[33:] = 0.0  # and no phase
    # Bin 8 of 64 turns twice from frame to frame, so that frames of equal phase fit together.
    audio = one(torch.randn(1, 12, 5))[0]
    turns = 8 / 64 * torch.arange(len(audio))
    # Windows that overlap four times add up to 2, their squares to 1.5.
    expected = 2 * math.e**3 / 64 * (2 / 1.5) * torch.cos(2 * torch.pi * turns)
    assert torch.allclose(audio[48:140], expected[48:140], atol=1e-3)


def test_phases_may_wrap_around():
    one, turned = head(), head()
    with torch.no_grad():
        turned.leave.bias[33:] += 2 * torch.pi
    vectors = torch.randn(1, 6, 5)
    assert torch.allclose(one(vectors), turned(vectors), atol=1e-4)


def test_a_loud_untrained_head_stays_finite():
    one = head()
    with torch.no_grad():
        one.leave.bias[:33] = 1000.0
    assert torch.isfinite(one(torch.randn(1, 6, 5))).all()


@pytest.mark.parametrize("wrong", [{"n_fft": 66}, {"hop_length": 40}, {"kernel_size": 4}])
def test_sizes_that_do_not_overlap_are_refused(wrong):
    with pytest.raises(UserError, match="hop_length at most half"):
        head(**wrong)


def test_it_learns_a_phase():
    """A loss on samples falls to a small share: magnitudes alone could not do that."""
    one = head(hidden_size=16)
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(1, 10, 5, generator=generator)
    target = torch.sin(0.3 * torch.arange(160.0))[None]
    optimizer = torch.optim.Adam(one.parameters(), 1e-2)
    for _ in range(150):
        loss = (one(vectors) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.05 * float(target.square().mean())
