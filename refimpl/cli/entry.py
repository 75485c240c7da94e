"""Parse and run a command; report an error in one line with an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence

from refimpl.cli.console import remark, say_error, speak_any_encoding
from refimpl.cli.parser import build_parser, parse
from refimpl.errors import UserError

OK, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
QUIET = "REFIMPL_QUIET"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after `refimpl`; by default the process's own.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted.
    """
    # Threads that wait for one another spin, by default, and where other programs want the cores
    # too, they spin away the very time that they wait for: on two busy cores a training took ten
    # times the processor time and twenty times as long. Read when torch is imported, so now.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    speak_any_encoding()
    parser = build_parser()
    try:
        args = parse(parser, list(sys.argv[1:] if argv is None else argv))
    except SystemExit as done:  # argparse: help, version, or a wrong option
        return int(done.code or 0)
    with _quiet(args.quiet), _plain_warnings():
        try:
            return args.run(args) or OK
        except Exception as error:
            if args.debug:
                traceback.print_exc()
            return _report(error)
        except KeyboardInterrupt:
            say_error("interrupted; no file is half written, and the same command can be run again")
            return INTERRUPTED


def _report(error: Exception) -> int:
    """Report an error and its remedy in one line, and return the exit code."""
    if isinstance(error, BrokenPipeError):
        # Whoever read our output, such as `head`, has seen enough. Python would complain once
        # more on closing standard output, so that goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if isinstance(error, UserError):
        say_error(str(error))
        return FAILED if _is_about_the_machine(error.__cause__) else WRONG
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        say_error(f"{name}{error.strerror or error}; {_way_out(error)}")
        return FAILED if _is_about_the_machine(error) else WRONG
    if isinstance(error, MemoryError):
        say_error("out of memory; use fewer or shorter clips, or a smaller model or batch_size")
        return FAILED
    say_error(
        f"{type(error).__name__}: {error}; this is a bug: run again with --debug, "
        "and please report what it prints"
    )
    return FAILED


_WRONG_PLACE = (IsADirectoryError, NotADirectoryError, FileExistsError)
_WRONG_INPUT = (FileNotFoundError, PermissionError, *_WRONG_PLACE)


def _is_about_the_machine(cause: BaseException | None) -> bool:
    """Whether the machine caused an error (a full disk) rather than the user's input."""
    return isinstance(cause, OSError) and not isinstance(cause, _WRONG_INPUT)


def _way_out(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the path"
    if isinstance(error, PermissionError):
        return "choose a place that you may read and write"
    if isinstance(error, _WRONG_PLACE):
        return "choose another path"
    return "free some space or choose another place, and run the same command again"


@contextlib.contextmanager
def _quiet(quiet: bool) -> Iterator[None]:
    """Silence progress bars and remarks with the variable that all modules read."""
    before = os.environ.get(QUIET)
    if quiet:
        os.environ[QUIET] = "1"
    try:
        yield
    finally:
        if quiet and before is None:
            os.environ.pop(QUIET, None)


@contextlib.contextmanager
def _plain_warnings() -> Iterator[None]:
    """Show this package's warnings as remarks, and hide those between libraries."""

    def show(message, category, filename, lineno, file=None, line=None) -> None:
        if issubclass(category, UserWarning) and "refimpl" in str(filename):
            remark(f"note: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
