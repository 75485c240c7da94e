"""Words on the command line that are no paths: the text that they are, in any terminal."""

from __future__ import annotations

from argparse import ArgumentTypeError


def text(word: str) -> str:
    """Text, for `type=` of an argument.

    Where a terminal says that it knows ASCII alone, Python keeps the bytes of all else for paths.
    """
    try:
        return word.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise ArgumentTypeError(f"{word!r} is no text in UTF-8") from None
