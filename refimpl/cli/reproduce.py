"""Run the report's pipeline and the course's through the same code, and compare them.

Writes results.json, tables, and a page of sounds and spectrograms to a folder. It takes a while
(with --ladder, hours); a second call skips finished runs. With --mixtures it trains the
course's model on several mixtures of objectives instead, at equal compute and over several seeds,
and writes mixtures.json with tables and pictures. With --codecs it sends held-out tunes through
every codec, and writes codecs.json with a table, a picture and sounds. With --memory it trains
models of fiddle tunes for equal processor time, measures what comes back in the tunes that they
write, and writes memory.json with tables. With
--diffusion it lets the diffusion model write, and models of tokens beside it, and writes
diffusion.json with tables and sounds. With --claims it tests what papers claim, and writes
claims.json with a table, and codec-trials.json with the small codecs that some claims are about.
With --judges it lets every measure of sets judge real tunes, the course's model and impostors, and
writes judges.json with tables. With --asked it asks the text-to-music model for tunes, judges them
by their sound, and writes asked.json with tables and sounds. With --layouts it trains small
text-to-music models under each layout of the codec's streams for equal processor time, and writes
layouts.json with tables.
"""

from __future__ import annotations

import argparse

from refimpl.cli.numbers import positive, whole
from refimpl.cli.studies import STUDIES, reproduce_presets

EXAMPLES = """\
examples:
  refimpl reproduce                                train both presets, and compare
  refimpl reproduce --ladder                       change one factor at a time, too
  refimpl reproduce --mixtures --seeds 5           which objectives make the best music?
  refimpl reproduce --codecs                       how few bits still sound like music?
  refimpl reproduce --memory                       which model comes back to its theme?
  refimpl reproduce --diffusion                    how many steps does it take, and what steers it?
  refimpl reproduce --judges                       which measure is deceived by what?
  refimpl reproduce --asked                        does a model write what a text asks for?
  refimpl reproduce --layouts                      which order of codes, at equal time?
  refimpl reproduce --claims --out book/results    which claims of papers hold here?
  refimpl reproduce --out quick --work runs/quick --tunes 8 --set training.steps=20
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", default="results", metavar="FOLDER", help="for the results (default: results)"
    )
    parser.add_argument(
        "--work",
        default="runs/reproduce",
        metavar="FOLDER",
        help="for the runs themselves (default: runs/reproduce)",
    )
    studies = parser.add_mutually_exclusive_group()
    for name, (about, _) in STUDIES.items():
        studies.add_argument(
            f"--{name}", dest="study", action="store_const", const=name, help=about
        )
    parser.add_argument(
        "--ladder",
        action="store_true",
        help="go from the one preset to the other, changing one factor at a time",
    )
    parser.add_argument(
        "--tunes",
        type=whole,
        default=200,
        metavar="N",
        help="tunes that each measure is taken over (default: 200)",
    )
    parser.add_argument(
        "--ladder-tunes", type=whole, default=64, metavar="N", help="on the ladder (default: 64)"
    )
    parser.add_argument(
        "--again",
        metavar="RUN",
        action="append",
        help="make only this run, such as course, and keep what OUT says of the others; "
        "can be repeated",
    )
    parser.add_argument(
        "--seeds",
        type=whole,
        default=5,
        metavar="N",
        help="runs of each mixture, or of each claim (default: 5)",
    )
    parser.add_argument(
        "--mixture-tunes",
        type=whole,
        default=32,
        metavar="N",
        help="tunes that each run's model writes (default: 32)",
    )
    parser.add_argument(
        "--memory-model",
        metavar="NAME",
        action="append",
        help="train only this model, such as RoPE; can be repeated",
    )
    parser.add_argument(
        "--memory-seconds",
        type=positive,
        default=80.0,
        metavar="S",
        help="processor seconds for each of them (default: 80)",
    )
    parser.add_argument(
        "--memory-seeds",
        type=whole,
        default=3,
        metavar="N",
        help="runs of each of them (default: 3)",
    )
    parser.add_argument(
        "--diffusion-tunes",
        type=whole,
        default=100,
        metavar="N",
        help="tunes of each family; other rows have a fifth of it (default: 100)",
    )
    parser.add_argument(
        "--diffusion-rows",
        metavar="GROUP",
        action="append",
        help="make only this group of rows, such as steps; can be repeated",
    )
    parser.add_argument(
        "--judge-tunes",
        type=whole,
        default=100,
        metavar="N",
        help="tunes in each of these sets, and in those of --whole-sets (default: 100)",
    )
    parser.add_argument(
        "--asked-tunes",
        type=whole,
        default=96,
        metavar="N",
        help="texts that the text-to-music model is given (default: 96)",
    )
    parser.add_argument(
        "--layout",
        metavar="NAME",
        action="append",
        help="train only under this layout, such as delay; can be repeated",
    )
    parser.add_argument(
        "--layout-seconds",
        type=positive,
        default=30.0,
        metavar="S",
        help="processor seconds for each of these models (default: 30)",
    )
    parser.add_argument(
        "--layout-seeds",
        type=whole,
        default=3,
        metavar="N",
        help="runs of each of them (default: 3)",
    )
    parser.add_argument(
        "--layout-tunes",
        type=whole,
        default=32,
        metavar="N",
        help="texts that each of them is given (default: 32)",
    )
    parser.add_argument(
        "--codec-tunes",
        type=whole,
        default=24,
        metavar="N",
        help="held-out tunes that each codec is measured on (default: 24)",
    )
    parser.add_argument(
        "--codec",
        metavar="NAME=FILE",
        action="append",
        default=[],
        help="a further codec, such as one that a run trained; can be repeated",
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a setting for every run, to try things out quickly; can be repeated",
    )


def run(args: argparse.Namespace) -> None:
    study = STUDIES[args.study][1] if args.study else reproduce_presets
    study(args)
