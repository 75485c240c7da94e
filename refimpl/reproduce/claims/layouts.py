"""Claims about layouts of codes, read from the comparison at equal processor time.

`refimpl reproduce --layouts` has trained these models, several seeds of each.
"""

from __future__ import annotations

import json
from pathlib import Path

from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.claims.said import Record, Said
from refimpl.reproduce.layouts.arms import DELAY, FLATTEN, FLATTEN_LONG, PARALLEL

LESSON = 9
SCALE = "20,000 hours of music, models of 300 million weights"
BITS = "bits saved on a second of held-out tunes"


def bits(run: Record) -> float:
    """Bits of a second of held-out tunes, less of which are better."""
    return -run["bits"]


def got(run: Record) -> float:
    """The share of what was asked for that judges hear."""
    return run["asked"]


SAID = (
    Said(
        "Delay against parallel",
        "codes that know the coarser ones of their step are told better than in parallel",
        "copet2023",
        SCALE,
        f"{BITS}, after equal processor time",
        bits,
        (DELAY, PARALLEL),
    ),
    Said(
        "Delay against flatten",
        "a delay does about as well as flattening, at a fraction of its cost",
        "copet2023",
        SCALE,
        "share gained of what was asked for and is heard, after equal processor time",
        got,
        (DELAY, FLATTEN),
        least=0.05,
        as_good=True,
    ),
    Said(
        "Flatten at equal tunes",
        "flattening is better than a delay, if its cost does not count",
        "copet2023",
        SCALE,
        f"{BITS}, after as many tunes as with a delay",
        bits,
        (FLATTEN_LONG, DELAY),
    ),
    Said(
        "Flatten at equal tunes, heard",
        "flattening is better than a delay, if its cost does not count",
        "copet2023",
        SCALE,
        "share gained of what was asked for and is heard, after as many tunes as with a delay",
        got,
        (FLATTEN_LONG, DELAY),
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
    claims = [said.over_seeds(found["runs"], LESSON, setting) for said in SAID]
    return [claim for claim in claims if claim is not None]
