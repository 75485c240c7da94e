"""The part of the model card that is about the text-to-music model, from what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from refimpl.pipeline.generators import read_facts, shipped_folder
from refimpl.reproduce.asked.arms import REAL, RESYNTHESISED
from refimpl.reproduce.asked.tables import agreed_table
from refimpl.text_to_music.saved import SHIPPED

_SHOWN = (REAL, RESYNTHESISED, "guidance 1", "guidance 3", "held-out words", "no clock", "melody")


def text_section(asked: dict[str, Any]) -> str:
    """Describe the text-to-music model that comes with the package.

    Args:
        asked: what asked.json holds.
    """
    folder = shipped_folder(SHIPPED)
    facts = read_facts(folder)
    megabytes = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    arms = [arm for arm in asked["arms"] if arm["name"] in _SHOWN]
    written = next(arm for arm in asked["arms"] if arm["name"] == "guidance 3")
    return "\n".join(
        [
            "## `text`",
            "",
            "Made by `python -m refimpl.text_to_music --work runs/text --out "
            "refimpl/checkpoints/text`. It writes four bars that have what a text asks for, "
            "and plays a melody that it is given (`refimpl generate --text WORDS --melody FILE`, "
            "`refimpl.text_to_music.load_composer`).",
            "",
            f"- **Model:** {facts['parameters']:,} parameters, and a codec of "
            f"{facts['codec_parameters']:,}; {megabytes:.1f} MB together.",
            f"- **Training:** {facts['steps']:,} steps of {facts['batch_size']} of "
            f"{facts['tunes']:,} tunes of levels 1 to 3, {facts['core_seconds']:,} s of CPU cores "
            f"that had other work, too; the codec {facts['codec_steps']:,} steps. The model in the "
            "package was trained by two processes, with a schedule by the clock, and its codec "
            "began with a schedule of 7,200 steps: the command makes one like it, not the same.",
            f"- **Speed:** {written['seconds_a_tune']:.2f} s of one core for a tune, with sound.",
            "- **It knows:** the words of `refimpl.tinytunes.phrasings`, tempos from 72 to 144 "
            "beats per minute, and the instruments of this corpus. It has heard no recording, no "
            "voice, and nothing longer than four bars.",
            "",
            "The share of tunes that have what was asked for, with 95 % intervals, as judges tell "
            "from the sound. The first two rows say how right they are on test tunes: the judge "
            "of the melody's instrument fails through the codec, so nothing is known about that. "
            "[The page on what was asked for](results-asked.md) has all of it:",
            "",
            agreed_table(asked | {"arms": arms}),
            "",
        ]
    )


def read_asked(results_folder: Path) -> dict[str, Any] | None:
    """What asked.json holds, if it is there."""
    path = results_folder / "asked.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
