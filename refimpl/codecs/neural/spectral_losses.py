"""Losses between waveforms: one on the samples, the others on spectra at several window lengths.

A loss on samples hears phase. A loss on magnitudes does not, and asks only for a sound that is
alike. Short windows place an onset, long ones tell two pitches apart, so that a codec is trained
with both.

Every function takes waveforms (B, n_samples) and returns one number for each row, (B,): sums over
rows add up however a batch is cut, and a balancer needs the rows apart.
"""

from functools import lru_cache

import torch
from torch import Tensor

from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_filterbank

WINDOWS = (32, 64, 128, 256, 512, 1024, 2048)
FLOOR = 1e-5  # of a magnitude, where a sine of amplitude 1 has 1: -100 dB


def waveform_loss(estimate: Tensor, reference: Tensor) -> Tensor:
    """Mean absolute difference of the samples.

    Args:
        estimate, reference: (B, n_samples).

    Returns:
        (B,), in units of amplitude.

    Raises:
        UserError: two shapes, or none of this form.

    Source: Défossez et al. 2022, section 3.4 (time domain). Taught in lesson 8.
    """
    _check(estimate, reference)
    return (estimate - reference).abs().mean(dim=1)


def mel_loss(
    estimate: Tensor, reference: Tensor, sample_rate: int, *, windows: tuple[int, ...] = WINDOWS
) -> Tensor:
    """Multi-scale mel loss: magnitudes in mel bands, compared as they are and by logarithm.

    The first part hears what is loud, the second what is quiet.

    Args:
        estimate, reference: (B, n_samples).
        sample_rate: in Hz.
        windows: samples under each window; hops are a quarter of it, and there is a mel band for
            every 16 samples.

    Returns:
        (B,), the mean over windows of: the mean absolute difference, plus the mean over frames of
        the root-mean-square difference of the natural logarithms.

    Raises:
        UserError: as for `waveform_loss`.

    Source: Zeghidour et al. 2021, section III.E; Défossez et al. 2022, section 3.4 (windows); Kumar
    et al. 2023, section 3.5 (fewer bands for shorter windows). Taught in lesson 8.
    """
    _check(estimate, reference)
    parts = []
    for n_fft in windows:
        filters = _mel_filters(n_fft, sample_rate).to(estimate.device)
        ours, theirs = (magnitudes(one, n_fft) @ filters for one in (estimate, reference))
        difference = ours.clamp(min=FLOOR).log() - theirs.clamp(min=FLOOR).log()
        # The tiny number keeps the root's gradient finite where both sounds are equal.
        log_part = (difference.square().mean(dim=2) + 1e-12).sqrt().mean(dim=1) - 1e-6
        parts.append((ours - theirs).abs().mean(dim=(1, 2)) + log_part)
    return torch.stack(parts).mean(dim=0)


def stft_loss(
    estimate: Tensor, reference: Tensor, *, windows: tuple[int, ...] = (512, 1024, 2048)
) -> Tensor:
    """Multi-resolution STFT loss: spectral convergence plus log-magnitude difference.

    Args:
        estimate, reference: (B, n_samples).
        windows: samples under each window; hops are a quarter of it.

    Returns:
        (B,), the mean over windows of ‖|X| - |Y|‖ / ‖|X|‖ + mean |ln|X| - ln|Y||, where X is the
        reference's spectrum.

    Raises:
        UserError: as for `waveform_loss`.

    Source: Yamamoto et al. 2020, section 2.2. Taught in lesson 8.
    """
    _check(estimate, reference)
    parts = []
    for n_fft in windows:
        ours, theirs = magnitudes(estimate, n_fft), magnitudes(reference, n_fft)
        size = theirs.flatten(1).norm(dim=1).clamp(min=FLOOR)
        convergence = (ours - theirs).flatten(1).norm(dim=1) / size
        logs = ours.clamp(min=FLOOR).log() - theirs.clamp(min=FLOOR).log()
        parts.append(convergence + logs.abs().mean(dim=(1, 2)))
    return torch.stack(parts).mean(dim=0)


def spectrum(audio: Tensor, n_fft: int) -> Tensor:
    """Complex STFT with a Hann window, hop n_fft / 4, in which a sine of amplitude 1 reads 1.

    Args:
        audio: (B, n_samples); zeros are put before and after it.
        n_fft: samples under the window, a multiple of 4.

    Returns:
        (B, n_frames, 1 + n_fft / 2) complex.
    """
    window = torch.hann_window(n_fft, device=audio.device, dtype=audio.dtype)
    found = torch.stft(
        audio, n_fft, n_fft // 4, window=window, pad_mode="constant", return_complex=True
    )
    return found.transpose(1, 2) / (window.sum() / 2)


def magnitudes(audio: Tensor, n_fft: int) -> Tensor:
    """Return the magnitudes of `spectrum`; their gradient is finite in silence too."""
    parts = torch.view_as_real(spectrum(audio, n_fft))
    return (parts.square().sum(dim=-1) + 1e-14).sqrt()


@lru_cache(maxsize=64)
def _mel_filters(n_fft: int, sample_rate: int) -> Tensor:
    """The mel filters of a window length as columns, (n_bins, n_mels); each sums to 1."""
    config = MelConfig(
        sample_rate=sample_rate,
        n_fft=n_fft,
        hop_length=n_fft // 4,
        n_mels=max(1, n_fft // 16),
        norm=None,
    )
    filters = torch.tensor(mel_filterbank(config)).T
    return filters / filters.sum(dim=0).clamp(min=1e-6)


def _check(estimate: Tensor, reference: Tensor) -> None:
    if estimate.shape != reference.shape or estimate.ndim != 2:
        raise UserError(
            f"cannot compare waveforms of shapes {tuple(estimate.shape)} and "
            f"{tuple(reference.shape)}; give two of one shape (B, n_samples)"
        )
