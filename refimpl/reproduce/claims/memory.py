"""Claims about the memory of models, read from the comparison on fiddle tunes.

`refimpl reproduce --memory` has trained these models, several seeds of each.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.claims.said import Record, Said
from refimpl.reproduce.memory.arms import LEARNED, RECURRENT, RELATIVE, ROPE, SHIFTED, questioned

LESSON = 10
PHRASE = "32"  # notes


def within(run: Record) -> float:
    """Nats per note up to the trained length, less of which are better."""
    return -run["nats"]["within"]


def beyond(run: Record) -> float:
    """Nats per note beyond it."""
    return -run["nats"]["beyond"]


def returning(run: Record) -> float:
    """Nats per note that ends a run which has come before."""
    return -run["nats"]["returning"]


def repeated(run: Record) -> float:
    """The share of a phrase's notes that are expected when it comes again."""
    return run["recall"][PHRASE]["right"]


NATS = "held-out nats per note saved"
RIGHT = f"share of the notes gained that are expected when a phrase of {PHRASE} comes again"


SAID = (
    Said(
        "Relative positions for structure",
        "attention that knows distances expects what comes back in music, learned positions less",
        "huang2018",
        "piano performances and chorales, up to 2,048 events",
        f"{NATS}, on notes that end a run of twelve which has come before",
        returning,
        (RELATIVE, LEARNED),
    ),
    Said(
        "Relative positions beyond the trained length",
        "attention that knows distances goes on beyond the length that it was trained on",
        "huang2018",
        "piano performances, twice the trained length",
        f"{NATS}, beyond the trained length",
        beyond,
        (RELATIVE, LEARNED),
    ),
    Said(
        "Rotary positions on tunes",
        "rotating queries and keys lets a model learn faster than vectors for positions",
        "su2021",
        "BERT on books and Wikipedia, Performer on enwik8",
        NATS,
        within,
        (ROPE, LEARNED),
    ),
    Said(
        "Attention copies better than a state",
        "attention repeats what it has read, and a state of fixed size forgets it",
        "jelassi2024",
        "strings of up to 1,000 characters, models of 160 million weights",
        RIGHT,
        repeated,
        (ROPE, RECURRENT),
    ),
    Said(
        "Birdie's objectives for a recurrence",
        "a state-space model learns to recall from Birdie's objectives, not from next tokens",
        "blouir2024",
        "text, models of 1.4 billion weights",
        RIGHT,
        repeated,
        (questioned(RECURRENT), RECURRENT),
    ),
    Said(
        "Birdie's objectives help a recurrence more than attention",
        "the objectives bring state-space models nearer to transformers in recalling",
        "blouir2024",
        "text, models of 1.4 billion weights",
        f"{RIGHT}: what a recurrence gains more than attention",
        repeated,
        (questioned(RECURRENT), RECURRENT),
        second=(questioned(ROPE), ROPE),
    ),
    Said(
        "Keys from the token before",
        "where a key tells what came before its token, heads that continue a phrase form sooner",
        "olsson2022",
        "text, language models of one to forty layers",
        f"{NATS}, on notes that end a run of twelve which has come before",
        returning,
        (SHIFTED, ROPE),
    ),
)


def memory(results_folder: Path) -> list[Claim]:
    """The claims that the comparison decides; none where there are no results.

    Each is judged at the longest training for which all its models have three seeds.

    Args:
        results_folder: what `refimpl reproduce --memory` wrote to.
    """
    path = results_folder / "memory.json"
    if not path.exists():
        return []
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    return [claim for said in SAID if (claim := _claim(said, runs)) is not None]


def _claim(said: Said, runs: Sequence[Record]) -> Claim | None:
    for seconds in sorted({run["seconds"] for run in runs}, reverse=True):
        setting = f"fiddle tunes as notes, models of 3 layers, {seconds:g} processor seconds"
        some = [run for run in runs if run["seconds"] == seconds]
        if (claim := said.over_seeds(some, LESSON, setting)) is not None:
            return claim
    return None
