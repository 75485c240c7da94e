"""Numbers on the command line: what a word stands for, or what was wanted instead."""

from __future__ import annotations

from argparse import ArgumentTypeError


def positive(word: str) -> float:
    """A number above 0, for `type=` of an argument."""
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"{word!r} is no number above 0")
    return value


def whole(word: str) -> int:
    """A whole number from 1, for `type=` of an argument."""
    if not (word.isascii() and word.isdecimal() and len(word) < 10 and int(word) > 0):
        raise ArgumentTypeError(f"{word!r} is no whole number from 1")
    return int(word)
