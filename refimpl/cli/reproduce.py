"""Run the report's pipeline and the course's through the same code, and compare them.

Writes a table of measures, and a page of sounds and spectrograms, into a folder.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import result

EXAMPLES = """\
examples:
  refimpl reproduce --out results
  refimpl reproduce --out results --minutes 1
  refimpl reproduce --out results --ladder         change one factor at a time, too
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the results go")
    parser.add_argument(
        "--minutes",
        type=float,
        default=5.0,
        metavar="M",
        help="training time of each model, in minutes (default: 5)",
    )
    parser.add_argument(
        "--ladder",
        action="store_true",
        help="go from the one preset to the other, changing one factor at a time",
    )


def run(args: argparse.Namespace) -> None:
    from refimpl.reproduce import reproduce

    reproduce(args.out, minutes=args.minutes, ladder=args.ladder)
    result(f"{args.out}")
