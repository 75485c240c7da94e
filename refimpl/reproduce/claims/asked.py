"""Claims about music to order, read from what the text-to-music model was asked for.

`refimpl reproduce --asked` lets the one model that comes with the package carry out 96 orders in
each of several ways, and judges its tunes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.claims.said import Record, Said

LESSON = 9
SETTING = "the text-to-music model of the package, orders that describe unheard tunes"
SHARE = "share of orders gained"


def had(attribute: str) -> Callable[[Record], dict[str, float]]:
    """The share of orders whose attribute a judge finds in the tune."""
    return lambda arm: arm["agreed"][attribute]


def melody(arm: Record) -> dict[str, float]:
    """The share of the described tune's melody notes that are heard."""
    return arm["melody"]


SAID = (
    Said(
        "Guidance for the key",
        "a condition's effect on the scores, multiplied, makes a model follow it more closely",
        "ho2022",
        "pictures of 64 and 128 pixels",
        f"{SHARE} whose key signature is heard, at a scale of 3 instead of 1",
        had("signature"),
        ("guidance 3", "guidance 1"),
    ),
    Said(
        "Guidance for the mode",
        "a condition's effect on the scores, multiplied, makes a model follow it more closely",
        "ho2022",
        "pictures of 64 and 128 pixels",
        f"{SHARE} whose mode is heard, at a scale of 3 instead of 1",
        had("mode"),
        ("guidance 3", "guidance 1"),
    ),
    Said(
        "Beats as a condition",
        "a model that gets the beats keeps the tempo that it is asked for",
        "melechovsky2023",
        "captioned music of 10 s, models of 1.4 billion weights",
        f"{SHARE} whose tempo is heard, with a clock of the tempo beside the text",
        had("tempo"),
        ("guidance 3", "no clock"),
    ),
    Said(
        "A melody of one class a frame",
        "the strongest pitch class of each frame is enough for a model to play a melody",
        "copet2023",
        "20,000 hours of music, models of 1.5 billion weights",
        "share of melody notes gained that are heard, with the melody beside the text",
        melody,
        ("melody", "guidance 3"),
    ),
    Said(
        "The band beside a melody",
        "through this bottleneck, the text is followed as it is without a melody",
        "copet2023",
        "20,000 hours of music, models of 1.5 billion weights",
        f"{SHARE} whose size of the band is heard, with the melody beside the text",
        had("level"),
        ("melody", "guidance 3"),
        least=0.1,
        as_good=True,
    ),
)


def asked(results_folder: Path) -> list[Claim]:
    """The claims that the orders decide; none where there are no results.

    Args:
        results_folder: what `refimpl reproduce --asked` wrote to.
    """
    path = results_folder / "asked.json"
    if not path.exists():
        return []
    arms = {arm["name"]: arm for arm in json.loads(path.read_text(encoding="utf-8"))["arms"]}
    return [
        said.claim(
            LESSON,
            SETTING,
            estimate=partial(gain, *(said.measure(arms[name]) for name in said.pair)),
            counted="orders",
        )
        for said in SAID
        if set(said.pair) <= set(arms)
    ]


def gain(one: dict[str, float], other: dict[str, float]) -> Estimate:
    """The difference of two means, with the interval of two that have nothing in common.

    The orders of all arms are the same, so the true interval is likely to be shorter.

    Args:
        one, other: "mean", "low", "high" and "n".

    Source: Newcombe 1998, method 10, for the root of the squares on either side.
    """
    mean = one["mean"] - other["mean"]
    below = np.hypot(one["mean"] - one["low"], other["high"] - other["mean"])
    above = np.hypot(one["high"] - one["mean"], other["mean"] - other["low"])
    return Estimate(mean, float(mean - below), float(mean + above), int(one["n"]))
