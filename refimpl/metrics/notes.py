"""Notes heard in audio: when they begin, their pitch, and whether known notes are there."""

from dataclasses import dataclass
from functools import lru_cache

import librosa
import numpy as np
from scipy.fft import rfft
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from refimpl.metrics.salience import (
    BASS,
    MELODY,
    Register,
    Salience,
    frame,
    pitch_salience,
    salience_of,
)

ONSET_WINDOW, ONSET_HOP = 0.0464, 0.0116  # seconds: 1,024 and 256 samples at 22,050 Hz
N_BANDS = 64
COMPRESSION = 0.25  # exponent: between magnitude (hears loud notes only) and dB (hears artefacts)
MIN_GAP = 0.06  # seconds between two onsets
RISE = 0.12  # how much the compressed spectrum must grow, relative to its own mean, to be an onset
SILENCE_DB = -45.0  # below the loudest moment: too quiet to be judged
REGISTERS = {"melody": MELODY, "bass": BASS}


@dataclass(frozen=True)
class Notes:
    """Detected notes, in order of time.

    Attributes:
        onsets: (n_notes,) seconds.
        pitches: (n_notes,) int64 MIDI pitch, the most salient of the melody register.
        strengths: (n_notes,) rise of the compressed spectrum at the onset, relative to its mean.
    """

    onsets: np.ndarray
    pitches: np.ndarray
    strengths: np.ndarray

    def __len__(self) -> int:
        return len(self.onsets)


@lru_cache(maxsize=8)
def _bands(sample_rate: int, n_fft: int) -> np.ndarray:
    """(n_fft // 2 + 1, N_BANDS) mel filters; empty ones, at small n_fft, are left out."""
    top = min(8000.0, sample_rate / 2)
    filters = librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=N_BANDS, fmin=60.0, fmax=top, htk=True
    )
    return filters[filters.any(axis=1)].T.astype(np.float32)


def onset_flux(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectral flux of a compressed mel spectrum: how much the spectrum grows at each moment.

    The mel power spectrum is raised to the power 1/4 before differencing. On decibels, the usual
    choice, the small changes that a phase reconstruction leaves in quiet bands count as onsets.

    Returns:
        times: (n_frames,) seconds, and flux: (n_frames,), relative to the clip's mean level.

    Taught in lesson 7.
    """
    n_fft = 2 ** round(np.log2(ONSET_WINDOW * sample_rate))
    hop_length = max(1, round(ONSET_HOP * sample_rate))
    frames = frame(audio, n_fft, hop_length)
    power = np.square(np.abs(rfft(frames * np.hanning(n_fft).astype(np.float32), axis=1)))
    bands = (power @ _bands(sample_rate, n_fft)) ** COMPRESSION  # (n_frames, n_bands)
    lag = 2  # frames: a window takes four hops to fill, so a rise lasts longer than one of them
    before = np.concatenate([np.zeros((lag, bands.shape[1]), bands.dtype), bands[:-lag]])
    rise = np.maximum(bands - before[: len(bands)], 0).mean(axis=1)
    level = bands.mean()
    times = (np.arange(len(frames)) - lag / 2) * hop_length / sample_rate
    return np.maximum(times, 0.0), rise / level if level > 0 else rise


def detect_onsets(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Times and strengths of note onsets: peaks of the flux that rise clearly above what is around.

    Args:
        audio: (n_samples,) mono; silence and very short clips have no onsets.

    Returns:
        onsets: (n_onsets,) seconds, increasing, and strengths: (n_onsets,).

    Taught in lesson 7.
    """
    times, flux = onset_flux(audio, sample_rate)
    hop = ONSET_HOP
    highest = maximum_filter1d(flux, 2 * round(MIN_GAP / hop) + 1, mode="constant")
    around = uniform_filter1d(flux, 2 * round(0.1 / hop) + 1, mode="constant")
    peaks = np.flatnonzero((flux == highest) & (flux > around + RISE) & (flux > 0))
    if len(peaks):  # a flat top is one onset
        peaks = peaks[np.diff(peaks, prepend=-np.inf) > 1]
    return times[peaks], flux[peaks]


def loud_frames(salience: Salience) -> np.ndarray:
    """(n_frames,) bool: where the clip is loud enough to be judged."""
    if not salience.level.size or salience.level.max() < 1e-5:
        return np.zeros(len(salience.level), dtype=bool)
    return salience.level > salience.level.max() * 10 ** (SILENCE_DB / 20)


def detect_notes(audio: np.ndarray, sample_rate: int, *, salience: Salience | None = None) -> Notes:
    """Onsets and the pitch of the upper voice after each.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        salience: of the melody register, where it has been computed already.

    Returns:
        Notes; empty for silence. The pitch is the largest mean salience from 30 ms after the onset
        to the next onset, at most 300 ms.

    Taught in lesson 7.
    """
    salience = salience or pitch_salience(audio, sample_rate)
    onsets, strengths = detect_onsets(audio, sample_rate)
    ends = np.minimum(np.append(onsets[1:], np.inf), onsets + 0.3)
    loud = loud_frames(salience)
    pitches, kept = [], []
    for index, (start, end) in enumerate(zip(onsets, ends, strict=True)):
        first, last = np.searchsorted(salience.times, [start + 0.03, end - 0.03])
        span = slice(first, max(last, first + 1))
        if loud[span].any():
            pitches.append(salience.low + salience.values[span].mean(axis=0).argmax())
            kept.append(index)
    return Notes(onsets[kept], np.array(pitches, dtype=np.int64), strengths[kept])


def note_accuracy(
    audio: np.ndarray,
    sample_rate: int,
    notes,
    *,
    register: Register = MELODY,
    octave: bool = True,
) -> float:
    """Share of known notes that are there: each one's pitch is the most salient of its register.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        notes: of one part, with .onset and .duration in seconds and .pitch in MIDI.
        register: the pitches considered. Notes outside it are not counted.
        octave: False counts a note as right in any octave.

    Returns:
        A share in [0, 1]; NaN when no note lies in the register and the clip.

    Taught in lesson 3.
    """
    right = []
    for note in notes:
        start, stop = (round(t * sample_rate) for t in (note.onset, note.onset + note.duration))
        piece = np.asarray(audio[start:stop], dtype=np.float32)
        if not register.low <= note.pitch <= register.high or len(piece) < 0.05 * sample_rate:
            continue
        if not np.abs(piece).max() > 1e-5:
            right.append(False)
            continue
        # One long window over the whole note resolves what short frames cannot: a bass's semitones.
        n_fft = 2 ** int(np.ceil(np.log2(max(len(piece), 0.2 * sample_rate))))
        padded = np.zeros(n_fft, dtype=np.float32)
        offset = (n_fft - len(piece)) // 2
        padded[offset : offset + len(piece)] = piece
        found = register.low + int(salience_of(padded[None], sample_rate, register)[0].argmax())
        right.append(found == note.pitch or (not octave and (found - note.pitch) % 12 == 0))
    return float(np.mean(right)) if right else float("nan")


def part_accuracy(audio: np.ndarray, sample_rate: int, tune, *, octave: bool = True) -> dict:
    """Share of a tune's known notes that are there, part by part.

    Args:
        audio: (n_samples,) the tune as it was rendered, coded, or imitated.
        tune: with .notes that have .onset, .duration, .pitch and .part.

    Returns:
        {"melody": share, "bass": share}: known as melody_right and bass_right in the tables.

    Taught in lesson 3.
    """
    return {
        part: note_accuracy(
            audio,
            sample_rate,
            [note for note in tune.notes if note.part == part],
            register=register,
            octave=octave,
        )
        for part, register in REGISTERS.items()
    }
