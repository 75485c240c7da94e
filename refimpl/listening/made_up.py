"""Made-up listeners with known preferences, to try a test and its analysis before people come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refimpl.listening.design import REFERENCE
from refimpl.listening.results import TIE, Key


def made_up_result(
    key: Key,
    quality: Mapping[str, float],
    rng: np.random.Generator,
    *,
    spread: float = 10.0,
    careless: float = 0.0,
    share: float = 1.0,
) -> dict[str, Any]:
    """Answer a test as a listener would whose taste is known.

    Each listener likes every system a little more or less than others do, and rates it differently
    each time. The higher of two such ratings is preferred.

    Args:
        key: of the test.
        quality: the true rating of each system, 0 to 100; the reference has 100 by default.
        rng: of the listener.
        spread: standard deviation of a listener's taste, and of each rating around it.
        careless: how often the listener answers without listening.
        share: of the trials that the listener answers.
    Returns:
        What a listener's file holds, ready for JSON.
    """
    true = {REFERENCE: 100.0} | dict(quality)
    taste = {name: rating + spread * rng.normal() for name, rating in sorted(true.items())}
    taste[REFERENCE] = true[REFERENCE]  # which a listener recognises, or does not
    answers = []
    for trial in [name for name, one in key.trials.items() if not one.training]:
        if rng.random() >= share:
            continue
        sounds = key.trials[trial].sounds
        guesses = rng.random() < careless
        ratings = {
            sound: rng.integers(0, 101)
            if guesses
            else np.clip(taste[system] + spread * rng.normal() * (system != REFERENCE), 0, 100)
            for sound, system in sounds.items()
        }
        order = [str(sound) for sound in rng.permutation(sorted(sounds))]
        plays = dict.fromkeys(order, 1)
        one = {"trial": trial, "order": order, "seconds": 30.0, "plays": plays}
        answers.append(one | _said(key, trial, ratings, spread, rng))
    code = "".join(rng.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 8))
    return {
        "format": "refimpl listening test",
        "version": 1,
        "test": key.test,
        "listener": code,
        "plan": 0,
        "started": "2026-01-01T10:00:00.000Z",
        "finished": "2026-01-01T10:20:00.000Z" if share == 1 else None,
        "complete": share == 1,
        "answers": answers,
        "about": [],
        "comment": "",
    }


def _said(key: Key, trial: str, ratings: dict, spread: float, rng) -> dict[str, Any]:
    """The answer in the form that the kind of test has."""
    if key.kind == "ab":
        (first, a), (second, b) = ratings.items()
        if key.ties and abs(a - b) < spread / 4:
            return {"choice": TIE}
        return {"choice": first if a > b or (a == b and rng.random() < 0.5) else second}
    n = key.trials[trial].questions
    if n:
        return {"ratings": {sound: [max(1, round(r))] * n for sound, r in ratings.items()}}
    return {"ratings": {sound: round(float(rating)) for sound, rating in ratings.items()}}
