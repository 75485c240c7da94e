"""The error of a listening test: a folder, a key or a listener's file that does not fit."""

from refimpl.errors import UserError


class ListeningError(UserError):
    """Sounds that make no test, or a file that is no answer to it."""
