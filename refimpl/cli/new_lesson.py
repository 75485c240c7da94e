"""Start a new lesson: the files of a small one that runs, for you to replace step by step.

Writes the lesson's source, the record of its first exercise, the answers that prove the exercise's
check, and the entry in the table of contents. No file is overwritten. The unchanged lesson
passes lint-lesson, builds its notebooks and passes the tests of its exercise.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, result
from refimpl.cli.numbers import whole
from refimpl.cli.words import text

EXAMPLES = """\
examples:
  refimpl new-lesson Vocoders               the number after the last lesson's
  refimpl new-lesson Vocoders --number 12   (a title of several words goes in quotes)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("title", type=text, metavar="TITLE", help="title of the lesson")
    parser.add_argument(
        "--number", type=whole, metavar="N", help="of the lesson (default: after the last one)"
    )


def run(args: argparse.Namespace) -> None:
    from refimpl.course.project import find_project
    from refimpl.course.scaffolding import write_new_lesson

    written = write_new_lesson(find_project(), args.title, args.number)
    for path in written.files:
        result(str(path))
    number = written.number
    next_step(
        f"change them, then: python -m refimpl.course.notebooks {number:02}; "
        f"refimpl lint-lesson {number}; pytest tests/exercises -k '{number}.'"
    )
