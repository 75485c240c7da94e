"""Text that strangers wrote, made fit to be stored, printed and shown.

A message of an exception, a file's name or a returned string can hold anything: half of a character
pair, which no file in UTF-8 can hold; a zero, which ends a text in C programs; codes that move a
terminal's cursor; marks that turn the reading direction round. Each of these becomes its escape, as
Python writes it: visible, harmless, and still different for different texts.
"""

import hashlib
from contextlib import suppress

LONGEST_NAME = 200  # characters
_KEPT = "\n\t"


def clean(text: str, longest: int | None = None) -> str:
    """Return a text of several lines in which every character can be seen.

    Args:
        text: Anything.
        longest: How many characters are kept.
    """
    start = text if longest is None else text[: longest + 1]
    return _shorten("".join(c if c in _KEPT else _visible(c) for c in start), longest)


def clean_line(text: str, longest: int | None = None) -> str:
    """Return a text in one line, each run of white space in it one space."""
    start = text if longest is None else text[: 2 * longest]
    return clean(" ".join(start.split()), longest)


def clean_name(name: str) -> str:
    """Return a name, or a path, in which every character can be seen.

    It is the same on a machine that says that it knows ASCII alone: there Python keeps a name's
    other bytes as half characters.
    """
    with suppress(UnicodeError):
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return "".join(map(_visible, name))


def short_name(name: str) -> str:
    """Return a name of a length that tables can show; for two different names, two different ones.

    Args:
        name: From `clean_name`.
    """
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    half = (LONGEST_NAME - len(digest)) // 2 - 1
    return f"{name[:half]}…{digest}…{name[-half:]}"


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def _shorten(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"
