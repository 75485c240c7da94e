"""Hearing and seeing: players, pictures with a text alternative, and progress bars."""

from refimpl.display.bars import progress

__all__ = ["progress"]
