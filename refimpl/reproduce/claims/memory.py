"""Claims about the memory of models, read from the comparison on fiddle tunes.

`refimpl reproduce --memory` has trained these models, several seeds of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from refimpl.reproduce.claims.claim import FEWEST_SEEDS, Claim
from refimpl.reproduce.memory.arms import LEARNED, RECURRENT, RELATIVE, ROPE, SHIFTED, questioned

LESSON = 10
PHRASE = "32"  # notes
Run = dict[str, Any]
Measure = Callable[[Run], float]


def within(run: Run) -> float:
    """Nats per note up to the trained length, less of which are better."""
    return -run["nats"]["within"]


def beyond(run: Run) -> float:
    """Nats per note beyond it."""
    return -run["nats"]["beyond"]


def returning(run: Run) -> float:
    """Nats per note that ends a run which has come before."""
    return -run["nats"]["returning"]


def repeated(run: Run) -> float:
    """The share of a phrase's notes that are expected when it comes again."""
    return run["recall"][PHRASE]["right"]


NATS = "held-out nats per note saved"
RIGHT = f"share of the notes gained that are expected when a phrase of {PHRASE} comes again"


@dataclass(frozen=True)
class _Said:
    """A claim: of a paper, about a measure, and of which models it says that one gains on another.

    With two pairs the first gains more than the second.
    """

    name: str
    says: str
    source: str
    scale: str
    measured: str
    measure: Measure
    pairs: tuple[tuple[str, str], ...]


SAID = (
    _Said(
        "Relative positions for structure",
        "attention that knows distances expects what comes back in music, learned positions less",
        "huang2018",
        "piano performances and chorales, up to 2,048 events",
        f"{NATS}, on notes that end a run of twelve which has come before",
        returning,
        ((RELATIVE, LEARNED),),
    ),
    _Said(
        "Relative positions beyond the trained length",
        "attention that knows distances goes on beyond the length that it was trained on",
        "huang2018",
        "piano performances, twice the trained length",
        f"{NATS}, beyond the trained length",
        beyond,
        ((RELATIVE, LEARNED),),
    ),
    _Said(
        "Rotary positions on tunes",
        "rotating queries and keys lets a model learn faster than vectors for positions",
        "su2021",
        "BERT on books and Wikipedia, Performer on enwik8",
        NATS,
        within,
        ((ROPE, LEARNED),),
    ),
    _Said(
        "Attention copies better than a state",
        "attention repeats what it has read, and a state of fixed size forgets it",
        "jelassi2024",
        "strings of up to 1,000 characters, models of 160 million weights",
        RIGHT,
        repeated,
        ((ROPE, RECURRENT),),
    ),
    _Said(
        "Birdie's objectives for a recurrence",
        "a state-space model learns to recall from Birdie's objectives, not from next tokens",
        "blouir2024",
        "text, models of 1.4 billion weights",
        RIGHT,
        repeated,
        ((questioned(RECURRENT), RECURRENT),),
    ),
    _Said(
        "Birdie's objectives help a recurrence more than attention",
        "the objectives bring state-space models nearer to transformers in recalling",
        "blouir2024",
        "text, models of 1.4 billion weights",
        f"{RIGHT}: what a recurrence gains more than attention",
        repeated,
        ((questioned(RECURRENT), RECURRENT), (questioned(ROPE), ROPE)),
    ),
    _Said(
        "Keys from the token before",
        "where a key tells what came before its token, heads that continue a phrase form sooner",
        "olsson2022",
        "text, language models of one to forty layers",
        f"{NATS}, on notes that end a run of twelve which has come before",
        returning,
        ((SHIFTED, ROPE),),
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


def _claim(said: _Said, runs: Sequence[Run]) -> Claim | None:
    names = {name for pair in said.pairs for name in pair}
    for seconds in sorted({run["seconds"] for run in runs}, reverse=True):
        values = {
            name: {
                run["seed"]: said.measure(run)
                for run in runs
                if run["name"] == name and run["seconds"] == seconds
            }
            for name in names
        }
        seeds = sorted(set.intersection(*(set(found) for found in values.values())))
        if len(seeds) >= FEWEST_SEEDS:
            setting = f"fiddle tunes as notes, models of 3 layers, {seconds:g} processor seconds"
            return Claim(
                said.name,
                LESSON,
                said.says,
                said.source,
                said.scale,
                said.measured,
                setting,
                partial(_gain, said.pairs, values, seeds),
                n_seeds=len(seeds),
            )
    return None


def _gain(pairs, values: dict[str, dict[int, float]], seeds: Sequence[int], place: int) -> float:
    """The gain of the first model of a pair on the second, less the same of a second pair."""
    seed = seeds[place]
    gains = [values[one][seed] - values[other][seed] for one, other in pairs]
    return gains[0] - sum(gains[1:])
