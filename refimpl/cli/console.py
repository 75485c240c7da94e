"""What a command says: results on standard output, everything else on standard error."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from refimpl.errors import UserError

SOUNDS = (".wav", ".flac", ".ogg", ".mp3")

# What this package prints and some terminals cannot show, in signs that all can.
_PLAIN = {
    **{"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "·": "."},
    **{"×": "x", "±": "+/-", "→": "->", "≤": "<=", "≥": ">=", "‖": "||", "\N{NO-BREAK SPACE}": " "},
    **{"✓": "+", "✗": "x", "○": "o", "●": "*", "²": "^2"},
}


def speak_any_encoding() -> None:
    """Let no text end in an error because the terminal, or the pipe, has too few characters.

    A character outside the encoding becomes a plain substitute or its escape; a path with invalid
    bytes is written as these bytes.
    """
    codecs.register_error("refimpl.console", _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="refimpl.console")


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace one character that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        return codecs.backslashreplace_errors(error)
    character = error.object[error.start]
    if "\udc80" <= character <= "\udcff":  # how Python holds a byte of a file's name
        return bytes([ord(character) - 0xDC00]), error.start + 1
    escape = character.encode("ascii", "backslashreplace").decode()
    return _PLAIN.get(character, escape), error.start + 1


def _speaks() -> bool:
    """Of several processes (under `accelerate launch`) only the first says something."""
    return os.environ.get("RANK", "0") == "0"


def result(text: str) -> None:
    """Print what was asked for, for people and for pipes."""
    if _speaks():
        print(text, flush=True)


def remark(text: str) -> None:
    """Say something on the way, unless --quiet (or REFIMPL_QUIET) forbids it."""
    if _speaks() and os.environ.get("REFIMPL_QUIET", "").lower() in ("", "0", "false", "no"):
        print(text, file=sys.stderr, flush=True)


def next_step(text: str) -> None:
    """Say at the end what may be done with the result."""
    remark(f"next: {text}")


def counted(number: int, word: str) -> str:
    """A number with its word, as in "1 lesson" and "2 lessons"."""
    return f"{number} {word}" + "s" * (number != 1)


def say_error(text: str) -> None:
    """Say what went wrong, in one line."""
    print(f"refimpl: error: {' '.join(text.split())}", file=sys.stderr, flush=True)


def check_sounds(paths: Iterable[Path]) -> None:
    """Refuse suffixes that name no format, before any work is done.

    Raises:
        UserError: a suffix that is none of `SOUNDS`.
    """
    for path in paths:
        if path.suffix.lower() not in SOUNDS:
            raise UserError(f"{path}: give a name that ends in {', '.join(SOUNDS)}")


def check_free(paths: Iterable[str | Path], force: bool) -> None:
    """Refuse to write over what is there, before any work is done.

    Raises:
        UserError: one of the paths exists and --force was not given, or is no regular file.
    """
    from refimpl.files import check_replaceable

    for path in map(Path, paths):
        check_replaceable(path)
        if path.exists() and not force:
            raise UserError(f"{path} exists; give another --out, or --force to replace it")
