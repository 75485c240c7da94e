"""The part of the model card that is about the models of fiddle tunes, from the facts they hold."""

from __future__ import annotations

import json
from pathlib import Path

from refimpl.reproduce.memory.shipped import SHIPPED, load_tune_writer


def memory_section(results_folder: Path) -> str:
    """Describe the models of tunes as notes that come with the package.

    Args:
        results_folder: what `refimpl reproduce --memory` wrote to; it knows the number of tunes.
    """
    compared = json.loads((results_folder / "memory.json").read_text(encoding="utf-8"))
    writers = {name: load_tune_writer(name) for name in SHIPPED}
    one = next(iter(writers.values()))
    config = one.model.config
    lines = [
        "## Models of fiddle tunes",
        "",
        "Three small models write tunes as notes, for [lesson 10](lesson:10)."
        " `refimpl.reproduce.memory.load_tune_writer` loads them by name:",
        "",
        "| name | made by |",
        "| --- | --- |",
        *(f"| `{name}` | `{writer.facts['command']}` |" for name, writer in writers.items()),
        "",
        "`python -m refimpl.reproduce.memory.shipping runs/reproduce/memory` then puts them into"
        " the package, with 8-bit weights. Their vocabulary has a token for each of"
        f" {len(one.events)} notes, a pitch and the time to the next note; each model has"
        f" {config.n_layers} layers and a width of {config.hidden_size}. They learned from"
        f" {compared['n_train']:,} tunes of the collections on [the data card](data-card.md)."
        " [The page about memory](results-memory.md) has measures of them.",
    ]
    return "\n".join(lines) + "\n"
