"""What a model of note events is measured by: nats, returns, copying, and phrases given to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from refimpl.backbones import Backbone
from refimpl.generation import generate
from refimpl.metrics import measure_copying, measure_returns, returning_runs, summarise
from refimpl.metrics.returns import RUN
from refimpl.reproduce.memory.tunes import LONGEST, TRAINED, EventTunes
from refimpl.reproduce.records import plain
from refimpl.vocabulary import Vocabulary

SAMPLINGS: dict[str, dict[str, Any]] = {
    "temperature 1": {},
    "top-p 0.9": {"top_p": 0.9},
    "top-k 10": {"top_k": 10},
}
MOST_NOTES = 320
PHRASES = (8, 16, 32, 64, 128)  # notes
KNOWN = 4  # notes of a phrase's second time that tell which phrase it is
COPIED = f"ngrams_{RUN}"
ROWS = 16


@torch.inference_mode()
def target_nats(
    model: Backbone, rows: Sequence[np.ndarray], vocabulary: Vocabulary
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Nats of every token of some rows given those before it, and whether it was the likeliest.

    Args:
        model: in evaluation mode.
        rows: (n_tokens,) each, with <|START|> in front.
        vocabulary: of the tokens.

    Returns:
        For each row (n_tokens - 1,) float64 and (n_tokens - 1,) bool, from its second token on.
    """
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for at in range(0, len(order), ROWS):
        chosen = order[at : at + ROWS]
        longest = max(len(rows[i]) for i in chosen)
        ids = torch.full((len(chosen), longest), vocabulary.pad)
        for place, i in enumerate(chosen):
            ids[place, : len(rows[i])] = torch.from_numpy(rows[i])
        scores = model(ids[:, :-1]).float()
        targets = ids[:, 1:]
        nats = F.cross_entropy(scores.flatten(0, 1), targets.flatten(), reduction="none")
        right = scores.argmax(-1) == targets
        for place, (i, row) in enumerate(zip(chosen, nats.view_as(targets), strict=True)):
            n = len(rows[i]) - 1
            found[i] = row[:n].double().numpy(), right[place, :n].numpy()
    return [found[i] for i in range(len(rows))]


def held_out_nats(model: Backbone, tunes: EventTunes) -> dict[str, float]:
    """Return nats per token on held-out tunes.

    Returns:
        "within" the trained length, which takes in all tunes and their ends; "beyond" it; and of
        the notes that end a run of twelve which has come before ("returning"), and of all "other"
        notes.
    """
    rows = [tunes.vocabulary.frame(ids)[:LONGEST] for ids in tunes.held_out]
    parts: dict[str, list[np.ndarray]] = {"within": [], "beyond": [], "returning": [], "other": []}
    measured = target_nats(model, rows, tunes.vocabulary)
    for ids, (nats, _) in zip(tunes.held_out, measured, strict=True):
        parts["within"].append(nats[:TRAINED])
        parts["beyond"].append(nats[TRAINED:])
        notes = nats[: min(len(ids), LONGEST - 1)]
        back = np.zeros(len(ids), dtype=bool)
        back[RUN - 1 :] = returning_runs(ids)[: max(0, len(ids) - RUN + 1)]
        back = back[: len(notes)]
        parts["returning"].append(notes[back])
        parts["other"].append(notes[~back])
    return {name: _mean(np.concatenate(values)) for name, values in parts.items()}


def recall(model: Backbone, tunes: EventTunes, *, n: int = 64) -> dict[str, dict[str, float]]:
    """Give a model a phrase of a held-out tune, and the same phrase again: does it expect it?

    After the first four notes of the second time there is nothing left to guess.

    Returns:
        By length of the phrase in notes: "right", the share of the notes after those four for
        which the phrase's own is the likeliest, and "nats" of them; and "first_right" and
        "first_nats" of the same notes when they came first. No tune may be as long as a phrase,
        which is then left out.

    Source: Jelassi et al. 2024, who let models repeat strings. Taught in lesson 10.
    """
    found = {}
    for length in PHRASES:
        chosen = [ids[:length] for ids in tunes.held_out if len(ids) >= length][:n]
        if not chosen:
            continue
        start = np.array([tunes.vocabulary.start])
        measured = target_nats(
            model, [np.concatenate([start, ids, ids]) for ids in chosen], tunes.vocabulary
        )
        nats = np.array([one for one, _ in measured])
        right = np.array([one for _, one in measured])
        first, second = slice(KNOWN, length), slice(length + KNOWN, 2 * length)
        found[str(length)] = {
            "right": _mean(right[:, second]),
            "nats": _mean(nats[:, second]),
            "first_right": _mean(right[:, first]),
            "first_nats": _mean(nats[:, first]),
        }
    return found


def write_tunes(
    model: Backbone, vocabulary: Vocabulary, *, n: int, seed: int = 0
) -> dict[str, list[np.ndarray]]:
    """Let a model write tunes in each way of sampling; a tune ends by itself or at 320 notes."""
    return {
        name: generate(
            model,
            vocabulary,
            max_tokens=MOST_NOTES,
            batch_size=n,
            seed=seed,
            **{"top_k": None} | options,
        )
        for name, options in SAMPLINGS.items()
    }


def measure_tunes(ids: Sequence[np.ndarray], tunes: EventTunes) -> dict[str, Any]:
    """Measure some tunes.

    Returns:
        An estimate of "returns", "times", "copied" (the share of runs of twelve notes that a
        training tune has, too), "longest_copied" in notes, and "notes".
    """
    copying = measure_copying(ids, tunes.train, n_grams=(RUN,))
    rows = [
        back
        | {"copied": copied[COPIED], "longest_copied": copied["longest_run"], "notes": len(one)}
        for back, copied, one in zip(measure_returns(ids), copying, ids, strict=True)
    ]
    return plain(summarise(rows))


def _mean(values: np.ndarray) -> float:
    return round(float(values.mean()), 4) if values.size else float("nan")
