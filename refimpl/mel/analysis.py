"""From a waveform to mel frames in dB: Fourier transform, filterbank, logarithm.

librosa does the work. Its first call in a new environment compiles for several seconds.
"""

import warnings
from functools import lru_cache

import numpy as np

from refimpl.mel.config import MelConfig, MelError


class EmptyFilterWarning(UserWarning):
    """Some mel filters contain no frequency bin, so they read the floor whatever sounds."""


@lru_cache(maxsize=16)
def _filterbank(config: MelConfig) -> np.ndarray:
    import librosa

    with warnings.catch_warnings():
        # librosa says that there are empty filters, but not how many nor what to do.
        warnings.filterwarnings("ignore", message="Empty filters")
        weights = librosa.filters.mel(
            sr=config.sample_rate,
            n_fft=config.n_fft,
            n_mels=config.n_mels,
            fmin=config.f_min,
            fmax=config.highest_frequency,
            htk=config.htk,
            norm=config.norm,
            dtype=np.float32,
        )
    weights.setflags(write=False)  # the cache hands the same array to everyone
    return weights


@lru_cache(maxsize=16)
def _warn_of_empty_filters(config: MelConfig) -> None:
    n_empty = empty_filters(config)
    if n_empty:
        warnings.warn(
            f"{n_empty} of {config.n_mels} mel filters are empty: bins lie "
            f"{config.sample_rate / config.n_fft:.1f} Hz apart, wider than these filters. "
            "Use a larger n_fft, fewer mels or a higher f_min.",
            EmptyFilterWarning,
            stacklevel=4,
        )


def mel_filterbank(config: MelConfig) -> np.ndarray:
    """The triangular filters that sum frequency bins into mel bands. Taught in lesson 2.

    Warns once for each configuration if filters are empty.

    Args:
        config: the mel parameters.

    Returns:
        Weights (n_mels, n_bins), float32, read-only.
    """
    _warn_of_empty_filters(config)
    return _filterbank(config)


def empty_filters(config: MelConfig) -> int:
    """How many mel filters contain no frequency bin. Taught in lesson 2.

    Low filters are narrow: with a short n_fft whole filters fall between two bins.

    Args:
        config: the mel parameters.

    Returns:
        The number of empty filters, 0 to n_mels.
    """
    return int(np.sum(_filterbank(config).max(axis=1) == 0))


@lru_cache(maxsize=16)
def reference_level(config: MelConfig) -> float:
    """The filterbank output that reads 0 dB: config.ref, or what a sine of amplitude 1 gives."""
    if config.ref is not None:
        return config.ref
    import librosa

    # A sine of amplitude 1 on a bin has half the window's sum as its magnitude there.
    window = librosa.filters.get_window(config.window, config.window_length)
    return float((window.sum() / 2) ** config.power * _filterbank(config).max())


def check_audio(audio, config: MelConfig) -> np.ndarray:
    """The waveform as (n_samples,) float32, or an error that says what it is instead."""
    audio = np.asarray(audio)
    if audio.ndim == 2:
        raise MelError(
            f"audio has shape {audio.shape}, but must be mono; "
            "mix its channels down with audio.mean(axis=0) if they come first, else axis=1"
        )
    if audio.ndim != 1:
        raise MelError(f"audio has shape {audio.shape}, but must be one row (n_samples,)")
    if audio.dtype.kind in "iu" and audio.dtype.itemsize <= 4:
        # Integers are PCM: full scale is the largest that the type can hold.
        info = np.iinfo(audio.dtype)
        middle = (int(info.max) + int(info.min) + 1) // 2
        return ((audio.astype(np.float64) - middle) / (info.max - middle + 1)).astype(np.float32)
    if audio.dtype.kind != "f":
        raise MelError(f"audio has type {audio.dtype}, but must be float in [-1, 1] or PCM")
    if not np.isfinite(audio).all():
        n_bad = int(np.sum(~np.isfinite(audio)))
        raise MelError(
            f"audio has {n_bad} samples that are NaN or infinite; "
            "clean it first, for example with numpy.nan_to_num"
        )
    return audio.astype(np.float32, copy=False)


def check_frames(mel, config: MelConfig) -> np.ndarray:
    """The frames as (n_frames, n_mels) float32, or an error that says what they are instead."""
    mel = np.asarray(mel)
    if mel.ndim != 2 or mel.shape[1] != config.n_mels:
        raise MelError(
            f"mel frames have shape {mel.shape}, but the configuration needs "
            f"(n_frames, {config.n_mels}): one row per frame, one column per mel band"
        )
    if mel.dtype.kind not in "fiu" or not np.isfinite(mel).all():
        raise MelError("mel frames must be finite numbers in dB, but some are NaN or infinite")
    return mel.astype(np.float32, copy=False)


def mel_spectrogram(audio, config: MelConfig) -> np.ndarray:
    """Mel frames in dB below a fixed reference. Taught in lesson 2.

    Args:
        audio: waveform (n_samples,), float in [-1, 1] or integer PCM.
        config: the mel parameters.

    Returns:
        Frames (n_frames, n_mels), float32, dB, nothing below config.floor_db;
        n_frames is config.n_frames(n_samples).

    Raises:
        MelError: audio that is not mono or not finite.
    """
    import librosa

    audio = check_audio(audio, config)
    n_frames = config.n_frames(len(audio))
    if n_frames == 0:
        return np.zeros((0, config.n_mels), np.float32)
    # Centred frames reach past both ends, into zeros; a clip shorter than one frame gets more.
    audio = np.pad(audio, (0, max(0, config.n_fft - len(audio))))
    spectrum = librosa.stft(
        audio,
        n_fft=config.n_fft,
        hop_length=config.hop_length,
        win_length=config.win_length,
        window=config.window,
        pad_mode="constant",
    ).T[:n_frames]  # (n_frames, n_bins)
    magnitude = np.abs(spectrum)
    energy = magnitude**2 if config.power == 2.0 else magnitude
    mel = energy @ mel_filterbank(config).T  # (n_frames, n_mels)
    return level_to_db(mel, config)


def level_to_db(mel: np.ndarray, config: MelConfig) -> np.ndarray:
    """Filterbank output to dB, clipped at the floor; the factor is 10 a power, 20 a magnitude."""
    factor = 20.0 / config.power
    # Far below the floor, so that only the logarithm of zero is avoided here.
    level = np.maximum(mel / reference_level(config), 1e-30)
    return np.maximum(factor * np.log10(level), config.floor_db).astype(np.float32)


def db_to_level(frames: np.ndarray, config: MelConfig) -> np.ndarray:
    """dB to filterbank output, the floor to nothing: `level_to_db` undone."""
    factor = 20.0 / config.power
    level = reference_level(config) * 10.0 ** (frames / np.float32(factor))
    return np.where(frames <= config.floor_db, 0.0, level).astype(np.float32)
