"""The error that names a sound file and says what is wrong with it; and names of files."""

from __future__ import annotations

import os

from refimpl.errors import UserError


class AudioError(UserError):
    """A sound cannot be read, written or used.

    Args:
        message: one line; for a file, what is wrong with it (without its name).
        path: the file or folder concerned, if there is one; it is put in front of the message.

    Attributes:
        path: as given, or None.
        reason: the message without the path, for a report that lists files and reasons.
    """

    def __init__(self, message: str, path: str | os.PathLike | None = None):
        self.path = path
        self.reason = message
        super().__init__(message if path is None else f"{shown(path)}: {message}")


def shown(path: str | os.PathLike) -> str:
    """The path as it can stand in a message of one line, whatever its name contains."""
    text = os.fspath(path)
    # A file name may hold a newline or bytes that are no text: such a name is shown escaped.
    return text if text.isprintable() else ascii(text)


def decoder_name(path: str | os.PathLike) -> str | bytes:
    """The path as libsndfile takes it: as bytes, a file name need not be valid Unicode."""
    return os.fsencode(path) if os.name == "posix" else os.fspath(path)
