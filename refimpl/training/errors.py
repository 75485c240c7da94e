"""What goes wrong in training and is the user's to mend."""

from refimpl.errors import UserError


class TrainingError(UserError):
    """A run cannot start, go on or be resumed; the message says what to do about it."""
