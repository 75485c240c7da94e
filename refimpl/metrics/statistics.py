"""Statistics over many tunes: means with intervals, distributions, and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.metrics.musical import MusicalMeasures

GAP_BIN, LONGEST_GAP = 0.05, 2.0  # seconds
LARGEST_INTERVAL = 12  # semitones
HEADINGS = {
    "in_key": "in key",
    "cross_key": "cross-key",
    "onsets_per_second": "onsets/s",
    "ioi_tv": "IOI-TV",
    "interval_tv": "interval-TV",
    "longest_run": "longest run",
    "ngrams_32": "32-grams",
    "ngrams_64": "64-grams",
}


@dataclass(frozen=True)
class Estimate:
    """A mean over tunes with its 95 % interval; NaN where no tune could be measured.

    Attributes:
        mean: over the tunes that could be measured.
        low, high: the interval that bootstrap resampling of the tunes gives.
        n: tunes that could be measured.
    """

    mean: float
    low: float
    high: float
    n: int


def _scalars(measured) -> dict[str, float]:
    """The measures of one tune that are a number."""
    if isinstance(measured, Mapping):
        return dict(measured)
    return {name: getattr(measured, name) for name in type(measured).names()}


def bootstrap_mean(values: np.ndarray, *, n_resamples: int = 1000, seed: int = 0) -> Estimate:
    """Mean and 95 % percentile bootstrap interval; NaN values are left out.

    Args:
        values: (n_tunes,).
        n_resamples: number of bootstrap samples.
        seed: of the resampling.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    Taught in lesson 7.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    draws = np.random.default_rng(seed).integers(len(values), size=(n_resamples, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return Estimate(float(values.mean()), float(low), float(high), len(values))


def bootstrap_share(
    hits: np.ndarray, totals: np.ndarray, *, n_resamples: int = 1000, seed: int = 0
) -> Estimate:
    """Return a share over all tunes together and its 95 % percentile bootstrap interval.

    Unlike the mean of the tunes' shares, it gives every note the same weight: the share of a tune
    with two or three notes means little.

    Args:
        hits: (n_tunes,) the counts.
        totals: (n_tunes,) the totals to which they belong.
        n_resamples: number of bootstrap samples.
        seed: of the resampling.
    """
    hits, totals = np.asarray(hits, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    n = int((totals > 0).sum())
    if not n:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    draws = np.random.default_rng(seed).integers(len(hits), size=(n_resamples, len(hits)))
    with np.errstate(invalid="ignore"):  # a draw of tunes without a note has no share
        shares = hits[draws].sum(axis=1) / totals[draws].sum(axis=1)
    low, high = np.nanpercentile(shares, [2.5, 97.5])
    return Estimate(float(hits.sum() / totals.sum()), float(low), float(high), n)


def gap_histogram(gaps: np.ndarray) -> np.ndarray:
    """Histogram of inter-onset intervals in 50 ms bins up to 2 s: (41,).

    Each is shared between the two nearest bins, so that a millisecond more or less makes no jump.
    """
    position = np.minimum(np.asarray(gaps, dtype=np.float64), LONGEST_GAP) / GAP_BIN
    n_bins = round(LONGEST_GAP / GAP_BIN) + 1
    lower = np.minimum(position.astype(np.int64), n_bins - 2)
    upper_share = position - lower
    return np.bincount(lower, 1 - upper_share, n_bins) + np.bincount(lower + 1, upper_share, n_bins)


def interval_histogram(intervals: np.ndarray) -> np.ndarray:
    """Histogram of melodic intervals from an octave down to an octave up, and beyond: (25,)."""
    clipped = np.clip(np.asarray(intervals, dtype=np.int64), -LARGEST_INTERVAL, LARGEST_INTERVAL)
    return np.bincount(clipped + LARGEST_INTERVAL, minlength=2 * LARGEST_INTERVAL + 1).astype(float)


def total_variation(counts: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Total variation distance of histograms (…, n_bins) from one (n_bins,), in [0, 1]; (…)."""
    with np.errstate(invalid="ignore"):  # an empty histogram is at no distance: NaN
        shares = counts / counts.sum(axis=-1, keepdims=True)
        return np.abs(shares - reference / reference.sum()).sum(axis=-1) / 2


def distribution_distance(
    histograms: Sequence[np.ndarray],
    reference: np.ndarray,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Total variation distance of all tunes' histograms together from a reference.

    Args:
        histograms: (n_bins,) one per tune.
        reference: (n_bins,) counts, of the training tunes.
        n_resamples: number of bootstrap samples.
        seed: of the resampling.

    Returns:
        The distance and, as interval, 1.96 bootstrap standard errors either side. A small sample
        is at some distance even from its own distribution: compare with as many held-out tunes.
    """
    counts = np.asarray(histograms, dtype=np.float64)  # (n_tunes, n_bins)
    filled = int((counts.sum(axis=1) > 0).sum()) if len(counts) else 0
    if not filled or not reference.sum():
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), n_resamples)
    spread = 1.96 * np.nanstd(total_variation(weights @ counts, reference))
    mean = float(total_variation(counts.sum(axis=0), reference))
    return Estimate(mean, max(0.0, mean - spread), min(1.0, mean + spread), filled)


def summarise(
    measures: Sequence, *, training: Sequence[MusicalMeasures] | None = None, seed: int = 0
) -> dict[str, Estimate]:
    """Mean and 95 % interval of every measure over many tunes.

    Args:
        measures: one per tune: MusicalMeasures, or dictionaries of numbers (`measure_copying`).
        training: measures of training tunes. They add "ioi_tv" and "interval_tv", the distances of
            the inter-onset and the melodic intervals of all tunes together from theirs.
        seed: of the bootstrap.

    Returns:
        {measure: Estimate}; the same tunes and seed give the same figures.

    Taught in lesson 7.
    """
    rows = [_scalars(measured) for measured in measures]
    names = rows[0] if rows else MusicalMeasures.names()
    summary = {name: bootstrap_mean([row[name] for row in rows], seed=seed) for name in names}
    if training is not None:
        for name, values, histogram in (
            ("ioi_tv", "gaps", gap_histogram),
            ("interval_tv", "intervals", interval_histogram),
        ):
            reference = sum(histogram(getattr(m, values)) for m in training)
            histograms = [histogram(getattr(m, values)) for m in measures]
            summary[name] = distribution_distance(histograms, np.asarray(reference), seed=seed)
    return summary


def _format(estimate: Estimate | None, intervals: bool) -> str:
    """Format one cell: three significant digits, and the interval on request."""
    if estimate is None or not np.isfinite(estimate.mean):
        return "–"

    def digits(value: float) -> str:
        small = 0 < abs(estimate.mean) < 0.005
        return f"{value:.0e}" if small else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"

    if not intervals:
        return digits(estimate.mean)
    return f"{digits(estimate.mean)} [{digits(estimate.low)}, {digits(estimate.high)}]"


def table(
    rows: Mapping[str, Mapping[str, Estimate]],
    *,
    columns: Sequence[str] | None = None,
    intervals: bool = True,
) -> str:
    """A Markdown table, aligned so that it also reads as plain text.

    Args:
        rows: {name of a set of tunes: its summary}.
        columns: measures to show; by default every measure in any row.
        intervals: show the 95 % interval after each mean.

    Returns:
        The lines of the table; "–" for missing values.

    Taught in lesson 7.
    """
    columns = list(columns or dict.fromkeys(name for summary in rows.values() for name in summary))
    lines = [["set", *(HEADINGS.get(name, name.replace("_", " ")) for name in columns)]]
    for name, summary in rows.items():
        lines.append([name, *(_format(summary.get(column), intervals) for column in columns)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns) + 1)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )
