"""Make the archive for learners: open lessons and the package, and no solutions.

The archive holds everything for a learner's own machine, with a README that explains the first
steps. The package includes the reference answers, since check needs them, but not the solved
notebooks and the sources of the lessons. The same repository always gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.console import check_free, next_step, remark, result
from refimpl.errors import UserError

EXAMPLES = """\
examples:
  refimpl release --out course.zip
  refimpl release --out course.zip --force       replace last week's archive
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE.zip", help="the archive to write"
    )
    parser.add_argument("--force", action="store_true", help="replace the archive if it exists")


def run(args: argparse.Namespace) -> None:
    from refimpl.course.project import find_project
    from refimpl.course.releasing import write_release

    if args.out.suffix.lower() != ".zip":
        raise UserError(f"{args.out}: give a name that ends in .zip")
    check_free([args.out], args.force)
    names = write_release(find_project(), args.out)
    n_lessons = sum(name.endswith(".ipynb") for name in names)
    remark(f"{n_lessons} lessons, {len(names)} files, {args.out.stat().st_size / 1e6:.1f} MB")
    result(str(args.out))
    next_step("give it to the class, and the book with `EDITION=class make book`")
