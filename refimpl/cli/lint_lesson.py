"""Check the source of a lesson: its exercises, questions, pictures, players and form.

Reports the file, the line and the fix for each fault. Changes nothing. Without --execute it runs
no cell, and checks pictures and players by the code and by the outputs in the built solution
notebook.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import counted, next_step, remark, result
from refimpl.cli.numbers import whole
from refimpl.errors import UserError

FOUND = 1
EXAMPLES = """\
examples:
  refimpl lint-lesson                  all lessons
  refimpl lint-lesson 3                one
  refimpl lint-lesson 3 4 --execute    two, run from top to bottom, with output and cost

exit codes: 0 no fault, 1 faults found, 2 wrong usage
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lessons", metavar="NN", nargs="*", type=whole, help="numbers of lessons (default: all)"
    )
    parser.add_argument(
        "--execute",
        action="store_true",
        help="run them too, and check the output and the cost of each cell",
    )


def run(args: argparse.Namespace) -> int | None:
    from refimpl.course.linting import lint_lesson
    from refimpl.course.notebooks import sources
    from refimpl.course.project import find_project

    root = find_project()
    there = {int(path.name[:2]): path for path in sources(root)}
    unknown = [number for number in args.lessons if number not in there]
    if unknown:
        known = ", ".join(map(str, there))
        raise UserError(f"there is no lesson {unknown[0]} in book/lessons; there are {known}")
    n_found = 0
    chosen = sorted(set(args.lessons)) or list(there)
    for number in chosen:
        findings = lint_lesson(root, there[number], execute=args.execute)
        n_found += len(findings)
        for finding in findings:
            result(str(finding))
    remark(f"{counted(len(chosen), 'lesson')}, {counted(n_found, 'fault')}")
    if not n_found:
        return None
    next_step("correct them, then make notebooks")
    return FOUND
