"""The answers to a listening test as text, tables and a picture."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from refimpl.display import BLUE, new_picture
from refimpl.files import replace_file, write_atomically
from refimpl.listening.analysis import Comparison, Mean, compare_systems, means_of
from refimpl.listening.errors import ListeningError
from refimpl.listening.results import Key, Result
from refimpl.listening.scores import (
    MIDDLE_ANCHOR,
    all_systems,
    listener_scores,
    paired_scores,
    screened_out,
)

FEWEST = 6  # listeners, below which no signed-rank test reaches 5 %


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result of a listening test.

    Attributes:
        key: of the test.
        results: of the listeners who count.
        screened: the reason by code of those who do not.
        means: of each system by question.
        comparisons: of each two systems by question, the surest first.
    """

    key: Key
    results: list[Result]
    screened: dict[str, str]
    means: dict[str, dict[str, Mean]]
    comparisons: dict[str, list[Comparison]]


def analyse(
    results: list[Result], key: Key, *, screening: bool = True, anchor: bool = False
) -> Analysis:
    """Leave out who did not hear the hidden reference, and compare the systems.

    Args:
        results: of all listeners.
        key: of the test.
        screening: whether anybody is left out.
        anchor: also for the ratings of the middle anchor, see `screened_out`.
    Raises:
        ListeningError: nobody is left.
    """
    screened = {}
    if screening and key.kind == "mushra":
        screened = screened_out(results, anchor=anchor)
    counted = [one for one in results if one.listener not in screened and one.answers]
    if not counted:
        reasons = "; ".join(f"{code} {reason}" for code, reason in screened.items())
        raise ListeningError(f"no listener is left ({reasons}); see --no-screening")
    systems = all_systems(key)
    scores, differences = listener_scores(counted, key), paired_scores(counted, key)
    means = {question: means_of(one, systems) for question, one in scores.items()}
    comparisons = {
        question: compare_systems(one, systems, key.systems)
        for question, one in differences.items()
    }
    return Analysis(key, counted, screened, means, comparisons)


def text_of(analysis: Analysis) -> str:
    """Tables for a terminal: means, pairs, and who was left out."""
    n = len(analysis.results)
    lines = [f"{n} listener{'s' * (n != 1)}, {_n_answers(analysis)} answers"]
    lines += [f"left out: {code} {reason}" for code, reason in analysis.screened.items()]
    both = screened_out(analysis.results, anchor=True).keys()
    if tolerant := both - screened_out(analysis.results).keys():
        lines.append(
            f"{len(tolerant)} of them did not hear what the {MIDDLE_ANCHOR} lacks, or do not "
            "mind it; --screen-anchor leaves them out"
        )
    scale = {"ab": "share of comparisons won"}.get(analysis.key.kind, "mean rating")
    for question, means in analysis.means.items():
        lines += ["", f"{question}: {scale}, with its 95 % interval over listeners"]
        rows = [[name, _number(m.mean), _interval(m), str(m.n)] for name, m in means.items()]
        lines += _table(["system", "mean", "interval", "listeners"], rows)
        if pairs := analysis.comparisons[question]:
            rows = [_pair_row(one) for one in pairs]
            lines += ["", "pairs: Wilcoxon signed-rank test over listeners, corrected after Holm"]
            heads = ["pair", "difference", "interval", "p", "corrected", "", "listeners needed"]
            lines += _table(heads, rows)
    if n < FEWEST and any(analysis.comparisons.values()):
        lines += ["", f"With fewer than {FEWEST} listeners, no such test can tell systems apart."]
    return "\n".join(lines)


def write_analysis(analysis: Analysis, folder: str | Path) -> list[Path]:
    """Write answers.csv, means.csv, pairs.csv and picture.png with its text alternative."""
    folder = Path(folder)
    tables = {"answers": _answers, "means": _means, "pairs": _pairs}
    for name, rows in tables.items():
        with io.StringIO(newline="") as text:
            csv.writer(text).writerows(rows(analysis))
            replace_file(folder / f"{name}.csv", text.getvalue().encode("utf-8"))
    picture = picture_of(analysis)
    write_atomically(folder / "picture.png", lambda path: picture.savefig(path, dpi=120))
    replace_file(folder / "picture.txt", (picture.alt + "\n").encode("utf-8"))
    names = ("answers.csv", "means.csv", "pairs.csv", "picture.png", "picture.txt")
    return [folder / name for name in names]


def picture_of(analysis: Analysis):
    """Draw means and intervals, one panel for each question, with the listeners as dots."""
    scores = listener_scores(analysis.results, analysis.key)
    height = 1.2 + 0.4 * len(all_systems(analysis.key))
    picture, panels = new_picture(
        1, len(scores), size=(4.5 * max(len(scores), 1.6), height), sharey=True
    )
    said = []
    for axes, (question, means) in zip(panels, analysis.means.items(), strict=True):
        for place, (name, mean) in enumerate(means.items()):
            own = scores[question][:, place]
            spots = place + np.linspace(-0.2, 0.2, len(own))
            axes.plot(own, spots, "o", color="#999999", markersize=3, alpha=0.6)
            low, high = (v if isfinite(v) else mean.mean for v in (mean.low, mean.high))
            axes.plot([low, high], [place, place], color=BLUE, linewidth=3)
            axes.plot(mean.mean, place, "o", color=BLUE)
            said.append(f"{name} {_number(mean.mean)} {_interval(mean)}")
        axes.set_yticks(range(len(means)), list(means))
        axes.set_ylim(len(means) - 0.5, -0.5)
        is_share = analysis.key.kind == "ab"
        axes.set_xlim((-0.02, 1.02) if is_share else (-2, 102))
        axes.set_xlabel("Share of comparisons won" if is_share else "Rating")
        axes.set_title(question, fontsize=10)
    picture.alt = (
        f"Means with 95 % intervals over {len(analysis.results)} listeners: {'; '.join(said)}."
    )
    return picture


def _n_answers(analysis: Analysis) -> int:
    return sum(len(result.answers) for result in analysis.results)


def _answers(analysis: Analysis) -> list[list]:
    """Every answer, one a row."""
    rows = [["listener", "item", "system", "question", "answer", "seconds"]]
    questions = analysis.key.questions or ["overall"]
    for result in analysis.results:
        for one in result.answers:
            start, end = [result.listener, one.item], [f"{one.seconds:.1f}"]
            if analysis.key.kind == "ab":
                rows.append(
                    [*start, " / ".join(one.pair), "preference", one.preferred or "none", *end]
                )
            for system, ratings in one.ratings.items():
                rows += [
                    [*start, system, question, rating, *end]
                    for question, rating in zip(questions, ratings, strict=False)
                ]
    return rows


def _means(analysis: Analysis) -> list[list]:
    rows = [["question", "system", "mean", "low", "high", "listeners"]]
    for question, means in analysis.means.items():
        rows += [[question, name, m.mean, m.low, m.high, m.n] for name, m in means.items()]
    return rows


def _pairs(analysis: Analysis) -> list[list]:
    rows = [["question", "first", "second", "difference", "low", "high", "listeners"]]
    rows[0] += ["p", "p_corrected", "told_apart", "listeners_needed"]
    for question, pairs in analysis.comparisons.items():
        for one in pairs:
            d = one.difference
            rows.append([question, one.first, one.second, d.mean, d.low, d.high, d.n])
            rows[-1] += [one.p, one.p_corrected, one.is_told_apart, one.needed or ""]
    return rows


def _pair_row(one: Comparison) -> list[str]:
    d = one.difference
    verdict = "told apart" if one.is_told_apart else "not told apart"
    numbers = [f"{d.mean:+.3g}", _interval(d), f"{one.p:.3f}", f"{one.p_corrected:.3f}"]
    return [f"{one.first} - {one.second}", *numbers, verdict, str(one.needed or "-")]


def _number(value: float) -> str:
    return f"{value:.3g}" if isfinite(value) else "-"


def _interval(mean: Mean) -> str:
    if not (isfinite(mean.low) and isfinite(mean.high)):
        return "-"
    return f"[{mean.low:.3g}, {mean.high:.3g}]"


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [heads, *rows]
    ]
