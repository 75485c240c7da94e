"""How clearly each pitch sounds at each moment: a normalised harmonic salience.

The sum of a spectrum's magnitudes at f, 2f, 3f … is largest for the pitch that sounds, but as it
stands it is also largest for the *same* few low pitches whenever the spectrum leans that way, and a
noise that always gets the same answer looks perfectly "in key". So each magnitude is first compared
with its surroundings on a logarithmic frequency axis: what is left is how far a partial stands out,
and on noise every pitch is equally likely to win.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import rfft
from scipy.ndimage import uniform_filter1d

BINS_PER_SEMITONE = 4
LOWEST, HIGHEST = 26, 116  # MIDI range of the logarithmic axis: 37 Hz to 6.6 kHz
HOP_SECONDS = 0.0232  # 512 samples at 22,050 Hz
SURROUNDINGS = 12  # semitones over which "stands out" is judged


@dataclass(frozen=True)
class Register:
    """A range of pitches, and how to look for them.

    Attributes:
        low, high: lowest and highest MIDI pitch, both included.
        weights: of the harmonics f, 2f, 3f …
        window: seconds of a frame. Semitones of a bass need a long one, fast melodies a short one.
    """

    low: int
    high: int
    weights: tuple[float, ...] = (1.0, 0.8, 0.6, 0.45, 0.35)
    window: float = 0.093  # 2,048 samples at 22,050 Hz


MELODY = Register(55, 88)
BASS = Register(33, 54, weights=(1.0, 0.7, 0.4), window=0.372)


@dataclass(frozen=True)
class Salience:
    """Salience of every pitch of a register over time.

    Attributes:
        values: (n_frames, n_pitches), in standard deviations of the frame's own spectrum.
        times: (n_frames,) centre of each frame in seconds.
        level: (n_frames,) RMS of each frame.
        low: MIDI pitch of column 0.
    """

    values: np.ndarray
    times: np.ndarray
    level: np.ndarray
    low: int

    @property
    def pitches(self) -> np.ndarray:
        """(n_frames,) the most salient MIDI pitch of each frame."""
        return self.low + self.values.argmax(axis=1)


def frame(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Cuts audio into overlapping frames, the first and last centred on the clip's ends.

    Args:
        audio: (n_samples,); may be shorter than a frame, or empty.

    Returns:
        (1 + n_samples // hop_length, n_fft) view on the zero-padded audio.
    """
    padded = np.pad(np.asarray(audio, dtype=np.float32), n_fft // 2)
    if len(padded) < n_fft:  # an odd n_fft and no audio at all
        padded = np.pad(padded, (0, n_fft - len(padded)))
    return np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]


@lru_cache(maxsize=16)
def _log_axis(sample_rate: int, n_fft: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each bin of the logarithmic axis lies between two FFT bins: (lower bin, fraction)."""
    midi = np.arange(LOWEST, HIGHEST, 1 / BINS_PER_SEMITONE)
    position = 440 * 2 ** ((midi - 69) / 12) * n_fft / sample_rate
    position = np.minimum(position, n_fft // 2 - 1)  # above Nyquist: the last bin, always
    lower = position.astype(np.int64)
    return lower, (position - lower).astype(np.float32)


@lru_cache(maxsize=16)
def _harmonic_matrix(register: Register) -> np.ndarray:
    """(n_bins, n_pitches): unit-length columns, each the harmonics of one pitch."""
    n_bins = (HIGHEST - LOWEST) * BINS_PER_SEMITONE
    pitches = range(register.low, register.high + 1)
    matrix = np.zeros((n_bins, len(pitches)), dtype=np.float32)
    for column, pitch in enumerate(pitches):
        for harmonic, weight in enumerate(register.weights, start=1):
            semitones = pitch + 12 * np.log2(harmonic) - LOWEST
            index = round(semitones * BINS_PER_SEMITONE)
            if index < n_bins:
                matrix[index, column] = weight
    return matrix / np.linalg.norm(matrix, axis=0)


def outstanding(frames: np.ndarray, sample_rate: int) -> np.ndarray:
    """How far each frequency stands out from its surroundings.

    Args:
        frames: (n_frames, n_fft) pieces of audio.

    Returns:
        (n_frames, n_bins) on the logarithmic axis, mean about 0 and standard deviation 1 a frame;
        zeros for a silent frame.
    """
    n_fft = frames.shape[1]
    magnitude = np.abs(rfft(frames * np.hanning(n_fft).astype(np.float32), axis=1))
    lower, fraction = _log_axis(sample_rate, n_fft)
    sampled = magnitude[:, lower] * (1 - fraction) + magnitude[:, lower + 1] * fraction
    compressed = np.sqrt(sampled)  # so that one loud partial does not outvote all the others
    around = uniform_filter1d(compressed, SURROUNDINGS * BINS_PER_SEMITONE, axis=1, mode="nearest")
    contrast = compressed - around
    spread = contrast.std(axis=1, keepdims=True)
    return contrast / np.where(spread > 1e-6, spread, np.inf)


def salience_of(frames: np.ndarray, sample_rate: int, register: Register) -> np.ndarray:
    """Salience of each pitch of a register in each frame: (n_frames, n_pitches)."""
    return outstanding(frames, sample_rate) @ _harmonic_matrix(register)


def pitch_salience(audio: np.ndarray, sample_rate: int, register: Register = MELODY) -> Salience:
    """Normalised harmonic salience of a register over time.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        register: the pitches considered, and the window to look through.

    Returns:
        A Salience with 1 + n_samples // hop frames, one about every 23 ms.

    Source: harmonic summation as in Klapuri, "Multiple fundamental frequency estimation by summing
    harmonic amplitudes" (ISMIR 2006), on a spectrum whitened by its local mean.
    Taught in lesson 7.
    """
    n_fft = 2 ** round(np.log2(register.window * sample_rate))
    hop_length = max(1, round(HOP_SECONDS * sample_rate))
    frames = frame(audio, n_fft, hop_length)
    return Salience(
        values=salience_of(frames, sample_rate, register),
        times=np.arange(len(frames)) * hop_length / sample_rate,
        level=np.sqrt(np.mean(np.square(frames), axis=1)),
        low=register.low,
    )
