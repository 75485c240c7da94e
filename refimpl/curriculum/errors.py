"""The error for a curriculum that the user has to correct."""

from refimpl.errors import UserError


class CurriculumError(UserError):
    """A curriculum cannot be made, updated or resumed; the message says what to do."""
