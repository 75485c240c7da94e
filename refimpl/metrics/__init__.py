"""Measures: how far apart two sounds are, how good a code is, and whether it is music."""

from refimpl.metrics.musical import MusicalMeasures, cross_key, grid, in_key, measure_music
from refimpl.metrics.notes import (
    Notes,
    detect_notes,
    note_accuracy,
    part_accuracy,
)
from refimpl.metrics.onsets import detect_onsets
from refimpl.metrics.salience import BASS, MELODY, Register, Salience, pitch_salience
from refimpl.metrics.spectral import (
    chroma_agreement,
    mel_distance,
    si_sdr,
    spectral_flatness,
    stft_distance,
)

__all__ = [
    "BASS",
    "MELODY",
    "MusicalMeasures",
    "Notes",
    "Register",
    "Salience",
    "chroma_agreement",
    "cross_key",
    "detect_notes",
    "detect_onsets",
    "grid",
    "in_key",
    "measure_music",
    "mel_distance",
    "note_accuracy",
    "part_accuracy",
    "pitch_salience",
    "si_sdr",
    "spectral_flatness",
    "stft_distance",
]
