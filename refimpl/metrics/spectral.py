"""Distances between two sounds or two mel spectrograms, and spectral flatness."""

import numpy as np
from scipy.fft import rfft

from refimpl.errors import UserError
from refimpl.metrics.salience import frame

STFT_SIZES = ((512, 128), (1024, 256), (2048, 512))  # (n_fft, hop_length)
_TINY = 1e-10


def _same_length(reference: np.ndarray, estimate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64, cut to the shorter one: a vocoder's frames rarely fill the last hop."""
    reference, estimate = np.asarray(reference), np.asarray(estimate)
    if reference.ndim != estimate.ndim or reference.shape[1:] != estimate.shape[1:]:
        raise UserError(
            f"cannot compare shapes {reference.shape} and {estimate.shape}: "
            "give two clips, or two spectrograms with the same number of bands"
        )
    length = min(len(reference), len(estimate))
    return reference[:length].astype(np.float64), estimate[:length].astype(np.float64)


def magnitudes(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Magnitude STFT with a Hann window: (1 + n_samples // hop_length, 1 + n_fft // 2)."""
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    return np.abs(rfft(frame(audio, n_fft, hop_length) * window, axis=1))


def mel_distance(reference: np.ndarray, estimate: np.ndarray, *, kind: str = "rms") -> float:
    """Distance of two mel spectrograms in decibels.

    Args:
        reference: (n_frames, n_mels) in dB.
        estimate: (n_frames, n_mels) in dB, of the same mel configuration. The longer one is cut.
        kind: "rms", the root of the mean square over all frames and bands, or "absolute", the mean
            absolute difference.

    Returns:
        dB, 0 for equal ones; NaN without frames. Comparable only within one mel configuration.

    Raises:
        UserError: when the numbers of bands differ, or kind is neither.

    Taught in lesson 2.
    """
    reference, estimate = _same_length(reference, estimate)
    difference = reference - estimate
    if not difference.size:
        return float("nan")
    if kind == "rms":
        return float(np.sqrt(np.mean(np.square(difference))))
    if kind == "absolute":
        return float(np.mean(np.abs(difference)))
    raise UserError(f"kind is {kind!r}; give 'rms' or 'absolute'")


def stft_distance(
    reference: np.ndarray,
    estimate: np.ndarray,
    *,
    sizes: tuple[tuple[int, int], ...] = STFT_SIZES,
) -> float:
    """Multi-resolution STFT distance: spectral convergence plus log-magnitude difference.

    Args:
        reference: (n_samples,) audio.
        estimate: (n_samples,) audio; the longer one is cut.
        sizes: (n_fft, hop_length) of each resolution.

    Returns:
        The mean over resolutions of ‖|X| - |Y|‖ / ‖|X|‖ + mean |ln|X| - ln|Y||; 0 for equal ones.
        NaN for silence as the reference, or no samples. Magnitudes below -100 dB of the reference's
        largest count as -100 dB, so that digital silence does not decide.

    Source: Yamamoto et al. 2020 (Parallel WaveGAN), section 2.2.
    Taught in lesson 2.
    """
    reference, estimate = _same_length(reference, estimate)
    if not np.any(reference):
        return float("nan")
    distances = []
    for n_fft, hop_length in sizes:
        x = magnitudes(reference, n_fft, hop_length)
        y = magnitudes(estimate, n_fft, hop_length)
        convergence = np.linalg.norm(x - y) / np.linalg.norm(x)
        floor = x.max() * 1e-5
        log_difference = np.abs(np.log(np.maximum(x, floor) / np.maximum(y, floor))).mean()
        distances.append(convergence + log_difference)
    return float(np.mean(distances))


def si_sdr(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio in dB.

    It depends on phase: a Griffin-Lim reconstruction that sounds right may score below 0 dB.

    Args:
        reference: (n_samples,) audio.
        estimate: (n_samples,) audio; the longer one is cut.

    Returns:
        dB; infinity for a scaled copy, minus infinity for something orthogonal or silent; NaN for
        silence as the reference.

    Source: Le Roux et al., "SDR - half-baked or well done?" (ICASSP 2019), equation 5.
    Taught in lesson 2.
    """
    reference, estimate = _same_length(reference, estimate)
    energy = reference @ reference
    if energy == 0:
        return float("nan")
    target = (estimate @ reference) / energy * reference
    distortion = estimate - target
    signal, noise = target @ target, distortion @ distortion
    if signal <= 0:
        return float("-inf")
    # Rounding leaves about 1e-32 of a perfect copy's energy as distortion.
    return float("inf") if noise <= 1e-28 * signal else float(10 * np.log10(signal / noise))


def chroma_agreement(reference: np.ndarray, estimate: np.ndarray, sample_rate: int) -> float:
    """Share of frames whose strongest pitch class is the same in both sounds.

    Frequencies from 50 Hz to 5 kHz count.

    Args:
        reference: (n_samples,) audio.
        estimate: (n_samples,) audio, aligned with it; the longer one is cut.
        sample_rate: in Hz.

    Returns:
        A share over frames of 93 ms in which the reference is within 45 dB of its loudest; about
        1/12 by chance; NaN for silence.

    Taught in lesson 3.
    """
    reference, estimate = _same_length(reference, estimate)
    chroma, level = _chroma(reference, sample_rate)
    other, _ = _chroma(estimate, sample_rate)
    if not level.size or level.max() < _TINY:
        return float("nan")
    loud = level > level.max() * 10 ** (-45 / 10)
    agree = (chroma.argmax(axis=1) == other.argmax(axis=1)) & other.any(axis=1)
    return float(agree[loud].mean())


def _chroma(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Energy of each pitch class: (n_frames, 12), and of all together: (n_frames,)."""
    n_fft = 2 ** round(np.log2(0.186 * sample_rate))
    power = np.square(magnitudes(audio, n_fft, n_fft // 2))
    frequencies = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    heard = np.flatnonzero((frequencies >= 50) & (frequencies <= 5000))
    classes = np.round(69 + 12 * np.log2(frequencies[heard] / 440)).astype(int) % 12
    chroma = power[:, heard] @ np.eye(12)[classes]
    return chroma, chroma.sum(axis=1)


def spectral_flatness(audio: np.ndarray, sample_rate: int) -> float:
    """Geometric over arithmetic mean of the power spectrum: a tone's is near 0, white noise's .56.

    Args:
        audio: (n_samples,) audio.
        sample_rate: in Hz.

    Returns:
        The median over the loud frames, in [0, 1]; NaN for silence.

    Taught in lesson 2.
    """
    n_fft = 2 ** round(np.log2(0.093 * sample_rate))
    power = np.square(magnitudes(audio, n_fft, n_fft // 2))
    energy = power.sum(axis=1)
    if not energy.size or energy.max() < _TINY:
        return float("nan")
    power = power[energy > energy.max() * 10 ** (-45 / 10)] + 1e-20
    return float(np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)))
