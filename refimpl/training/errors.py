"""The error for a training run that the user has to correct."""

from refimpl.errors import UserError


class TrainingError(UserError):
    """A run cannot start, go on or be resumed; the message says what to do about it."""
