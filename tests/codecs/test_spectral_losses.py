"""Losses between waveforms: what they hear, and how much of it."""

import math

import librosa
import numpy as np
import pytest
import torch

from refimpl.codecs.neural.spectral_losses import (
    magnitudes,
    mel_loss,
    spectrum,
    stft_loss,
    waveform_loss,
)
from refimpl.errors import UserError
from refimpl.metrics import stft_distance

RATE = 11025


def mel(estimate, reference, **options):
    return mel_loss(estimate, reference, RATE, **options)


LOSSES = {"waveform": waveform_loss, "mel": mel, "stft": stft_loss}


def noise(n_rows=3, n_samples=4096, seed=0):
    return 0.2 * torch.randn(n_rows, n_samples, generator=torch.Generator().manual_seed(seed))


def sine(frequency, n_samples=8192, amplitude=1.0):
    return amplitude * torch.sin(2 * math.pi * frequency * torch.arange(n_samples) / RATE)[None]


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_equal_sounds_have_no_loss_and_others_have_one_in_each_row(loss):
    one, other = noise(), noise(seed=1)
    assert torch.allclose(loss(one, one), torch.zeros(3), atol=1e-6)
    found = loss(other, one)
    assert found.shape == (3,) and (found > 0.05).all()
    alone = torch.cat([loss(other[i : i + 1], one[i : i + 1]) for i in range(3)])
    assert torch.allclose(found, alone, rtol=1e-4)  # no row looks at another


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("start", ["noise", "silence", "the sound itself"])
def test_gradients_are_finite_everywhere_and_lead_to_the_sound(loss, start):
    reference = noise()
    estimate = {"noise": noise(seed=1), "silence": torch.zeros(3, 4096)}.get(start, reference)
    estimate = estimate.clone().requires_grad_()
    before = loss(estimate, reference).sum()
    (slope,) = torch.autograd.grad(before, estimate)
    assert torch.isfinite(slope).all()
    if start == "noise":
        after = loss(estimate - 1e-3 * slope / slope.abs().max(), reference).sum()
        assert after < before


@pytest.mark.parametrize("loss", [mel, stft_loss])
def test_a_loss_on_magnitudes_does_not_hear_phase_and_one_on_samples_does(loss):
    reference = noise()
    assert torch.allclose(loss(-reference, reference), torch.zeros(3), atol=1e-6)
    assert torch.allclose(waveform_loss(-reference, reference), 2 * reference.abs().mean(dim=1))


def test_the_logarithm_counts_ratios_and_the_rest_counts_loudness():
    """At half the level the logarithms differ by ln 2, loud or not; the rest by what is loud."""
    reference = noise()
    loud, quiet = (
        mel(0.5 * scale * reference, scale * reference, windows=(512,)) - math.log(2)
        for scale in (1.0, 0.1)
    )
    assert (quiet > 0).all()
    assert torch.allclose(loud, 10 * quiet, rtol=1e-2)


def test_mel_bands_are_those_of_the_package_and_of_librosa():
    audio = noise(1)[0]
    n_fft = 512
    filters = librosa.filters.mel(sr=RATE, n_fft=n_fft, n_mels=n_fft // 16, norm=None)
    filters /= filters.sum(axis=1, keepdims=True)
    window = librosa.filters.get_window("hann", n_fft)
    stft = librosa.stft(audio.numpy(), n_fft=n_fft, hop_length=n_fft // 4, pad_mode="constant")
    bands = filters @ (np.abs(stft) / (window.sum() / 2))  # (n_mels, n_frames)
    expected = bands.mean() + np.sqrt(np.mean(np.log(bands / 1e-5) ** 2, axis=0)).mean()
    found = mel(torch.zeros(1, 4096), audio[None], windows=(n_fft,))
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_the_stft_loss_agrees_with_the_packages_measure():
    reference, estimate = noise(1), noise(1, seed=1)
    sizes = ((512, 128), (1024, 256), (2048, 512))
    expected = stft_distance(reference[0].numpy(), estimate[0].numpy(), sizes=sizes)
    assert float(stft_loss(estimate, reference)) == pytest.approx(expected, rel=1e-4)


def test_a_sine_reads_its_amplitude_and_its_neighbours_half():
    """So a Hann window has it; without one, or with another, the neighbours would differ."""
    n_fft = 512
    frequency = 40 * RATE / n_fft
    middle = magnitudes(sine(frequency, amplitude=0.3), n_fft)[0, 20]
    assert float(middle[40]) == pytest.approx(0.3, rel=1e-3)
    assert middle[[39, 41]].tolist() == pytest.approx([0.15, 0.15], rel=1e-2)
    assert middle[[37, 43]].tolist() == pytest.approx([0, 0], abs=1e-3)
    assert spectrum(noise(), n_fft).shape == (3, 4096 // 128 + 1, 257)


def test_long_windows_hear_a_semitone_and_short_ones_an_onset():
    def share(estimate, reference, n_fft):
        """The loss as a share of what silence has."""
        silent = mel(torch.zeros_like(reference), reference, windows=(n_fft,))
        return float(mel(estimate, reference, windows=(n_fft,)) / silent)

    low, high = sine(220.0), sine(233.1)
    assert share(high, low, 4096) > 2 * share(high, low, 64)
    click, late = torch.zeros(1, 8192), torch.zeros(1, 8192)
    click[0, 4000], late[0, 4200] = 1, 1
    assert share(late, click, 64) > 3 * share(late, click, 4096)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_sounds_of_two_shapes_are_refused(loss):
    for one, other in (((1, 512), (1, 500)), ((512,), (512,)), ((2, 512), (1, 512))):
        with pytest.raises(UserError, match="two of one shape"):
            loss(torch.zeros(one), torch.zeros(other))
