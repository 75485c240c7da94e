"""The picture of the codecs' comparison: one rate, three measures, three different winners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refimpl.display import BLUE, ORANGE, VERMILLION, new_picture
from refimpl.display.pictures import INK
from refimpl.reproduce.codec_systems import CLASSICAL, KMEANS, LEARNT, MEL
from refimpl.reproduce.figures import save_picture

PANELS = {
    "si_sdr": "SI-SDR, dB (more is better)",
    "mel_sound": "mel distance of sound, dB (less is better)",
    "melody": "melody right (more is better)",
}
LOOKS = {KMEANS: (ORANGE, "s"), LEARNT: (BLUE, "o"), CLASSICAL: (VERMILLION, "^")}


def draw_rate_distortion(results: dict[str, Any], path: Path) -> None:
    """Draw every system by its bit rate, once for each measure."""
    picture, axes = new_picture(1, len(PANELS), size=(12.0, 4.2))
    rows = results["rows"]
    for one, (measure, title) in zip(axes, PANELS.items(), strict=True):
        for group, (colour, marker) in LOOKS.items():
            _draw_group(
                one, [row for row in rows if row["group"] == group], measure, colour, marker, group
            )
        for row in rows:
            if row["group"] == MEL:
                one.axhline(row[measure]["mean"], color=INK, linestyle=":", label=row["name"])
        one.set(xscale="log", xlabel="bits per second", title=title)
    handles, labels = axes[0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=4, labelcolor=INK)
    picture.alt = (
        "Bit rate on a logarithmic axis against three measures, a dot for each codec with its 95 % "
        "interval; dotted, mel frames and back without codes. " + _in_words(rows)
    )
    save_picture(picture, path)


def _draw_group(axes, rows: list[dict], measure: str, colour: str, marker: str, label: str):
    for number, row in enumerate(rows):
        rate, found = row["bits_per_second"]["mean"], row[measure]
        axes.plot([rate, rate], [found["low"], found["high"]], color=colour, linewidth=2)
        axes.plot(rate, found["mean"], marker, color=colour, label=None if number else label)


def _in_words(rows: list[dict[str, Any]]) -> str:
    parts = []
    for row in rows:
        bits = row["bits_per_second"]["mean"]
        rate = "no codes" if bits is None else f"{bits:,.0f} bits per second"
        parts.append(
            f"{row['name']}, {rate}: {row['si_sdr']['mean']:.1f} dB, "
            f"{row['mel_sound']['mean']:.1f} dB, {row['melody']['mean']:.2f}"
        )
    return "; ".join(parts) + "."
