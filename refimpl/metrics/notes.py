"""Notes in audio: detect their pitches, and test whether a tune's notes are present.

These measures hold for music in two voices: a melody above a bass that is not higher than F#3 (MIDI
54). They remove the bass and follow the strongest voice above it. In four-part chorales that is the
tenor as often as the soprano, and the melody of clean audio gets .12 instead of 1.00. For such
music use `refimpl.metrics.polyphony`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from librosa import midi_to_hz
from scipy.fft import rfft

from refimpl.metrics.onsets import detect_onsets
from refimpl.metrics.salience import BASS, MELODY, Register, remove_voice, salience

REGISTERS = {"melody": MELODY, "bass": BASS}
SPAN = 0.5  # the most seconds of a note that are analysed
MIN_SPAN = 0.05  # a shorter piece has no pitch that could be told from its neighbours
SILENT_RMS = 10 ** (-45 / 20)  # relative to the clip's own


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


def span_pitches(
    audio: np.ndarray,
    sample_rate: int,
    starts: np.ndarray,
    ends: np.ndarray,
    register: Register = MELODY,
) -> np.ndarray:
    """The most salient pitch of each span of time.

    One long window over the whole note resolves what short frames cannot: a bass's semitones.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        starts: (n_spans,) seconds.
        ends: (n_spans,) seconds; at most half a second after the start is used.
        register: the pitches considered. From the melody's, the bass is removed first.

    Returns:
        (n_spans,) int64 MIDI pitches; -1 where a span is silent or shorter than 50 ms.
    """
    audio = np.asarray(audio, dtype=np.float32)
    n_fft = 2 ** int(np.ceil(np.log2(SPAN * sample_rate)))
    pieces = np.zeros((len(starts), n_fft), dtype=np.float32)
    lengths = np.zeros(len(starts), dtype=np.int64)
    silent = SILENT_RMS * np.sqrt(np.mean(np.square(audio))) + 1e-5 if len(audio) else 0
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        first = max(0, round(start * sample_rate))
        piece = audio[first : max(0, round(min(end, start + SPAN) * sample_rate))]
        if len(piece) >= MIN_SPAN * sample_rate and np.sqrt(np.mean(np.square(piece))) > silent:
            pieces[row, : len(piece)] = piece * np.hanning(len(piece))
            lengths[row] = len(piece)
    magnitude = np.abs(rfft(pieces, axis=1))  # (n_spans, 1 + n_fft // 2)
    if register.low > BASS.high and len(pieces):
        bass = BASS.low + salience(magnitude, sample_rate, BASS).argmax(axis=1)
        lobe = np.ceil(2 * n_fft / np.maximum(lengths, MIN_SPAN * sample_rate))  # bins, Hann
        magnitude = remove_voice(magnitude, bass, sample_rate, lobe)
    found = register.low + salience(magnitude, sample_rate, register).argmax(axis=1)
    return np.where(lengths > 0, found, -1).astype(np.int64)


def detect_notes(audio: np.ndarray, sample_rate: int) -> Notes:
    """Onsets, and the pitch of the upper voice after each.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.

    It holds for a melody above a bass; for more voices see `detect_polyphony`.

    Returns:
        Notes; empty for silence. A pitch is the most salient one from its onset to the next, at
        most half a second.

    Taught in lesson 7.
    """
    onsets, strengths = detect_onsets(audio, sample_rate)
    ends = np.append(onsets[1:], len(audio) / sample_rate)[: len(onsets)]
    pitches = span_pitches(audio, sample_rate, onsets, ends)
    heard = pitches >= 0
    return Notes(onsets[heard], pitches[heard], strengths[heard])


@dataclass(frozen=True)
class NoteScores:
    """How well detected notes match known ones. NaN where there is nothing to divide by.

    Attributes:
        precision: share of the detected notes that match a known one.
        recall: share of the known notes that match a detected one.
        f_score: the harmonic mean of both.
    """

    precision: float
    recall: float
    f_score: float


def note_scores(found: Notes, notes: Sequence) -> NoteScores:
    """Match detected notes to known ones, one to one: the same pitch, and onsets within 50 ms.

    Unlike `note_accuracy`, this counts notes that nobody wrote, for any number of voices. When a
    note ends does not matter.

    Args:
        found: the detected notes, such as those of `detect_notes`.
        notes: the known ones, with .onset in seconds and .pitch in MIDI.

    Source: the note onset measures of mir_eval (Raffel et al. 2014).
    """
    from mir_eval import transcription  # here alone: it loads much of scipy

    known = np.array([[note.onset, note.pitch] for note in notes], dtype=np.float64).reshape(-1, 2)
    n_found, n_known = len(found), len(known)
    matched = 0
    if n_found and n_known:
        pairs = transcription.match_notes(
            _intervals(known[:, 0]),
            midi_to_hz(known[:, 1]),
            _intervals(found.onsets),
            midi_to_hz(found.pitches),
            offset_ratio=None,
        )
        matched = len(pairs)
    return NoteScores(
        precision=matched / n_found if n_found else float("nan"),
        recall=matched / n_known if n_known else float("nan"),
        f_score=2 * matched / (n_found + n_known) if n_found + n_known else float("nan"),
    )


def _intervals(onsets: np.ndarray) -> np.ndarray:
    """(n_notes, 2) seconds; the ends, which do not count, lie a second later."""
    return np.stack([onsets, onsets + 1.0], axis=1)


def note_accuracy(
    audio: np.ndarray,
    sample_rate: int,
    notes,
    *,
    register: Register = MELODY,
    octave: bool = True,
) -> float:
    """Share of known notes that are present, as the most salient pitch of their register.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        notes: of one part, with .onset and .duration in seconds and .pitch in MIDI.
        register: the pitches considered. Notes outside it are not counted.
        octave: False counts a note as right in any octave.

    Returns:
        A share in [0, 1]; a silent note is wrong; NaN when no note of at least 50 ms is in the
        register. A melody that doubles a partial of the bass cannot always be told from it: on
        clean audio about .98 are right, and .99 in any octave.

    Taught in lesson 3.
    """
    known = [
        n for n in notes if register.low <= n.pitch <= register.high and n.duration >= MIN_SPAN
    ]
    if not known:
        return float("nan")
    starts = np.array([n.onset for n in known])
    ends = starts + [n.duration for n in known]
    found = span_pitches(audio, sample_rate, starts, ends, register)
    error = found - [n.pitch for n in known]
    right = (error == 0) if octave else (error % 12 == 0)
    return float((right & (found >= 0)).mean())


def part_accuracy(audio: np.ndarray, sample_rate: int, tune, *, octave: bool = True) -> dict:
    """Share of a tune's known notes that are present, part by part.

    Args:
        audio: (n_samples,) the tune as it was rendered, coded, or imitated.
        sample_rate: in Hz.
        tune: with .notes that have .onset, .duration, .pitch and .part.
        octave: False counts a note as right in any octave.

    Returns:
        {"melody": share, "bass": share}, as in `note_accuracy`. Both hold for music in two voices.

    Taught in lesson 3.
    """
    shares = {}
    for part, register in REGISTERS.items():
        notes = [note for note in tune.notes if note.part == part]
        shares[part] = note_accuracy(audio, sample_rate, notes, register=register, octave=octave)
    return shares
