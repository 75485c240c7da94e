"""Put the compared models into the package that come with it.

    python -m refimpl.reproduce.memory.shipping runs/reproduce/memory

takes those with seed 1, with their tokens.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from refimpl.files import replace_json
from refimpl.pipeline.generators import shipped_folder
from refimpl.reproduce.memory.comparison import run_name
from refimpl.reproduce.memory.shipped import EVENTS, FOLDER, SHIPPED
from refimpl.reproduce.memory.tunes import fiddle_tunes
from refimpl.training import load_model, save_model


def ship(work: Path, folder: Path | None = None) -> list[Path]:
    """Put runs into the package.

    Args:
        work: folder of runs.
        folder: where to; by default the package's own.
    """
    folder = folder or shipped_folder(FOLDER)
    made = []
    for name, (arm, seconds) in SHIPPED.items():
        run = run_name(arm, seconds, 1)
        record = json.loads((work / f"{run}.json").read_text(encoding="utf-8"))
        saved = load_model(work / run)
        facts = {key: value for key, value in record.items() if key != "tunes"}
        command = f"refimpl reproduce --memory --memory-seconds {record['seconds']:g}"
        facts["command"] = f'{command} --memory-model "{arm}" --memory-seeds 1'
        made.append(
            save_model(folder / name, saved.model, vocabulary=saved.vocabulary, facts=facts, bits=8)
        )
    events = fiddle_tunes().events
    content = {"pitches": events.pitches.tolist(), "gaps": events.gaps.tolist()}
    replace_json(folder / EVENTS, content)
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("work", type=Path, help="the folder of runs")
    for path in ship(parser.parse_args(arguments).work):
        print(path)


if __name__ == "__main__":
    main()
