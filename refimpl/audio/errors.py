"""The error that names a sound file and its fault; and file names in messages."""

from __future__ import annotations

import os

from refimpl.errors import UserError


class AudioError(UserError):
    """A sound cannot be read, written or used.

    Args:
        message: one line; for a file, its fault without its name.
        path: the file or folder concerned, if there is one; it precedes the message.

    Attributes:
        path: as given, or None.
        reason: the message without the path, for a report that lists files and reasons.
    """

    def __init__(self, message: str, path: str | os.PathLike | None = None):
        self.path = path
        self.reason = message
        super().__init__(message if path is None else f"{shown(path)}: {message}")


def shown(path: str | os.PathLike) -> str:
    """Return the path in a form that fits into a message of one line."""
    text = os.fspath(path)
    # A file name may hold a newline or bytes that are not text: such a name is shown escaped.
    return text if text.isprintable() else ascii(text)


def decoder_name(path: str | os.PathLike) -> str | bytes:
    """Return the path as libsndfile takes it: as bytes, a file name need not be valid Unicode."""
    return os.fsencode(path) if os.name == "posix" else os.fspath(path)
