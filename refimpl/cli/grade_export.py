"""Export grades for Moodle, Canvas, Brightspace, Gradescope or nbgrader.

Reads the folder of `refimpl grade` and writes the file that the system takes. For moodle, canvas
and brightspace, give the table that the system exported: only grades and comments change in it.
For gradescope, the file is an autograder that grades every upload there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.console import counted, next_step, remark, result
from refimpl.cli.numbers import whole
from refimpl.errors import UserError

MOST_NAMES = 20  # on the screen
EXAMPLES = """\
examples:
  refimpl grade-export moodle grades/ --lesson 3 --table worksheet.csv --out to-moodle/
  refimpl grade-export canvas grades/ --table canvas.csv --out to-canvas.csv
  refimpl grade-export brightspace grades/ --table brightspace.csv --out to-brightspace.csv
  refimpl grade-export gradescope grades/ --lesson 3 --out autograder.zip
  refimpl grade-export nbgrader grades/ --out gradebook.db
"""
NEXT = {
    "moodle": "upload both: 'Upload grading worksheet', 'Upload multiple feedback files in a zip'",
    "canvas": "import it: Gradebook, Import; Canvas shows every change before it saves",
    "brightspace": "import it: Grades, Enter Grades, Import; it shows every change before it saves",
    "gradescope": "upload it: Configure Autograder; it holds your secret, so show it to nobody",
    "nbgrader": "use it as the gradebook.db of a course folder of nbgrader",
}
ONE_LESSON = ("moodle", "gradescope")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("system", choices=sorted(NEXT), help="where the grades go")
    parser.add_argument("grades", metavar="GRADES", type=Path, help="the --out of refimpl grade")
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="what to write")
    parser.add_argument(
        "--lesson", type=whole, metavar="N", help="which lesson (moodle, gradescope)"
    )
    parser.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="what the system exported: Moodle's grading worksheet (needed), or the gradebook of "
        "Canvas or Brightspace (recommended)",
    )
    parser.add_argument(
        "--zeros", action="store_true", help="give 0 to students who handed in nothing"
    )
    parser.add_argument(
        "--seeds",
        type=Path,
        metavar="FILE",
        help="your secret (gradescope; default: seeds.txt in GRADES)",
    )
    parser.add_argument(
        "--pip-flags",
        default="",
        metavar="FLAGS",
        help="for pip, when the image is built, such as those that you give to make (gradescope)",
    )


def run(args: argparse.Namespace) -> None:
    if args.system in ONE_LESSON and args.lesson is None:
        raise UserError(f"{args.system} takes one lesson at a time: give --lesson")
    if args.system == "gradescope":
        _write_autograder(args)
    else:
        _tell(_export(args))
    result(str(args.out))
    next_step(NEXT[args.system])


def _export(args: argparse.Namespace):
    from refimpl.course.grading.systems import brightspace, canvas, moodle, nbgrader
    from refimpl.course.grading.term.course import open_course
    from refimpl.course.project import find_project

    if args.table and args.table.resolve() == args.out.resolve():
        raise UserError(f"{args.out} is the table itself: give another --out, and keep the export")
    course = open_course(args.grades)
    if args.system == "moodle":
        if args.table is None:
            raise UserError(
                "give the worksheet of the assignment as --table: in Moodle, 'View all "
                "submissions', 'Download grading worksheet'"
            )
        return moodle.export_moodle(course, args.lesson, args.table, args.out, args.zeros)
    if args.system == "nbgrader":
        return nbgrader.export_nbgrader(course, find_project(), args.out)
    if args.table is None:
        remark("note: without --table the system knows students and assignments by name alone")
    export = {"canvas": canvas.export_canvas, "brightspace": brightspace.export_brightspace}
    return export[args.system](course, args.out, args.table, args.zeros)


def _write_autograder(args: argparse.Namespace) -> None:
    from refimpl.course.grading.sandbox import Limits
    from refimpl.course.grading.seeds import keep_secret, read_secret
    from refimpl.course.grading.systems.gradescope import write_autograder
    from refimpl.course.grading.term.rules import read_rules
    from refimpl.course.project import find_project

    rules, seeds = read_rules(args.grades), args.seeds or args.grades / "seeds.txt"
    limits = Limits(seconds=rules.seconds, memory=int(rules.memory * 2**30))
    secret, is_new = read_secret(seeds)
    write_autograder(find_project(), args.out, args.lesson, secret, limits, args.pip_flags)
    if is_new:
        keep_secret(seeds, secret)
        remark(f"note: new hidden seeds in {seeds}: keep this file: other seeds, other inputs")


def _tell(done) -> None:
    remark(f"{counted(done.n_filled, 'grade')} filled in")
    _list("in the table, and not known here", done.not_known)
    _list("graded here, and not in the table", done.not_there)


def _list(title: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        remark(f"note: {title}: {', '.join(names[:MOST_NAMES])}{more}")
