"""The tables of the codecs' comparison, as Markdown."""

from __future__ import annotations

from typing import Any

from refimpl.reproduce.codec_systems import CLASSICAL
from refimpl.reproduce.markdown import markdown_table

COLUMNS = {
    "si_sdr": ("SI-SDR, dB", "{:.1f}"),
    "mel_frames": ("mel distance of frames, dB", "{:.2f}"),
    "mel_sound": ("of sound, dB", "{:.2f}"),
    "melody": ("melody right", "{:.2f}"),
    "bass": ("bass right", "{:.2f}"),
}


def codec_tables(results: dict[str, Any]) -> str:
    """Every table with its title, as one Markdown text."""
    parts = [
        (
            f"Rate and distortion of {results['n_tunes']} held-out tunes, means with 95 % "
            "intervals over the tunes; sorted by rate",
            rate_table(results["rows"]),
        ),
        ("Published codecs: the rates that their own numbers give", _published(results)),
        ("Figures that are often quoted, beside what their own numbers give", _quoted(results)),
    ]
    return "\n\n".join(f"**{title}**\n\n{table}" for title, table in parts) + "\n"


def rate_table(rows: list[dict[str, Any]]) -> str:
    """One line per system, from few bits to many; systems without codes come first."""
    heads = ["system", "bits/s", *(title for title, _ in COLUMNS.values()), "times real time"]
    lines = []
    for row in sorted(rows, key=lambda row: row["bits_per_second"]["mean"] or 0):
        bits = row["bits_per_second"]["mean"]
        # A classical codec's time would be that of the search for its setting.
        speed = "–" if row["group"] == CLASSICAL else f"{1 / row['core_seconds']['mean']:,.0f}"
        cells = [row["name"], "–" if bits is None else f"{bits:,.0f}"]
        cells += [_estimate(row[name], form) for name, (_, form) in COLUMNS.items()]
        lines.append([*cells, speed])
    return markdown_table(heads, lines)


def _published(results: dict[str, Any]) -> str:
    lines = []
    for one in results["published"]:
        bits = one["bits_per_second"]
        rate = "none: vectors, not codes" if bits is None else f"{bits:,.0f}"
        lines.append([one["name"], f"{one['tokens_per_second']:,.1f}", rate, one["source"]])
    return markdown_table(["codec", "codes/s", "bits/s", "source"], lines)


def _quoted(results: dict[str, Any]) -> str:
    lines = [
        [
            one["what"],
            f"{one['quoted']:,g} {one['unit']}",
            "agrees" if one["agrees"] else f"{one['computed']:,.6g}",
            one["because"],
        ]
        for one in results["quoted"]
    ]
    return markdown_table(["figure", "quoted", "computed", "from"], lines)


def _estimate(one: dict[str, float | None], form: str) -> str:
    if one["mean"] is None:
        return "–"
    mean, low, high = (form.format(one[name]) for name in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"
