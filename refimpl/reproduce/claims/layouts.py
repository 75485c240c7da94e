"""Claims about layouts of codes, read from the comparison at equal processor time.

`refimpl reproduce --layouts` has trained these models, several seeds of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from refimpl.reproduce.claims.claim import FEWEST_SEEDS, Claim
from refimpl.reproduce.layouts.arms import DELAY, FLATTEN, FLATTEN_LONG, PARALLEL

LESSON = 9
SCALE = "20,000 hours of music, models of 300 million weights"
BITS = "bits saved on a second of held-out tunes"
Run = dict[str, Any]
Measure = Callable[[Run], float]


def bits(run: Run) -> float:
    """Bits of a second of held-out tunes, less of which are better."""
    return -run["bits"]


def got(run: Run) -> float:
    """The share of what was asked for that judges hear."""
    return run["asked"]


@dataclass(frozen=True)
class _Said:
    """A claim of a paper, about a measure and the layout that gains on another."""

    name: str
    says: str
    measured: str
    measure: Measure
    one: str
    other: str
    least: float = 0.0
    as_good: bool = False


SAID = (
    _Said(
        "Delay against parallel",
        "codes that know the coarser ones of their step are told better than in parallel",
        f"{BITS}, after equal processor time",
        bits,
        DELAY,
        PARALLEL,
    ),
    _Said(
        "Delay against flatten",
        "a delay does about as well as flattening, at a fraction of its cost",
        "share gained of what was asked for and is heard, after equal processor time",
        got,
        DELAY,
        FLATTEN,
        least=0.05,
        as_good=True,
    ),
    _Said(
        "Flatten at equal tunes",
        "flattening is better than a delay, if its cost does not count",
        f"{BITS}, after as many tunes as with a delay",
        bits,
        FLATTEN_LONG,
        DELAY,
    ),
    _Said(
        "Flatten at equal tunes, heard",
        "flattening is better than a delay, if its cost does not count",
        "share gained of what was asked for and is heard, after as many tunes as with a delay",
        got,
        FLATTEN_LONG,
        DELAY,
    ),
)


def layouts(results_folder: Path) -> list[Claim]:
    """The claims that the comparison decides; none of fewer than three seeds.

    Args:
        results_folder: what `refimpl reproduce --layouts` wrote to.
    """
    path = results_folder / "layouts.json"
    if not path.exists():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    seconds = found["settings"]["seconds"]
    setting = f"small text-to-music models, {seconds:g} processor seconds, undertrained"
    return [claim for said in SAID if (claim := _claim(said, found["runs"], setting)) is not None]


def _claim(said: _Said, runs: Sequence[Run], setting: str) -> Claim | None:
    values = {
        name: {run["seed"]: said.measure(run) for run in runs if run["name"] == name}
        for name in (said.one, said.other)
    }
    seeds = sorted(set(values[said.one]) & set(values[said.other]))
    if len(seeds) < FEWEST_SEEDS:
        return None
    return Claim(
        said.name,
        LESSON,
        said.says,
        "copet2023",
        SCALE,
        said.measured,
        setting,
        partial(_gain, values[said.one], values[said.other], seeds),
        least=said.least,
        as_good=said.as_good,
        n_seeds=len(seeds),
    )


def _gain(
    one: dict[int, float], other: dict[int, float], seeds: Sequence[int], place: int
) -> float:
    """The gain of the first layout on the second, with the same seed."""
    return one[seeds[place]] - other[seeds[place]]
