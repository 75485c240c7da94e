"""Turn the runs of a reproduction into the models that come with the package, and write their card.

    python -m refimpl.reproduce.shipping book/results runs/reproduce

Everything that a card says is read from results.json and from the runs; nothing is typed in.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from refimpl.errors import UserError
from refimpl.pipeline import load_run, save_generator
from refimpl.pipeline.folder import flatten, preset_from_dict, preset_to_dict
from refimpl.pipeline.generators import shipped_folder
from refimpl.presets import get_preset
from refimpl.reproduce.asked.card import read_asked, text_section
from refimpl.reproduce.diffusion_card import diffusion_section
from refimpl.reproduce.embedding_card import embedding_section
from refimpl.reproduce.experiments import COURSE, REPORT
from refimpl.reproduce.memory_card import memory_section
from refimpl.reproduce.neural_card import neural_section
from refimpl.reproduce.page import filling_table
from refimpl.reproduce.sets import MODEL

SHIPPED = {"course": COURSE, "report": REPORT}
# What the command that makes a model may set otherwise than its preset.
SET = (
    "start_from",
    "model.sample_positions",
    "training.steps",
    "training.learning_rate",
    "training.final_learning_rate",
    "data.n_train",
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_NUMBERS = ("no", "one", "two", "three", "four", "five")
_POSITIONS = {
    "row": "counted through each sample",
    "tune": "each token of a question and its answer has its place in the tune "
    "(`sample_positions`)",
}
MEASURES = {
    "in_key": "note pitches in the best-fitting key",
    "cross_key": "second half's pitches in the first half's key",
    "grid": "onsets on the tempo grid",
    "voiced": "loud time with a clear, held pitch",
    "ioi_tv": "distance of its rhythm from the training tunes'",
}


def ship(results_folder: Path, work: Path, card: Path) -> None:
    """Write the two presets' models into the package, and a page that describes all models.

    Args:
        results_folder: holds results.json.
        work: holds the runs that it is about.
        card: the page to write.
    """
    results = json.loads((results_folder / "results.json").read_text(encoding="utf-8"))
    records = {record["name"]: record for record in results["experiments"]}
    for name, experiment in SHIPPED.items():
        if experiment not in records:
            raise UserError(f"{results_folder} has no run {experiment!r}; run refimpl reproduce")
        record = records[experiment]
        if experiment in results.get("kept", ()):
            continue  # measured earlier, and its run with it: the files that are there stay
        finished = load_run(work / record["folder"])
        facts = finished.facts | {"made_by": command(name, record)}
        save_generator(
            shipped_folder(name), finished.model, finished.tokenizer, facts=facts, bits=8
        )
    write_card(results_folder, card)


def write_card(results_folder: Path, card: Path) -> None:
    """Write the page that describes the models.

    Args:
        results_folder: holds results.json, and neural.json if that model was measured.
        card: the page to write.
    """
    results = json.loads((results_folder / "results.json").read_text(encoding="utf-8"))
    records = {record["name"]: record for record in results["experiments"]}
    rows = [_section(name, records[experiment]) for name, experiment in SHIPPED.items()]
    text = _INTRODUCTION + "\n".join(rows) + _figures(records, results["references"]["sets"])
    neural = results_folder / "neural.json"
    if neural.exists():
        found = json.loads(neural.read_text(encoding="utf-8"))
        text += "\n" + neural_section(found, results)
    if (asked := read_asked(results_folder)) is not None:
        text += "\n" + text_section(asked)
    parts = [text, embedding_section(), diffusion_section()]
    if (results_folder / "memory.json").exists():
        parts.append(memory_section(results_folder))
    card.write_text("\n".join(parts), encoding="utf-8")


def command(name: str, record: dict[str, Any], out: str | None = None) -> str:
    """The command that makes a model: its preset, and what was set otherwise.

    Args:
        name: of the preset.
        record: what is known of the run: its settings and steps.
        out: the run's folder; by default it is called like the preset.
    """
    usual, changed = _settings(preset_to_dict(get_preset(name))), ""
    now = _settings(record["settings"]) | {"training.steps": record["steps"]}
    for setting in SET:
        if now[setting] != usual[setting]:
            changed += f" --set {setting}={now[setting]}"
    return f"refimpl run tinytunes --preset {name}{changed} --out {out or f'runs/{name}'}"


def _settings(settings: dict[str, Any]) -> dict[str, Any]:
    """All settings by dotted names; those that an older version did not write down, too."""
    return flatten(preset_to_dict(preset_from_dict(settings)))


def made_by(name: str, record: dict[str, Any]) -> list[str]:
    """The command, or the commands one after the other, that make a model."""
    runs = [record]
    while runs[0].get("start"):
        runs.insert(0, runs[0]["start"])
    *earlier, _ = runs
    if not earlier:
        return [f"Made by `{command(name, record)}`."]
    folders = [run["settings"]["start_from"] for run in runs[1:]]
    commands = [command(name, run, out=out) for run, out in zip(earlier, folders, strict=True)]
    nth = _ORDINALS[len(earlier)]
    if len(earlier) == 1:
        continues = "The second continues the training of the first one's model"
    else:
        continues = "Each but the first continues the training of the model before it"
    took = [
        f"The {_ORDINALS[i]} took {run['steps']:,} steps, {run['tokens']:,} labels and "
        f"{_time(run)}, and ended at {run['validation_loss']:.3f} nats per token"
        for i, run in enumerate(earlier)
    ]
    return [
        f"Made by {_NUMBERS[len(runs)]} commands. {continues}:",
        "",
        *(f"{i}. `{line}`" for i, line in enumerate([*commands, command(name, record)], start=1)),
        "",
        f"{'. '.join(took)}; the figures below are the {nth}'s.",
    ]


def _section(name: str, record: dict[str, Any]) -> str:
    settings = record["settings"]
    model, codec = settings["model"], preset_from_dict(settings).codec
    lines = [
        f"## `{name}`",
        "",
        *made_by(name, record),
        "",
        f"- **Sound to tokens:** {codec.describe()}, {record['tokens_per_second']:.1f} tokens and "
        f"{record['bits_per_second']:.0f} bits per second.",
        f"- **Model:** {model['n_layers']} layers, {model['hidden_size']} wide, {model['n_heads']} "
        f"heads, {record['parameters']:,} parameters, context {model['context_length']} tokens "
        f"= {record['context_seconds']:.2f} s.",
        f"- **Training:** {record['steps']:,} steps of {settings['batch_size']} rows on "
        f"{settings['data']['n_train']:,} tunes of level {settings['tunes']['level']}; "
        f"{record['tokens']:,} labels, {_time(record)}.",
        f"- **Objectives:** {_objectives(record)}.",
        f"- **Validation loss:** {record['validation_loss']:.3f} nats per token (bigram "
        f"{record['baselines']['bigram']:.3f}), {record['nats_per_second']:.1f} nats per second of "
        f"audio (bigram {record['bigram_nats_per_second']:.1f}).",
        f"- **Positions:** {_POSITIONS[model.get('sample_positions', 'row')]}.",
        "",
    ]
    if record["declared"]:
        lines += ["What the report leaves open was chosen so:", ""]
        lines += [f"- {choice}" for choice in record["declared"]] + [""]
    return "\n".join(lines)


def _time(record: dict[str, Any]) -> str:
    """How long it took; on a machine that does other things too, a core's time says more."""
    if record.get("core_seconds"):
        model, settings = record["settings"]["model"], record["settings"]
        if settings.get("objectives", {}).get("mixture") is None:  # rows are as long as their tunes
            return f"{record['core_seconds']:.0f} s of one CPU core"
        positions = record["steps"] * settings["batch_size"] * model["context_length"]
        speed = positions / record["core_seconds"]
        return f"{record['core_seconds']:.0f} s of one CPU core, {speed:,.0f} positions per second"
    return f"{record['seconds']:.0f} s on two CPU cores"


def _objectives(record: dict[str, Any]) -> str:
    """The objectives it was trained on, with the share and the held-out loss of each."""
    found = record.get("objectives")
    if not found:
        return "the next token of whole tunes, or of pieces of them"
    shares = found["mixtures"][-1]["shares"]
    parts = [
        f"{name.replace('_', ' ')} {share:.0%} ({found['losses'][name]:.2f} nats)"
        for name, share in shares.items()
    ]
    return f"{', '.join(parts)} of the pieces, with the held-out loss of each"


def _figures(records: dict[str, Any], references: dict[str, Any]) -> str:
    """The measures of the models' tunes, beside those of real ones."""
    real = next(iter(references.values()))["summary"]
    columns = {"real, held out": real}
    for name, experiment in SHIPPED.items():
        columns[f"`{name}`"] = records[experiment]["sets"][MODEL]["summary"]
    n_tunes = records[COURSE]["n_tunes"]
    lines = [f"\n## What they write\n\nMeans over {n_tunes} tunes from nothing.\n"]
    lines.append("| measure | " + " | ".join(columns) + " |")
    lines.append("| --- |" + " --- |" * len(columns))
    for key, words in MEASURES.items():
        cells = [_number(summary[key]["mean"]) for summary in columns.values()]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n" + _filling(records[COURSE])


def _filling(record: dict[str, Any]) -> str:
    """How it fills gaps."""
    found = record.get("filling")
    if not found:
        return ""
    return (
        f"\n## How `course` fills a gap\n\n{found['gap_seconds']:.0f} second cut out of each of "
        f"{found['n_tunes']} held-out tunes: the notes that begin in the gap, with 95 % "
        f"intervals over the tunes.\n\n{filling_table(record)}\n"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


_INTRODUCTION = """# Model card: the models that come with the package

All write music of the embedded corpus, [tinytunes](data-card.md), and nothing else: they have
heard no recording, and are far too small for anything but teaching. All but `text` know one tempo
and major keys.
They were trained on the same corpus, for minutes on a CPU as their sections say, and differ in
their preset. `course` was trained to write, to go on from a prefix, to fill gaps and to put frames
in order; `report` and `neural` to write. `neural` reads the codes of a neural codec. Weights are
stored in 8 bits, the codec's in 16, as safetensors, and codebooks as npz; loading them runs no code
from the files.

`refimpl generate --model course` lets one write, and so for the other names. This page is written
by `python -m refimpl.reproduce.shipping` from what `refimpl reproduce` measured, and the section on
`neural` by `python -m refimpl.reproduce.neural_tokens`. `embedding` writes no music, and judges it;
`diffusion` writes all moments at once, and `text` writes what it is asked for.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Put models of finished runs into the package.")
    parser.add_argument("results", type=Path, help="the folder with results.json")
    parser.add_argument("runs", type=Path, help="the folder of the runs, such as runs/reproduce")
    given = parser.parse_args()
    ship(given.results, given.runs, Path("book/model-card.md"))


if __name__ == "__main__":
    main()
