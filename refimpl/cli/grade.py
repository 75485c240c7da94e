"""Grade submitted notebooks, each in a sandbox.

Runs the code that a lesson's exercises need from each notebook in SUBMISSIONS, a folder or a zip,
on inputs from hidden seeds. Writes grades.csv, a gradebook, a page of feedback per student and a
list of cases for a person to check. Graded submissions are skipped: after Ctrl-C, a crash or late
submissions, the same command continues.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.console import counted, next_step, remark, result
from refimpl.cli.numbers import positive, whole
from refimpl.cli.words import text
from refimpl.errors import UserError

INTERRUPTED = 130
MOST_LINES = 40  # on the screen
EXAMPLES = """\
examples:
  refimpl grade submissions/ --lesson 3 --out grades/
  refimpl grade moodle-export.zip --lesson 3 --out grades/ --attempt best
  refimpl grade submissions/ --lesson 3 --out grades/ --naming '(?P<student>[a-z]+)-week3'
  refimpl grade submissions/ --lesson 3 --out grades/ --scheduler tcp://head-node:8786
"""
TRUSTED = (
    "without a sandbox: submitted code runs as you, may read and delete your files, use the "
    "network and see other submissions and the references; only for notebooks whose authors you "
    "would lend this machine"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("submissions", metavar="SUBMISSIONS", type=Path, help="a folder or a zip")
    parser.add_argument("--lesson", type=whole, required=True, metavar="N", help="which lesson")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the results go"
    )
    parser.add_argument(
        "--seeds",
        type=Path,
        metavar="FILE",
        help="your secret, from which hidden inputs are drawn; made where it is not there "
        "(default: seeds.txt in --out)",
    )
    parser.add_argument(
        "--naming",
        type=text,
        default="auto",
        metavar="RULE",
        help="whose a file is: moodle, canvas, brightspace, blackboard, folder (one a student), "
        "file (one a student), or a regular expression with (?P<student>…) and perhaps "
        "(?P<attempt>…); default: the first that fits",
    )
    parser.add_argument(
        "--attempt",
        choices=("last", "best"),
        default="last",
        help="which of a student's attempts counts (default: %(default)s)",
    )
    _add_limits(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is done")
    group.add_argument("--workers", type=whole, metavar="N", help="at a time (default: one a core)")
    group.add_argument(
        "--timeout",
        type=positive,
        default=60.0,
        metavar="S",
        help="processor time for an exercise, in seconds of the reference machine: slow and fast "
        "graders give the same grades (default: %(default)g)",
    )
    group.add_argument(
        "--memory",
        type=positive,
        default=4.0,
        metavar="GIB",
        help="gibibytes for a submission (default: %(default)g)",
    )
    group.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that does the work"
    )
    group.add_argument("--trust", action="store_true", help=TRUSTED)


def run(args: argparse.Namespace) -> int | None:
    from refimpl.course.grading.engine import default_workers
    from refimpl.course.grading.grade import grade
    from refimpl.course.grading.sandbox import Limits
    from refimpl.course.grading.seeds import keep_secret, read_secret
    from refimpl.course.grading.task import Task

    if not args.submissions.exists():
        raise UserError(f"there is no {args.submissions}: give a folder or a zip of notebooks")
    seeds = args.seeds or args.out / "seeds.txt"
    secret, is_new = read_secret(seeds)

    def keep_new_secret() -> None:
        if is_new:
            keep_secret(seeds, secret)
            remark(f"note: new hidden seeds in {seeds}: keep this file: other seeds, other inputs")

    if args.trust:
        remark(f"note: {TRUSTED}")
    limits = Limits(seconds=args.timeout, memory=int(args.memory * 2**30))
    outcome = grade(
        args.submissions,
        args.out,
        Task(args.lesson, secret, limits, args.trust),
        naming=args.naming,
        n_workers=args.workers or default_workers(),
        scheduler=args.scheduler,
        attempt=args.attempt,
        leave_out=[seeds],
        before_writing=keep_new_secret,
    )
    _tell(args, outcome)
    return INTERRUPTED if outcome.n_left else None


def _tell(args: argparse.Namespace, outcome) -> None:
    before = f", {outcome.n_before} graded before" if outcome.n_before else ""
    n_students = counted(len(outcome.rows), "student")
    remark(f"{counted(outcome.n_now, 'submission')} graded{before}; {n_students}")
    if outcome.look_at:
        remark(f"to look at ({args.out / 'look-at.txt'}):")
    for line in outcome.look_at[:MOST_LINES]:
        remark(f"  {line}")
    if len(outcome.look_at) > MOST_LINES:
        remark(f"  and {len(outcome.look_at) - MOST_LINES} more in that file")
    result(f"{args.out / 'grades.csv'}")
    if outcome.n_left:
        left = counted(outcome.n_left, "submission")
        next_step(f"give the same command again for what is left: {left}")
    else:
        next_step(f"give the pages in {args.out / 'feedback'} to the students")
