"""What goes wrong with objectives and is the user's to mend."""

from refimpl.errors import UserError


class ObjectiveError(UserError):
    """An objective that does not exist, or a parameter that it does not have or cannot take."""
