"""Notes of several voices in audio: which pitches begin at each onset, and how many are right.

`detect_notes` hears one upper voice above a bass. Here every voice counts, which chorales need. The
sound from each onset to the next is analysed in one long window: the clearest pitch is found, its
partials are removed, and the search is repeated, until only weak pitches remain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.fft import rfft

from refimpl.metrics.notes import MIN_SPAN, SPAN, Notes, NoteScores, note_scores
from refimpl.metrics.onsets import detect_onsets
from refimpl.metrics.salience import Register, remove_voice, salience

VOICES = Register(36, 88, weights=(1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4), window=SPAN)
MOST_VOICES = 6
CLEAR = 1.5  # salience, in standard deviations of the spectrum
SOFTEST = 0.2  # of the first partials of the loudest voice; lower ones are mostly its remains
RISE = 1.3  # of a pitch that sounded before: a smaller rise is a note that goes on
_AROUND = 0.06  # seconds before and after an onset that are compared


class _Known(NamedTuple):
    """A note of the truth."""

    onset: float
    pitch: int


def detect_polyphony(audio: np.ndarray, sample_rate: int) -> Notes:
    """Detect the notes of up to six voices.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.

    Returns:
        Notes in order of time, several with the same onset where they sound together. Their
        strengths are those of the first partials, relative to the loudest of the clip.

    On clean audio its F-score is .97 for tinytunes, .98 for fiddle tunes and .87 for chorales. It
    misses notes that double a partial of another voice, and hears partials as notes.

    Source: iterative estimation and removal as in Klapuri 2003. Taught in lesson 10.
    """
    audio = np.asarray(audio, dtype=np.float32)
    onsets, _ = detect_onsets(audio, sample_rate)
    ends = np.append(onsets[1:], len(audio) / sample_rate)[: len(onsets)]
    magnitude, lengths = _spectra(audio, sample_rate, onsets, np.minimum(ends, onsets + SPAN))
    sounds, strength = _sounding(magnitude, lengths, sample_rate)
    begins = sounds & ~_going_on(audio, sample_rate, onsets, sounds)
    spans, pitches = np.nonzero(begins)
    strengths = strength[spans, pitches] / max(strength.max(initial=0), 1e-9)
    return Notes(onsets[spans], (pitches + VOICES.low).astype(np.int64), strengths)


def note_f_score(audio: np.ndarray, sample_rate: int, clip) -> NoteScores:
    """Compare the notes in a sound with those that a clip of scores knows.

    Args:
        audio: (n_samples,) the clip as it was rendered, coded, or imitated.
        sample_rate: in Hz.
        clip: with the fact "notes", as `refimpl.corpora.scores` gives.

    Taught in lesson 10.
    """
    known = [_Known(onset, pitch) for onset, _, pitch, _ in clip.facts["notes"]]
    return note_scores(detect_polyphony(audio, sample_rate), known)


def _spectra(
    audio: np.ndarray, sample_rate: int, starts: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude spectrum of each span (n_spans, n_bins), and its length in samples (n_spans,)."""
    n_fft = 2 ** int(np.ceil(np.log2(SPAN * sample_rate)))
    pieces = np.zeros((len(starts), n_fft), dtype=np.float32)
    lengths = np.zeros(len(starts), dtype=np.int64)
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        first = max(0, round(start * sample_rate))
        piece = audio[first : max(first, round(end * sample_rate))]
        if len(piece) >= MIN_SPAN * sample_rate:
            # Divided by its length, a short piece is as loud as a long one.
            pieces[row, : len(piece)] = piece * np.hanning(len(piece)) * 2 / len(piece)
            lengths[row] = len(piece)
    return np.abs(rfft(pieces, axis=1)), lengths


def _sounding(
    magnitude: np.ndarray, lengths: np.ndarray, sample_rate: int
) -> tuple[np.ndarray, np.ndarray]:
    """Which pitches sound in each span, and how strong: both (n_spans, n_pitches)."""
    n_fft = 2 * (magnitude.shape[1] - 1)
    lobe = np.ceil(2 * n_fft / np.maximum(lengths, MIN_SPAN * sample_rate))
    shape = (len(magnitude), VOICES.high - VOICES.low + 1)
    sounds, strengths = np.zeros(shape, dtype=bool), np.zeros(shape)
    loudest = None
    for _ in range(MOST_VOICES if len(magnitude) else 0):
        values = salience(magnitude, sample_rate, VOICES)
        best = values.argmax(axis=1)
        strength = _strength(magnitude, best + VOICES.low, sample_rate)
        loudest = strength if loudest is None else loudest
        found = (values.max(axis=1) > CLEAR) & (strength > SOFTEST * loudest) & (lengths > 0)
        if not found.any():
            break
        rows = np.flatnonzero(found)
        sounds[rows, best[rows]], strengths[rows, best[rows]] = True, strength[rows]
        removed = remove_voice(magnitude, best + VOICES.low, sample_rate, lobe)
        magnitude = np.where(found[:, None], removed, magnitude)
    return sounds, strengths


def _going_on(
    audio: np.ndarray, sample_rate: int, onsets: np.ndarray, sounds: np.ndarray
) -> np.ndarray:
    """Which pitches only go on from the span before: (n_spans, n_pitches) bool."""
    gap = 0.01  # seconds on either side, where an attack is half there
    before, _ = _spectra(audio, sample_rate, np.maximum(onsets - _AROUND - gap, 0), onsets - gap)
    after, _ = _spectra(audio, sample_rate, onsets + gap, onsets + gap + _AROUND)
    held = sounds & np.roll(sounds, 1, axis=0)
    held[:1] = False
    spans, pitches = np.nonzero(held)
    midi = pitches + VOICES.low
    rises = _strength(after[spans], midi, sample_rate) >= RISE * _strength(
        before[spans], midi, sample_rate
    )
    held[spans, pitches] = ~rises
    return held


def _strength(magnitude: np.ndarray, pitches: np.ndarray, sample_rate: int) -> np.ndarray:
    """Sum of the first three partials of one pitch in each spectrum: (n_spans,)."""
    n_fft = 2 * (magnitude.shape[1] - 1)
    fundamental = 440 * 2 ** ((pitches - 69) / 12) * n_fft / sample_rate
    rows, total = np.arange(len(magnitude)), np.zeros(len(magnitude))
    for partial in (1, 2, 3):
        centre = np.clip(np.rint(partial * fundamental).astype(int), 1, magnitude.shape[1] - 2)
        total += np.max([magnitude[rows, centre + step] for step in (-1, 0, 1)], axis=0)
    return total
