"""Claims about the way back from a spectrogram to a sound."""

from __future__ import annotations

import numpy as np

from refimpl.mel import mel_spectrogram, mel_to_audio
from refimpl.metrics import mel_distance
from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.claims.frames import MEL
from refimpl.tinytunes import Tunes

N_ITERATIONS = 32
N_FFT, HOP = 2048, 512


def tune(seed: int) -> np.ndarray:
    """The sound of a held-out tune; another one for each seed."""
    return Tunes("test")[seed].render()


def convergence(audio: np.ndarray, momentum: float, seed: int) -> float:
    """How far Griffin-Lim's spectrum is from the one it was given, in dB; lower is closer."""
    import librosa

    target = np.abs(librosa.stft(audio, n_fft=N_FFT, hop_length=HOP))
    found = librosa.griffinlim(
        target,
        n_iter=N_ITERATIONS,
        hop_length=HOP,
        momentum=momentum,
        random_state=seed,
        length=len(audio),
    )
    error = np.abs(librosa.stft(found, n_fft=N_FFT, hop_length=HOP)) - target
    return float(20 * np.log10(np.linalg.norm(error) / np.linalg.norm(target)))


def momentum(seed: int) -> float:
    """How many dB closer Griffin-Lim comes with a momentum of .99."""
    audio = tune(seed)
    return convergence(audio, 0.0, seed) - convergence(audio, 0.99, seed)


def bands_only(seed: int) -> float:
    """How many dB closer a sound comes to its mel frames if only these are kept."""
    frames = mel_spectrogram(tune(seed), MEL)

    def distance(method: str) -> float:
        audio = mel_to_audio(frames, MEL, n_iter=N_ITERATIONS, seed=seed, method=method, workers=1)
        return mel_distance(frames, mel_spectrogram(audio, MEL))

    return distance("griffin-lim") - distance("mel-consistent")


SOUND = [
    Claim(
        "Momentum in Griffin-Lim",
        2,
        "a step beyond each estimate brings Griffin-Lim closer in as many iterations",
        "perraudin2013",
        "speech and music, up to 1,000 iterations",
        "spectral convergence gained, dB",
        f"one held-out tune a seed, {N_ITERATIONS} iterations",
        momentum,
        least=0.5,
    ),
    Claim(
        "Keeping mel bands, not magnitudes",
        2,
        "reconstruction from mel frames gains if only the bands are kept",
        "masuyama2023",
        "speech",
        "distance between mel frames saved, dB",
        f"one held-out tune a seed, {N_ITERATIONS} iterations, a simpler update than the paper's",
        bands_only,
        least=0.1,
    ),
]
