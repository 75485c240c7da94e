"""Options that commands share: the folder of a run, its source, and a cluster."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from refimpl.errors import UserError

if TYPE_CHECKING:
    from refimpl.pipeline import RunFolder

MAX_PROCESSES = 4
_COLLECTIONS = ("scores:chorales", "scores:fiddle")


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add SOURCE."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        help="tinytunes (the embedded corpus); scores:chorales or scores:fiddle (real scores; "
        "install refimpl[scores] first); or a folder or file of recordings (WAV, FLAC, OGG, "
        "MP3) or of scores (MIDI, ABC, MusicXML); not needed to resume a run",
    )


def add_run_folder(parser: argparse.ArgumentParser, *, force: str) -> None:
    """Add --out and --force, which does what `force` says."""
    parser.add_argument(
        "--out",
        required=True,
        metavar="RUN",
        help="folder of the run; an unfinished run is resumed",
    )
    parser.add_argument("--force", action="store_true", help=force)


def add_scheduler(parser: argparse._ActionsContainer) -> None:
    """Add --scheduler."""
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask cluster that does the work, such as tcp://head-node:8786",
    )


def source_of(args: argparse.Namespace, run_folder: RunFolder) -> str:
    """Return the given source, or the source of the run.

    Raises:
        UserError: neither is there.
    """
    if args.source is not None:
        # Absolute, so that the run can go on from another working directory.
        prefix = "scores:" if args.source.startswith("scores:") else ""
        path = Path(args.source.removeprefix(prefix))
        is_path = path.exists() and args.source not in ("tinytunes", *_COLLECTIONS)
        return f"{prefix}{path.resolve()}" if is_path else args.source
    known = run_folder.read()[1] if run_folder.settings.exists() else None
    if known is None:
        raise UserError(
            "a new run needs a SOURCE: tinytunes, scores:chorales, or a folder of recordings"
        )
    return known


def n_processes() -> int:
    """Return the number of processes for rendering and tokenizing."""
    return min(MAX_PROCESSES, os.cpu_count() or 1)
