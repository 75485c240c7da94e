"""What goes wrong while batches are made and is the user's to mend."""

from refimpl.errors import UserError


class BirdieError(UserError):
    """A configuration, a dataset or a sample that cannot be used."""


class WorkerError(BirdieError):
    """A worker process that could not start, or died."""
