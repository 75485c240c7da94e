"""List the presets, or print one as a TOML file that --config reads back."""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, result
from refimpl.cli.toml import to_toml

EXAMPLES = """\
examples:
  refimpl presets                        list the presets
  refimpl presets course > mine.toml     change it, then: refimpl run SOURCE --config mine.toml
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="course, report, neural or notes")


def run(args: argparse.Namespace) -> None:
    from refimpl.pipeline import preset_to_dict
    from refimpl.presets import PRESETS, get_preset

    if args.name is None:
        for preset in PRESETS.values():
            result(f"{preset.name}: {preset.about}")
        next_step("refimpl presets NAME prints all its settings")
        return
    preset = get_preset(args.name)
    settings = preset_to_dict(preset)
    del settings["model"]["vocabulary_size"]  # follows from the codes
    result(to_toml({"preset": preset.name} | settings).rstrip("\n"))
