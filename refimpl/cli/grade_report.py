"""Report on a class: shares of right answers, common mistakes, and answers that are alike.

Reads the folder of `refimpl grade` and writes a page of HTML and a CSV table for the course and for
each lesson. Nothing is graded again. With --anonymous, students have ids instead of names; graders
may use these ids in the lists of overrides and requests.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.console import counted, next_step, remark, result
from refimpl.errors import UserError

EXAMPLES = """\
examples:
  refimpl grade-report grades/
  refimpl grade-report grades/ --anonymous
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("grades", metavar="GRADES", type=Path, help="the --out of refimpl grade")
    parser.add_argument(
        "--anonymous", action="store_true", help="write ids instead of names, for graders"
    )


def run(args: argparse.Namespace) -> None:
    from refimpl.course.grading.reporting.pages import write_report
    from refimpl.course.grading.term.anonymous import FILE
    from refimpl.course.grading.term.course import open_course
    from refimpl.course.project import find_project

    try:
        project = find_project()
    except UserError:
        project = None
        remark("note: not in the course's repository, so its own answers may be among those alike")
    pages = write_report(args.grades, open_course(args.grades), project, args.anonymous)
    if args.anonymous:
        remark(f"note: {args.grades / FILE} says whose each id is: keep that file to yourself")
    remark(counted(len(pages) - 1, "lesson"))
    result(str(pages[0]))
    next_step("open it in a browser; it holds answers, so show it to graders only")
