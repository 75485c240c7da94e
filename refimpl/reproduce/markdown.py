"""Tables and estimates, as Markdown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from refimpl.metrics.statistics import Estimate


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Join cells to a table.

    Args:
        heads: of the columns.
        rows: as many cells each.
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def interval_cell(
    found: Estimate | Mapping[str, Any] | None, digits: int = 2, *, signed: bool = False
) -> str:
    """Write a mean with its interval: `0.98 [0.97, 0.99]`.

    Args:
        found: an estimate, or as JSON holds it; None: nothing was measured.
        digits: after the point.
        signed: whether a plus is written, too.

    Returns:
        The mean alone where there is no interval, and a dash where there is no mean.
    """
    if isinstance(found, Estimate):
        found = dataclasses.asdict(found)
    if not found or not _is_number(found["mean"]):
        return "–"
    sign = "+" if signed else ""
    mean, low, high = (
        f"{found[name]:{sign}.{digits}f}" if _is_number(found[name]) else None
        for name in ("mean", "low", "high")
    )
    return mean if low is None else f"{mean} [{low}, {high}]"


def _is_number(value: float | None) -> bool:
    return value is not None and value == value  # NaN differs from itself
