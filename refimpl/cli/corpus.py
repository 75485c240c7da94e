"""Write tunes of the embedded corpus as WAV, JSON (the truth about them) and MIDI.

Tunes are composed and rendered, not downloaded; the same seed gives the same tunes everywhere.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, result
from refimpl.cli.folders import add_scheduler
from refimpl.cli.numbers import integer, seed, whole

EXAMPLES = """\
examples:
  refimpl corpus --out tunes --count 20
  refimpl corpus --out band --level 3 --split test --seed 5
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the files go")
    parser.add_argument("--count", type=whole, default=10, metavar="N", help="tunes (default: 10)")
    parser.add_argument(
        "--level",
        type=integer(1, 3),
        default=1,
        metavar="1|2|3",
        help="1 melody and bass, 2 melody and chords, 3 a small band (default: 1)",
    )
    parser.add_argument(
        "--split",
        default="train",
        metavar="NAME",
        help="train, validation or test; no tune is in two of them (default: train)",
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="default: 0")
    add_scheduler(parser)


def run(args: argparse.Namespace) -> None:
    from refimpl.tinytunes import TuneConfig, Tunes, write_corpus

    corpus = Tunes(args.split, TuneConfig(level=args.level), seed=args.seed)
    manifest = write_corpus(args.out, corpus, args.count, scheduler=args.scheduler)
    result(f"{manifest} ({args.count} tunes)")
    next_step(f"refimpl evaluate {args.out}, or refimpl run {args.out} --out runs/tunes")
