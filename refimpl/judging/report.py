"""The results of a comparison as a table, as CSV, and as one page with sounds."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from refimpl.audio.standardising import resample
from refimpl.display.levelling import levelled_mp3
from refimpl.files import make_folder, replace_file
from refimpl.judging.comparing import GIVEN, MEASURES, REAL, SETS, Compared
from refimpl.judging.examples import Scores, score_captions, score_labels, score_sounds
from refimpl.judging.measures import SetMeasure
from refimpl.judging.reading import Sound
from refimpl.metrics.statistics import Estimate

MP3_RATE = 22050  # Hz
LONGEST = 10.0  # seconds of an example
UNKNOWN = Estimate(float("nan"), float("nan"), float("nan"), 0)


def embeddings_of(compared: Compared) -> list[str]:
    """The embeddings in which sets were compared."""
    return list(compared.judged)


def measures_in(compared: Compared, embedding: str) -> list[SetMeasure]:
    """The measures that were made in an embedding, of any set."""
    made = {measure for where, measure, _ in compared.values if where == embedding}
    return [measure for measure in MEASURES if measure.name in made]


def _cells(compared: Compared, embedding: str, measure: SetMeasure) -> list[str]:
    """A measure of each set in words, "–" where a set has no captions."""
    keys = [(embedding, measure.name, name) for name in SETS]
    return [shown(compared.values.get(key, UNKNOWN)) for key in keys]


def text_table(compared: Compared) -> str:
    """A Markdown table for each embedding, which also reads as plain text."""
    parts = []
    for embedding in embeddings_of(compared):
        rows = [["measure", *SETS]]
        for measure in measures_in(compared, embedding):
            cells = _cells(compared, embedding, measure)
            mute = (embedding, measure.name) in compared.mute
            rows.append([measure.title + " (says nothing)" * mute, *cells])
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        rows.insert(1, ["-" * width for width in widths])
        lines = (" | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
        parts.append(f"{embedding}\n\n" + "\n".join(f"| {line} |" for line in lines))
    return "\n\n".join(parts)


def shown(estimate: Estimate) -> str:
    """An estimate with its interval, or without where there is none."""
    mean = _digits(estimate.mean)
    if not np.isfinite(estimate.low):
        return mean
    return f"{mean} [{_digits(estimate.low)}, {_digits(estimate.high)}]"


def _digits(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    if abs(value) < 5e-5:
        return "0"
    # No exponents, and no more digits than a set of sounds can support.
    for limit, digits in ((0.1, 4), (10, 2), (100, 1)):
        if abs(value) < limit:
            return f"{value:.{digits}f}"
    return f"{value:.0f}"


def write_report(
    folder: str | Path,
    compared: Compared,
    given: Sequence[Sound],
    sample_rate: int,
    *,
    title: str,
    command: str,
) -> Path:
    """Write measures.csv, sounds.csv, and index.html, which needs no other file.

    Args:
        folder: made if it is not there.
        compared: what was measured.
        given: the sounds that were judged, in the same order.
        sample_rate: of the sounds, in Hz.
        title: of the page.
        command: that made it.

    Returns:
        The page.
    """
    folder = Path(folder)
    make_folder(folder)
    scores = {name: _scores(compared, name) for name in embeddings_of(compared)}
    made = {one.name for name in scores for one in measures_in(compared, name)}
    replace_file(folder / "measures.csv", _measures_csv(compared).encode())
    replace_file(folder / "sounds.csv", _sounds_csv(scores, given, compared.reference).encode())
    environment = Environment(
        loader=PackageLoader("refimpl.judging"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("report.html").render(
        title=title,
        command=command,
        warnings=compared.warnings,
        sizes=compared.sizes,
        sets=SETS,
        tables=[_table(compared, name) for name in embeddings_of(compared)],
        examples=[
            {"embedding": name, "rows": _examples(found, given, compared.reference, sample_rate)}
            for name, found in scores.items()
        ],
        measures=[measure for measure in MEASURES if measure.name in made],
    )
    replace_file(folder / "index.html", page.encode())
    return folder / "index.html"


def _scores(compared: Compared, embedding: str) -> list[Scores]:
    """The scores of single sounds by every measure that has some."""
    found = score_sounds(compared.judged[embedding])
    if embedding in compared.labelled:
        found.append(score_labels(compared.labelled[embedding]))
    if embedding in compared.captioned:
        n_sounds = len(compared.judged[embedding].sounds)
        found.append(score_captions(compared.captioned[embedding], n_sounds))
    return found


def _table(compared: Compared, embedding: str) -> dict[str, Any]:
    rows = []
    for measure in measures_in(compared, embedding):
        cells = _cells(compared, embedding, measure)
        mute = compared.mute.get((embedding, measure.name))
        verdict = _verdict(compared, embedding, measure, mute)
        rows.append({"measure": measure, "cells": cells, "mute": mute, "verdict": verdict})
    return {"embedding": embedding, "about": compared.about[embedding], "rows": rows}


def _verdict(compared: Compared, embedding: str, measure: Any, mute: str | None) -> str:
    if mute:
        return "says nothing here"
    given, real = (
        compared.values.get((embedding, measure.name, name), UNKNOWN) for name in (GIVEN, REAL)
    )
    if not given.n or not real.n:
        return "no captions"
    sign = 1 if measure.better == "low" else -1
    spread = np.hypot(given.high - given.mean, real.high - real.mean)
    worse = sign * (given.mean - real.mean)
    if not np.isfinite(spread):
        return "no interval"
    return "worse than real" if worse > spread else "not told from real"


def _measures_csv(compared: Compared) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        ["embedding", "measure", "better", "set", "value", "low", "high", "n", "mute", "chance"]
    )
    for (embedding, name, which), one in compared.values.items():
        measure = next(m for m in MEASURES if m.name == name)
        mute = compared.mute.get((embedding, name), "")
        numbers = [f"{value:.6g}" for value in (one.mean, one.low, one.high)]
        words = [mute, measure.chance]
        rows.writerow([embedding, name, measure.better, which, *numbers, one.n, *words])
    return text.getvalue()


def _sounds_csv(
    scores: dict[str, list[Scores]], given: Sequence[Sound], reference: Sequence[Sound]
) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["embedding", "measure", "better", "whose", "sound", "score", "beside"])
    for embedding, found in scores.items():
        for one in found:
            whose = given if one.of == "given" else reference
            others = given if one.partners_of == "given" else reference
            for n, value in enumerate(one.values):
                beside = "" if one.partners is None else others[one.partners[n]].name
                row = [embedding, one.measure, one.better, one.of, whose[n].name]
                rows.writerow([*row, f"{value:.6g}", beside])
    return text.getvalue()


def _examples(
    scores: Sequence[Scores],
    given: Sequence[Sound],
    reference: Sequence[Sound],
    sample_rate: int,
) -> list[dict[str, Any]]:
    """The players of each measure: the best and the worst sound, each with what it is near."""
    found = []
    for one in scores:
        whose = given if one.of == "given" else reference
        others = given if one.partners_of == "given" else reference
        row: dict[str, Any] = {"measure": one.measure, "asks": one.asks, "of": one.of}
        for end, number in (("best", one.best), ("worst", one.worst)):
            sounds = [_player(whose[number], sample_rate)]
            if one.partners is not None:
                sounds.append(_player(others[one.partners[number]], sample_rate))
            row[end] = {"score": _digits(float(one.values[number])), "sounds": sounds}
        found.append(row)
    return found


def _player(sound: Sound, sample_rate: int) -> dict[str, str]:
    audio = resample(sound.audio, sample_rate, MP3_RATE)[: round(LONGEST * MP3_RATE)]
    mp3 = base64.b64encode(levelled_mp3(audio, MP3_RATE, compression_level=0.6)).decode()
    name = f"{sound.name}, “{sound.caption}”" if sound.caption else sound.name
    return {"name": name, "source": f"data:audio/mpeg;base64,{mp3}"}
