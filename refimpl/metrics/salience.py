"""Normalised harmonic salience: how clearly each pitch sounds at each moment.

The sum of a spectrum's magnitudes at f, 2f, 3f … is largest for the sounding pitch. But on a tilted
spectrum it is always largest for the *same* few low pitches, and noise that always gets the same
answer looks perfectly "in key". So each magnitude is first compared with its surroundings on a
logarithmic frequency axis. The result measures how far a partial stands out, and on noise every
pitch is equally likely to win.

Two voices need one more step. The partials of a rich bass are the fundamentals of a melody two
octaves above, so the bass is detected and removed before the search for the upper voice.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import rfft
from scipy.ndimage import uniform_filter1d

BINS_PER_SEMITONE = 4
LOWEST, HIGHEST = 26, 116  # MIDI range of the logarithmic axis: 37 Hz to 6.6 kHz
SURROUNDINGS = 24  # semitones over which "stands out" is judged
HOP_SECONDS = 0.0232  # 512 samples at 22,050 Hz
SILENCE_DB = -45.0  # below the loudest moment: too quiet to be judged
N_BASS_PARTIALS = 16
_TINY = 1e-5  # amplitude: below it is rounding, not sound


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
    weights: tuple[float, ...]
    window: float


# A bass's fundamental is often weak, so its harmonics count nearly as much. In a melody that would
# make the octave below sound right too.
MELODY = Register(55, 88, weights=(1.0, 0.7, 0.5, 0.35), window=0.093)
BASS = Register(33, 54, weights=(1.0, 0.9, 0.8, 0.7, 0.6, 0.5), window=0.372)


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

    @property
    def loud(self) -> np.ndarray:
        """(n_frames,) bool: frames loud enough, beside the loudest, to be judged."""
        loudest = self.level.max(initial=0.0)
        return (self.level > loudest * 10 ** (SILENCE_DB / 20)) & (loudest > _TINY)


def frame(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Cuts audio into overlapping frames, the first and last centred on the clip's ends.

    Args:
        audio: (n_samples,); may be shorter than a frame, or empty.

    Returns:
        (1 + n_samples // hop_length, n_fft) view on the zero-padded audio.
    """
    padded = np.pad(np.asarray(audio, dtype=np.float32), n_fft // 2)
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


def salience(magnitude: np.ndarray, sample_rate: int, register: Register) -> np.ndarray:
    """Normalised salience of each pitch of a register.

    Args:
        magnitude: (n_frames, 1 + n_fft // 2) magnitude spectra.

    Returns:
        (n_frames, n_pitches) in standard deviations of the spectrum; zeros for a silent frame.
    """
    lower, fraction = _log_axis(sample_rate, 2 * (magnitude.shape[1] - 1))
    sampled = magnitude[:, lower] * (1 - fraction) + magnitude[:, lower + 1] * fraction
    compressed = np.sqrt(sampled)  # so that one loud partial does not outvote all the others
    around = uniform_filter1d(compressed, SURROUNDINGS * BINS_PER_SEMITONE, axis=1, mode="nearest")
    contrast = compressed - around
    spread = contrast.std(axis=1, keepdims=True)
    contrast /= np.where(spread > 1e-6, spread, np.inf)
    return contrast @ _harmonic_matrix(register)


def remove_voice(
    magnitude: np.ndarray, pitches: np.ndarray, sample_rate: int, lobe: np.ndarray
) -> np.ndarray:
    """Remove one voice from magnitude spectra.

    A voice's partials fade smoothly from one to the next. Each is reduced by the level that its
    neighbours, two on either side, predict. Anything above that belongs to another voice whose
    partial has the same frequency, and stays. A silent pitch has no neighbours, so nothing is
    removed.

    Args:
        magnitude: (n_frames, 1 + n_fft // 2).
        pitches: (n_frames,) MIDI pitch of the voice.
        lobe: (n_frames,) half the width of a partial in bins, which depends on the window.

    Returns:
        (n_frames, 1 + n_fft // 2), a new array.

    Source: Klapuri, "Multiple fundamental frequency estimation based on harmonicity and spectral
    smoothness" (IEEE Transactions on Speech and Audio Processing, 2003), section III.
    """
    n_fft = 2 * (magnitude.shape[1] - 1)
    fundamental = 440 * 2 ** ((pitches - 69) / 12) * n_fft / sample_rate
    reach = int(lobe.max())
    centre = np.rint(np.arange(1, N_BASS_PARTIALS + 1) * fundamental[:, None]).astype(np.int64)
    centre = np.clip(centre, reach, magnitude.shape[1] - 1 - reach)  # (n_frames, n_partials)
    rows = np.arange(len(magnitude))[:, None]
    strength = np.max([magnitude[rows, centre + step] for step in (-1, 0, 1)], axis=0)
    near = np.pad(strength, ((0, 0), (2, 2)), mode="edge")
    expected = (near[:, :-4] + near[:, 1:-3] + near[:, 3:-1] + near[:, 4:]) / 4
    expected[:, 0] = strength[:, 0]  # no other voice lies that low
    remaining = 1 - np.minimum(expected, strength) / np.maximum(strength, 1e-12)
    result = magnitude.copy()
    for step in range(-reach, reach + 1):
        result[rows, centre + step] *= np.where(np.abs(step) <= lobe[:, None], remaining, 1)
    return result


def window_magnitudes(frames: np.ndarray) -> np.ndarray:
    """Magnitude spectra of frames under a Hann window: (n_frames, 1 + n_fft // 2)."""
    return np.abs(rfft(frames * np.hanning(frames.shape[1]).astype(np.float32), axis=1))


def fft_size(seconds: float, sample_rate: int) -> int:
    """The power of two nearest to a duration, in samples."""
    return 2 ** max(4, round(np.log2(seconds * sample_rate)))


def pitch_salience(audio: np.ndarray, sample_rate: int, register: Register = MELODY) -> Salience:
    """Normalised harmonic salience of a register over time.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        register: the pitches considered, and the window length. For the melody's register the bass
            is removed first.

    Returns:
        A Salience with 1 + n_samples // hop frames, one about every 23 ms.

    Source: harmonic summation as in Klapuri, "Multiple fundamental frequency estimation by summing
    harmonic amplitudes" (ISMIR 2006), on a spectrum whitened by its local mean.
    Taught in lesson 7.
    """
    hop_length = max(1, round(HOP_SECONDS * sample_rate))
    frames = frame(audio, fft_size(register.window, sample_rate), hop_length)
    magnitude = window_magnitudes(frames)
    if register.low > BASS.high:
        coarse = 4  # a bass moves slowly, and its long window is costly: every fourth frame
        long_frames = frame(audio, fft_size(BASS.window, sample_rate), coarse * hop_length)
        bass = salience(window_magnitudes(long_frames), sample_rate, BASS).argmax(axis=1)
        bass = BASS.low + np.repeat(bass, coarse)[: len(frames)]
        magnitude = remove_voice(magnitude, bass, sample_rate, np.full(len(frames), 2))
    return Salience(
        values=salience(magnitude, sample_rate, register),
        times=np.arange(len(frames)) * hop_length / sample_rate,
        level=np.sqrt(np.mean(np.square(frames), axis=1)),
        low=register.low,
    )
