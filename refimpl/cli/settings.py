"""The settings of a command: a preset, then a file, then --set, then its own flags."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refimpl.cli.numbers import seed

if TYPE_CHECKING:
    from refimpl.pipeline import RunFolder
    from refimpl.presets import Preset

DEFAULT_PRESET = "course"


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add --preset, --config, --set and --seed."""
    group = parser.add_argument_group("settings, each overriding the ones before")
    group.add_argument(
        "--preset",
        metavar="NAME",
        help=f"course, report or neural (default: the run's preset, else {DEFAULT_PRESET}); "
        "`refimpl presets NAME` prints it",
    )
    group.add_argument(
        "--codec",
        metavar="KIND",
        help="how sound becomes codes: kmeans, vqvae, neural or another kind of codec "
        "(short for --set codec.kind=KIND)",
    )
    group.add_argument(
        "--soundfont",
        metavar="FILE",
        help="plays scores with the instruments of an .sf2 or .sf3 file "
        "(short for --set scores.soundfont=FILE)",
    )
    group.add_argument(
        "--captions",
        metavar="HOW",
        help="trains a model that is asked in words, from captions of recordings: `beside` for "
        "NAME.txt beside NAME.wav, or a CSV file with the columns file and caption",
    )
    group.add_argument("--config", metavar="FILE.toml", help="settings from a file")
    group.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="one setting, such as codec.mel.n_fft=2048 or training.steps=500; can be repeated",
    )
    group.add_argument(
        "--seed",
        type=seed,
        metavar="N",
        help="seed of the codec, the initial weights and the order of batches (default: 0)",
    )


def read_settings(
    args: argparse.Namespace,
    run_folder: RunFolder | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Preset:
    """Combine the settings of a command.

    Args:
        args: with what `add_settings` added.
        run_folder: the run's folder; what it was begun with is where the settings start from.
        flags: settings by dotted names that the command's own flags gave; None: not given.

    Raises:
        UserError: a name or a value that is none.
    """
    from refimpl.presets import get_preset, override, parse_assignment, read_changes

    changes: dict[str, Any] = read_changes(args.config) if args.config else {}
    named = args.preset or changes.pop("preset", None)
    if named is None and run_folder is not None and run_folder.settings.exists():
        base, _ = run_folder.read()
    else:
        base = get_preset(named or DEFAULT_PRESET)
    changes |= dict(parse_assignment(text) for text in args.set)
    if args.codec is not None:
        changes["codec.kind"] = args.codec
    if args.soundfont is not None:
        changes["scores.soundfont"] = args.soundfont
    if args.captions is not None:
        changes["recordings.captions"] = args.captions
    if args.seed is not None:
        changes["training.seed"] = args.seed
    changes |= {name: value for name, value in (flags or {}).items() if value is not None}
    return override(base, _with_defaults_of_captions(_with_levels_own_defaults(changes)))


def _with_levels_own_defaults(changes: dict[str, Any]) -> dict[str, Any]:
    """Another level of tunes has other tempos and modes, unless these are given too."""
    if "tunes.level" not in changes:
        return changes
    return {"tunes.tempos": None, "tunes.modes": None} | changes


def _with_defaults_of_captions(changes: dict[str, Any]) -> dict[str, Any]:
    """A caption belongs to one clip, and objectives mix several in a row."""
    from refimpl.corpora.captions import BESIDE

    captions = changes.get("recordings.captions")
    if captions in (None, "none"):
        return changes
    if captions != BESIDE:  # absolute, so that the run can go on from another working directory
        changes = changes | {"recordings.captions": str(Path(captions).resolve())}
    return {"objectives.mixture": None} | changes
