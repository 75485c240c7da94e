"""What goes wrong in a curriculum and is the user's to mend."""

from refimpl.errors import UserError


class CurriculumError(UserError):
    """A curriculum cannot be made, told a loss, or resumed; the message says what to do."""
