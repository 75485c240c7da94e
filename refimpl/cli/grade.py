"""Grade submitted notebooks, each in a sandbox.

Runs the code that a lesson's exercises need from each notebook in SUBMISSIONS, a folder or a zip,
on inputs from hidden seeds. Writes grades.csv, a gradebook, a page of feedback per student and a
list of cases for a person to check. Graded submissions are skipped: after Ctrl-C, a crash or late
submissions, the same command continues.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from refimpl.cli.console import counted, next_step, remark, result
from refimpl.cli.folders import add_scheduler
from refimpl.cli.numbers import positive, whole
from refimpl.cli.words import text
from refimpl.errors import UserError

INTERRUPTED = 130
MOST_LINES = 40  # on the screen
# Lists that people keep, each with its columns.
LISTS = {
    "roster": "id, name, e-mail, section",
    "extensions": "student, lesson, until, why",
    "times": "student, when: for this lesson, if the export does not tell",
    "overrides": "student, exercise, points, comment, who, when",
    "requests": "student, exercise, request, when",
}
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
    _add_rules(parser)
    _add_limits(parser)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "rules of the course", "kept in course.toml in --out, so that each is given once"
    )
    group.add_argument(
        "--attempt",
        choices=("last", "best"),
        help="which of a student's attempts counts (default: last)",
    )
    group.add_argument(
        "--due", type=text, metavar="TIME", help="of this lesson, such as '2026-11-20 23:59'"
    )
    group.add_argument(
        "--zone", type=text, metavar="NAME", help="of dates, such as Europe/Berlin (default: here)"
    )
    group.add_argument(
        "--late",
        type=text,
        metavar="RULE",
        help="such as '10 %% a day, at most 50 %%, 3 free days' (default: none)",
    )
    for name, columns in LISTS.items():
        group.add_argument(f"--{name}", type=Path, metavar="FILE", help=columns)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is done")
    group.add_argument("--workers", type=whole, metavar="N", help="at a time (default: one a core)")
    group.add_argument(
        "--timeout",
        type=positive,
        metavar="S",
        help="processor time for an exercise, in seconds of the reference machine: slow and fast "
        "graders give the same grades (default: as before, and 60 at first)",
    )
    group.add_argument(
        "--memory",
        type=positive,
        metavar="GIB",
        help="gibibytes for a submission (default: as before, and 4 at first)",
    )
    add_scheduler(group)
    group.add_argument("--trust", action="store_true", help=TRUSTED)


def run(args: argparse.Namespace) -> int | None:
    from refimpl.course.grading.engine import default_workers
    from refimpl.course.grading.grade import grade
    from refimpl.course.grading.sandbox import Limits
    from refimpl.course.grading.seeds import keep_secret, read_secret
    from refimpl.course.grading.task import Task
    from refimpl.course.grading.term.rules import check_rules, read_rules

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
    rules = read_rules(args.out).with_options(args.lesson, _options(args))
    check_rules(rules)
    limits = Limits(seconds=rules.seconds, memory=int(rules.memory * 2**30))
    outcome = grade(
        args.submissions,
        args.out,
        Task(args.lesson, secret, limits, args.trust),
        rules=rules,
        naming=args.naming,
        n_workers=args.workers or default_workers(),
        scheduler=args.scheduler,
        leave_out=[seeds, *filter(None, map(args.__dict__.get, LISTS))],
        before_writing=keep_new_secret,
        on_new_key=_tell_why,
    )
    _tell(args, outcome)
    return INTERRUPTED if outcome.n_left else None


def _options(args: argparse.Namespace) -> dict:
    """Return the given options by the names of rules, with paths relative to --out."""
    paths = {
        name: os.path.relpath(path.resolve(), args.out.resolve())
        for name in LISTS
        if (path := getattr(args, name))
    }
    words = {name: getattr(args, name) for name in ("attempt", "due", "zone", "late")}
    return {**words, **paths, "seconds": args.timeout, "memory": args.memory}


def _tell_why(why: list[str], n: int) -> None:
    remark(f"note: {counted(n, 'submission')} to grade again, since changed: {'; '.join(why)}")


def _tell(args: argparse.Namespace, outcome) -> None:
    from refimpl.course.grading.exports import lesson_folder

    folder = lesson_folder(args.out, args.lesson)
    before = f", {outcome.n_before} graded before" if outcome.n_before else ""
    n_students = counted(len(outcome.rows), "student")
    remark(f"{counted(outcome.n_now, 'submission')} graded{before}; {n_students}")
    _list("lower than before", outcome.lower, folder / "changes.txt")
    rest = [line for line in outcome.changes if line not in outcome.lower]
    _list("other points than before", rest, folder / "changes.txt")
    _list("to look at", outcome.look_at, folder / "look-at.txt")
    result(f"{folder / 'grades.csv'}")
    if outcome.n_left:
        left = counted(outcome.n_left, "submission")
        next_step(f"give the same command again for what is left: {left}")
    else:
        next_step(f"give the pages in {folder / 'feedback'} to the students")


def _list(title: str, lines: list[str], path: Path) -> None:
    """Show the first of some lines, and where all of them are."""
    if lines:
        remark(f"{title} ({path}):")
    for line in lines[:MOST_LINES]:
        remark(f"  {line}")
    if len(lines) > MOST_LINES:
        remark(f"  and {len(lines) - MOST_LINES} more in that file")
