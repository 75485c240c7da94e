"""The error for batches that cannot be made until the user corrects something."""

from refimpl.errors import UserError


class BirdieError(UserError):
    """A configuration, a dataset or a sample that cannot be used."""


class WorkerError(BirdieError):
    """A worker process that could not start, or died."""
