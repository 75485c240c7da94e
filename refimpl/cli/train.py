"""Train a model on the tokens of a run.

The settings choose the objectives: next-token prediction alone, or a mixture, which a curriculum
may change. Writes checkpoints, metrics and a plot of the losses to RUN/training, and at the end
RUN/model, which is everything that `refimpl generate` needs. Ctrl-C saves and stops; the same
command continues the run, also with more --steps.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, remark, result
from refimpl.cli.folders import add_run_folder
from refimpl.cli.numbers import whole
from refimpl.cli.settings import add_settings, read_settings

EXAMPLES = """\
examples:
  refimpl train --out runs/first
  refimpl train --out runs/first --steps 2000         continue a finished run
  refimpl train --out runs/first --set training.max_seconds=120
  accelerate launch -m refimpl train --out runs/first  in several processes
"""
INTERRUPTED = 130


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """Add --steps."""
    parser.add_argument(
        "--steps", type=whole, metavar="N", help="updates of the weights (default: the preset's)"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_folder(parser, force="remove checkpoints and model, and train from the beginning")
    add_training_flags(parser)
    add_settings(parser)


def run(args: argparse.Namespace) -> int | None:
    from refimpl.pipeline import RunFolder, ensure_model

    run_folder = RunFolder(args.out)
    _, source = run_folder.read()
    preset = read_settings(args, run_folder, {"training.steps": args.steps})
    with run_folder.alone():
        if args.force:
            run_folder.clear("training")
        run_folder.begin(preset, source)
        stopped_by = ensure_model(run_folder, preset, log=remark)
    if stopped_by == "interrupt":
        next_step("the same command resumes the run")
        return INTERRUPTED
    result(f"{run_folder.model}")
    next_step(f"refimpl generate --model {args.out} --out tune.wav")
    return None
