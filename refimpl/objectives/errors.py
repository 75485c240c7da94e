"""The error for an objective that the user has to correct."""

from refimpl.errors import UserError


class ObjectiveError(UserError):
    """An objective that does not exist, or a parameter that it does not have or cannot take."""
