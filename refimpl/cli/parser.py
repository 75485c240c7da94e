"""The parser: common options, and suggestions for misspelt names."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from refimpl import __version__
from refimpl.cli.console import say_error
from refimpl.errors import suggest

# In the order in which one meets them.
COMMANDS = (
    "generate",
    "run",
    "corpus",
    "fit",
    "tokenize",
    "train",
    "evaluate",
    "listening-test",
    "encode",
    "decode",
    "presets",
    "reproduce",
    "grade",
    "grade-report",
    "grade-export",
    "lint-lesson",
    "new-lesson",
    "release",
)

_EXAMPLES = """\
examples:
  refimpl generate --out tune.wav                  a tune by the model in the package
  refimpl generate --prompt clip.mp3 --out on.wav  continue a clip
  refimpl run tinytunes --out runs/first           train a model on the embedded corpus
  refimpl run my-recordings/ --out runs/mine       the same on your own sounds
  refimpl generate --model runs/mine --out my.wav

exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted
"""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line with a suggestion."""

    def __init__(self, **options):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        # An abbreviation that works today may mean something else after the next option.
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> None:
        say_error(f"{message}; `{self.prog} --help` shows how")
        sys.exit(2)


def build_parser() -> Parser:
    """Make the parser of all commands, without any slow import."""
    parser = Parser(
        prog="refimpl",
        description="From sounds to a language model that writes music.",
        epilog=_EXAMPLES,
        parents=[_common_options()],
    )
    parser.add_argument("--version", action="version", version=f"refimpl {__version__}")
    parser.set_defaults(quiet=False, debug=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in COMMANDS:
        module = import_module("refimpl.cli." + name.replace("-", "_"))
        about = (module.__doc__ or name).strip()  # `python -OO` leaves docstrings out
        summary = about.splitlines()[0]
        command = commands.add_parser(
            name,
            help=summary[0].lower() + summary[1:].rstrip("."),
            description=about,
            epilog=module.EXAMPLES,
            parents=[_common_options()],
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run, parser=command)
    parser.commands = commands.choices
    return parser


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; suggest the nearest name for a misspelt one."""
    place = next((i for i, word in enumerate(argv) if not word.startswith("-")), len(argv))
    _check_options(parser, argv[:place])
    if place == len(argv):
        args = parser.parse_args(argv)  # ends here for --help and --version
        parser.print_help(sys.stderr)
        parser.exit(2)
    if argv[place] not in COMMANDS:
        parser.error(
            f"there is no command {argv[place]!r}; {suggest(argv[place], sorted(COMMANDS))}"
        )
    _check_options(parser.commands[argv[place]], argv[place + 1 :])
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        args.parser.error(f"{unknown[0]!r} is one argument too many")
    return args


def _check_options(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Find misspelt options first: argparse would complain about missing ones instead."""
    known = [option for action in parser._actions for option in action.option_strings]
    for word in words:
        option = word.split("=")[0]
        if word == "--":
            break
        if option.startswith("--") and option not in known:
            parser.error(f"there is no option {option}; {suggest(option, sorted(known))}")


def _common_options() -> Parser:
    # SUPPRESS: not given behind the command, an option keeps what was given before it. (Each
    # parser needs options of its own, since a default set for one would be set for all.)
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("common options")
    group.add_argument("--quiet", action="store_true", help="no progress bars, no remarks")
    group.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return common
