"""The VQ-VAE: its quantizer's gradients and codes, training that does not collapse, its files."""

import numpy as np
import pytest
import torch

from refimpl.codecs import (
    VQVAE,
    VectorQuantizer,
    VQVAEConfig,
    VQVAENetwork,
)
from refimpl.codecs.vqvae.fitting import fit_network
from refimpl.errors import UserError
from refimpl.mel import MelConfig
from refimpl.metrics import perplexity
from tests.codecs.mel_clips import make_clips

MEL = MelConfig(n_mels=10)
SMALL = VQVAEConfig(n_codes=16, hidden_size=24, n_layers=1, codebook_dim=4)


def fit(config=SMALL, steps=120, **options):
    options = {"seed": 0, "batch_size": 8, "show": False, "learning_rate": 5e-3} | options
    return VQVAE.fit(iter(make_clips()), MEL, config, window=20, steps=steps, **options)


@pytest.fixture(scope="module")
def vqvae():
    return fit()


@pytest.fixture(scope="module")
def shortening():
    return fit(VQVAEConfig(16, 2, hidden_size=24, n_layers=1, codebook_dim=4, downsampling=3))


def make_quantizer(**options):
    torch.manual_seed(0)
    return VectorQuantizer(12, 3, **options)


@pytest.mark.parametrize("cosine", [False, True])
def test_the_quantizer_picks_the_nearest_code(cosine):
    quantizer = make_quantizer(cosine=cosine).eval()
    z = torch.randn(40, 3)
    used = torch.nn.functional.normalize(z, dim=-1) if cosine else z
    nearest = torch.cdist(used, quantizer.codes_as_used()).argmin(dim=-1)
    found = quantizer(z)
    assert torch.equal(found.codes, nearest)
    assert torch.allclose(found.vectors, quantizer.codebook[nearest], atol=1e-6)
    assert torch.allclose(quantizer.lookup(found.codes), found.vectors, atol=1e-6)


def test_the_gradient_passes_straight_through():
    quantizer = make_quantizer(commitment=0.0)
    z = torch.randn(5, 3, requires_grad=True)
    weights = torch.randn(5, 3)
    (quantizer(z).vectors * weights).sum().backward()
    assert torch.allclose(z.grad, weights)


@pytest.mark.parametrize(("update", "expected"), [("ema", 0.25), ("loss", 1.25)])
def test_the_loss_is_commitment_and_codebook_loss(update, expected):
    quantizer = make_quantizer(update=update).eval()
    z = torch.randn(30, 3)
    squared = torch.cdist(z, quantizer.codebook).min(dim=-1).values.pow(2).mean() / 3
    assert quantizer(z).loss.item() == pytest.approx(expected * squared.item(), rel=1e-4)


def test_the_commitment_loss_moves_vectors_to_codes_and_the_codebook_loss_codes_to_vectors():
    quantizer = make_quantizer(update="loss", commitment=0.5)
    z = torch.randn(30, 3, requires_grad=True)
    found = quantizer(z)
    found.loss.backward()
    apart = (z - quantizer.codebook[found.codes]).detach() / z.numel()
    assert torch.allclose(z.grad, 2 * 0.5 * apart, atol=1e-6)
    expected = torch.zeros(12, 3).index_add_(0, found.codes, -2 * apart)
    assert torch.allclose(quantizer.codebook.grad, expected, atol=1e-6)


def test_the_running_mean_takes_codes_to_the_means_of_their_vectors():
    quantizer = make_quantizer(decay=0.9).train()
    centres = quantizer.codebook[:4] * 1.05
    z = centres.repeat(50, 1) + 0.01 * torch.randn(200, 3)
    untouched = quantizer.codebook[4:].clone()
    chosen = quantizer.nearest(z)
    for _ in range(200):
        quantizer(z)
    for code in chosen.unique():
        assert torch.allclose(quantizer.codebook[code], z[chosen == code].mean(dim=0), atol=1e-3)
    never = [i for i in range(4, 12) if i not in chosen]
    assert torch.allclose(quantizer.codebook[never], untouched[[i - 4 for i in never]], atol=1e-5)


def test_in_evaluation_nothing_moves():
    quantizer = make_quantizer().eval()
    before = {k: v.clone() for k, v in quantizer.named_buffers()}
    quantizer(torch.randn(50, 3))
    assert all(torch.equal(v, before[k]) for k, v in quantizer.named_buffers())


@pytest.mark.parametrize("update", ["ema", "loss"])
def test_dead_codes_are_revived_where_vectors_lie(update):
    quantizer = make_quantizer(update=update, decay=0.5).train()
    z = quantizer.codebook[:2].detach().repeat(30, 1) + 5 + torch.randn(60, 3)
    for _ in range(30):
        used = quantizer(z).codes.unique()
    assert len(used) < 12
    alive = quantizer.codebook[used].clone()
    assert quantizer.revive(z, torch.Generator().manual_seed(0)) == 12 - len(used)
    assert torch.equal(quantizer.codebook[used], alive)
    dead = [i for i in range(12) if i not in used]
    assert all((z == code).all(dim=-1).any() for code in quantizer.codebook[dead])
    assert quantizer.revive(z, torch.Generator()) == 0, "revived codes get time to be chosen"
    assert len(quantizer(z).codes.unique()) > len(used)


def test_revival_can_be_switched_off():
    quantizer = make_quantizer(revive_below=0.0).train()
    for _ in range(500):
        quantizer(torch.ones(9, 3))
    assert quantizer.revive(torch.ones(9, 3), torch.Generator()) == 0


def test_training_uses_its_codes_and_beats_the_mean(vqvae):
    frames = make_clips(1, n_frames=200, seed=9)[0]
    assert perplexity(vqvae.encode_frames(frames)) > 6
    # The clips' shapes explain nearly all of the variance; sixteen codes can hold ten shapes.
    assert vqvae.distortion(frames, units="normalised") < 0.25
    assert vqvae.history[-1]["reconstruction"] < 0.5 * vqvae.history[0]["reconstruction"]
    assert vqvae.history[-1]["perplexity"] > 6


@pytest.mark.parametrize("changes", [{"update": "loss"}, {"cosine": True}, {"kernel_size": 1}])
def test_every_variant_trains(changes):
    vqvae = fit(VQVAEConfig(**(SMALL.to_dict() | changes)))
    frames = make_clips(1, n_frames=200, seed=9)[0]
    assert vqvae.distortion(frames, units="normalised") < 0.4
    assert perplexity(vqvae.encode_frames(frames)) > 5


def test_a_second_stage_comes_nearer_to_the_latents():
    two = fit(VQVAEConfig(**(SMALL.to_dict() | {"n_stages": 2})))
    frames = (make_clips(1, n_frames=200, seed=9)[0] - two.mean) / two.std
    with torch.no_grad():
        latents = two.network.latents(torch.from_numpy(frames)[None])
        first = two.network.stages[0](latents).vectors
        both = two.network.quantize(latents).vectors
    assert (both - latents).square().mean() < 0.8 * (first - latents).square().mean()
    assert two.n_codes == 32 and two.stream_sizes == (16, 16)


def test_frames_become_codes_and_codes_frames_above_the_floor(vqvae, shortening):
    frames = make_clips(1)[0]
    codes = vqvae.encode_frames(frames)
    assert codes.dtype == np.int64 and codes.shape == (60, 1)
    assert codes.min() >= 0 and codes.max() < 16
    decoded = vqvae.decode_frames(codes)
    assert decoded.shape == (60, 10) and decoded.dtype == np.float32
    assert decoded.min() >= MEL.floor_db
    assert vqvae.step_rate == MEL.frame_rate
    assert shortening.step_rate == pytest.approx(MEL.frame_rate / 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_codes": 0}, "n_codes is 0; it must be a whole number of at least 1"),
        ({"downsampling": 0}, "downsampling is 0"),
        ({"kernel_size": 4}, "kernel_size must be odd"),
        ({"cosine": True, "n_stages": 2}, "second stage"),
    ],
)
def test_a_configuration_refuses(changes, message):
    with pytest.raises(UserError, match=message):
        VQVAEConfig(**changes)


def test_an_unknown_update_is_refused():
    with pytest.raises(UserError, match='"ema" or "loss"'):
        VectorQuantizer(4, 2, update="sgd")


def quantize_in_two_stages():
    """Latents (2, 5, 3), what two stages make of them, and the sum of the first i codes of each."""
    torch.manual_seed(0)
    config = VQVAEConfig(8, 2, hidden_size=8, n_layers=0, codebook_dim=3)
    network = VQVAENetwork(10, config).eval()
    latents = torch.randn(2, 5, 3, requires_grad=True)
    found = network.quantize(latents)
    first = network.stages[0].lookup(found.codes[..., 0])
    return latents, found, (first, first + network.stages[1].lookup(found.codes[..., 1]))


def test_the_gradient_passes_straight_through_two_stages():
    latents, found, (_, both) = quantize_in_two_stages()
    assert torch.allclose(found.vectors, both, atol=1e-6)
    weights = torch.randn(2, 5, 3)
    (found.vectors * weights).sum().backward()
    assert torch.allclose(latents.grad, weights)


def test_the_commitment_loss_of_every_stage_pulls_the_latents():
    """A second stage whose residual keeps its gradient would pull them nowhere."""
    latents, found, sums = quantize_in_two_stages()
    found.loss.backward()
    pulls = [2 * 0.25 * (latents - total).detach() / latents.numel() for total in sums]
    assert torch.allclose(latents.grad, pulls[0] + pulls[1], atol=1e-6)


def test_training_revives_dead_codes_until_its_last_fifth():
    windows = np.stack([clip[:20] for clip in make_clips()]) / 30
    codes, revived = {}, {}
    for share in (0.0, 0.1):
        config = VQVAEConfig(**(SMALL.to_dict() | {"decay": 0.5, "revive_below": share}))
        options = {"steps": 60, "batch_size": 8, "kmeans_start": False, "show": False}
        network, history = fit_network(windows, config, **options)
        latents = network.latents(torch.from_numpy(windows))
        codes[share] = len(network.stages[0].nearest(latents).unique())
        revived[share] = {record["step"]: record["revived"] for record in history}
    assert codes[0.1] > codes[0.0]
    assert not any(revived[0.0].values())
    assert any(revived[0.1].values())
    assert not any(n for step, n in revived[0.1].items() if step > 0.8 * 60)
