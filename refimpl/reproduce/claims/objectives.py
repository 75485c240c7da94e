"""Claims about training objectives, read from the comparison of mixtures.

`refimpl reproduce --mixtures` has trained these models: five seeds of each, at equal compute.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.mixtures import CURRICULUM, EQUAL, NEXT_TOKEN, REPORTS
from refimpl.reproduce.seeds import NATS, at_the_same_loss, runs_by_name

SETTING = "the course's model, 480 steps of 2 rows on 9,000 tinytunes"


def saved_nats(results: dict[str, Any], better: str, worse: str, seed: int) -> float:
    """How much lower the next-token loss of one mixture is than that of another."""
    groups = runs_by_name(results["runs"])
    ours, theirs = (
        next(run for run in groups[name] if run["seed"] == seed) for name in (better, worse)
    )
    return theirs[NATS] - ours[NATS]


def in_key_at_the_same_loss(results: dict[str, Any], seed: int) -> float:
    """How many more notes are in key than next-token prediction writes at the same loss."""
    groups = runs_by_name(results["runs"])
    one = [run for run in groups[REPORTS] if run["seed"] == seed]
    curve = [groups[name] for name in groups if name.startswith("next token")]
    return at_the_same_loss(one, curve, "in_key").mean


def objectives(results_folder: Path) -> list[Claim]:
    """The claims that the mixtures' results decide; none where there are no results.

    Args:
        results_folder: what `refimpl reproduce --mixtures` wrote to.
    """
    path = results_folder / "mixtures.json"
    if not path.exists():
        return []
    results = json.loads(path.read_text(encoding="utf-8"))
    unit = "held-out next-token loss saved, nats"
    return [
        Claim(
            "A curriculum over objectives",
            6,
            "shares that follow what the model learns beat equal shares",
            "blouir2024",
            "text, models of 1.4 billion weights",
            unit,
            SETTING,
            partial(saved_nats, results, CURRICULUM, EQUAL),
        ),
        Claim(
            "A mixture beside next-token prediction",
            6,
            "a mixture of denoising tasks beats next-token prediction",
            "tay2022",
            "text, models of 167 million to 20 billion weights",
            unit,
            SETTING,
            partial(saved_nats, results, EQUAL, NEXT_TOKEN),
        ),
        Claim(
            "The report's mixture",
            6,
            "training on Birdie's objectives makes a better model of audio tokens",
            "steinle2025",
            "10 steps on a few recordings",
            unit,
            SETTING,
            partial(saved_nats, results, REPORTS, NEXT_TOKEN),
        ),
        Claim(
            "The report's mixture at the same loss",
            6,
            "training on Birdie's objectives makes a better model of audio tokens",
            "steinle2025",
            "10 steps on a few recordings",
            "share of notes in key gained, beside next-token prediction stopped at the same loss",
            SETTING,
            partial(in_key_at_the_same_loss, results),
        ),
    ]
