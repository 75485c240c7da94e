"""Intervals over the seeds of a comparison: what another seed would have given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from refimpl.metrics.statistics import Estimate

NATS = "next_token_nats"


def over_seeds(values: Sequence[float | None]) -> Estimate:
    """Mean over seeds with its 95 % interval.

    Student's t, since five seeds are too few for a bootstrap: its intervals would be too short.

    Args:
        values: one a seed; None or NaN where a seed could not be measured.

    Source: Student, The probable error of a mean (1908). Taught in lesson 6.
    """
    found = np.array([value for value in values if value is not None], dtype=np.float64)
    found = found[np.isfinite(found)]
    n = len(found)
    if n == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    mean = float(found.mean())
    if n == 1:
        return Estimate(mean, float("nan"), float("nan"), 1)
    half = float(student.ppf(0.975, n - 1) * found.std(ddof=1) / np.sqrt(n))
    return Estimate(mean, mean - half, mean + half, n)


def runs_by_name(runs: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The runs of each arm of a comparison, by seed; arms in the order in which they were made."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        groups.setdefault(run["name"], []).append(run)
    return {name: sorted(group, key=lambda run: run["seed"]) for name, group in groups.items()}


def values_of(runs: Sequence[dict[str, Any]], measure: str) -> list[float | None]:
    """Return one number per run: a measure of its tunes, or its next-token loss."""
    return [run[NATS] if measure == NATS else run["measures"][measure] for run in runs]


def differences(
    runs: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], measure: str
) -> Estimate:
    """Mean difference of two mixtures, seed by seed: `runs` minus `others`.

    A seed fixes the first weights, so that a pair has part of its luck in common.
    """
    by_seed = {run["seed"]: run for run in others}
    pairs = [(run, by_seed[run["seed"]]) for run in runs if run["seed"] in by_seed]
    ones = values_of([one for one, _ in pairs], measure)
    twos = values_of([two for _, two in pairs], measure)
    return over_seeds(
        [one - two for one, two in zip(ones, twos, strict=True) if None not in (one, two)]
    )


def at_the_same_loss(
    runs: Sequence[dict[str, Any]], curve: Sequence[Sequence[dict[str, Any]]], measure: str
) -> Estimate:
    """How far a mixture's tunes are from those of next-token prediction at the same loss.

    Next-token prediction alone gets to any loss sooner; it is stopped where the mixture's is.

    Args:
        runs: of the mixture, one a seed.
        curve: runs of next-token prediction alone, one group for each number of steps.
        measure: of the tunes.

    Returns:
        The mean difference over seeds; of no seed (n = 0) where a loss lies outside the curve's.
    """
    found: list[float | None] = []
    for run in runs:
        points = [one for group in curve for one in group if one["seed"] == run["seed"]]
        points = sorted((one[NATS], one["measures"][measure]) for one in points)
        nats, value = run[NATS], run["measures"][measure]
        inside = len(points) > 1 and points[0][0] <= nats <= points[-1][0]
        if not inside or None in (value, *(music for _, music in points)):
            continue
        losses, music = zip(*points, strict=True)
        found.append(value - float(np.interp(nats, losses, music)))
    return over_seeds(found)
