"""What codecs keep of known notes: a clip through a system, and the table of all systems."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from refimpl.mel import mel_spectrogram
from refimpl.metrics import mel_distance
from refimpl.reproduce.codec_systems import System, fitted_length, frame_config
from refimpl.reproduce.markdown import interval_cell, markdown_table

HEADS = ("system", "bits/s", "note F-score", "mel distance of sound, dB", "fitted in, core s")


def measure_trip(
    audio: np.ndarray, system: System, f_score: Callable[[np.ndarray], float]
) -> dict[str, float]:
    """Send a sound through a system, and compare what arrives with what is known.

    Args:
        audio: (n_samples,) of the clip.
        system: that it goes through.
        f_score: of the notes in the sound that arrives, (n_samples,).

    Returns:
        bits_per_second; f_score; mel_sound, in dB.
    """
    sent, mel = system.send(audio), frame_config()
    sound = fitted_length(sent.sound, len(audio))
    bits = sent.bits_per_second
    return {
        "bits_per_second": float("nan") if bits is None else bits,
        "f_score": f_score(sound),
        "mel_sound": mel_distance(mel_spectrogram(audio, mel), mel_spectrogram(sound, mel)),
    }


def note_table(rows: Iterable[dict[str, Any]]) -> str:
    """The table of the systems' rows, as Markdown."""
    return markdown_table(HEADS, map(_cells, rows))


def _cells(row: dict[str, Any]) -> list[str]:
    bits, seconds = row["bits_per_second"]["mean"], row["core_seconds"]
    return [
        row["name"],
        "–" if bits is None else f"{bits:,.0f}",
        *(interval_cell(row[name]) for name in ("f_score", "mel_sound")),
        "–" if seconds is None else f"{seconds:.0f}",
    ]
