"""Numbers on the command line: the value of a word, or the values that are allowed instead.

Every number that a command takes has a type from here, so that nan, inf, and what no machine could
do are refused before any work is done.
"""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Callable

HOUR = 3600.0  # seconds


def number(low: float, high: float, *, above: bool = False) -> Callable[[str], float]:
    """Make the `type=` of an argument that is a number in a range.

    Args:
        low, high: the range; both belong to it.
        above: `low` itself does not.
    """
    words = f"a number {'above' if above else 'from'} {low:g}, up to {high:,g}"

    def read(word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not low <= value <= high or (above and value == low):
            raise ArgumentTypeError(f"{word!r} is not {words}")
        return value

    return read


def integer(low: int, high: int = 2**31 - 1) -> Callable[[str], int]:
    """Make the `type=` of an argument that is a whole number in a range, both ends included."""

    def read(word: str) -> int:
        sign, digits = (-1, word[1:]) if word.startswith("-") else (1, word)
        value = sign * int(digits) if digits.isascii() and digits.isdecimal() else None
        if value is None or not low <= value <= high:
            raise ArgumentTypeError(f"{word!r} is not a whole number from {low} to {high:,}")
        return value

    return read


positive = number(0, 1e9, above=True)
whole = integer(1)
seed = integer(0, 2**63 - 1)
duration = number(0, HOUR, above=True)  # of a sound in seconds
moment = number(0, 1e7)  # of a recording, in seconds: a third of a year
temperature = number(0, 100)
probability = number(0, 1, above=True)
tempo = number(0, 1000, above=True)  # beats per minute
