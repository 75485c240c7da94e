"""The course's own machinery: exercises and their checks, and the notebooks built from the sources.

A lesson needs three names of it:

>>> from refimpl.course import check, progress, solved
"""

from refimpl.course.check import CheckFailed, check
from refimpl.course.exercise import Exercise
from refimpl.course.progress import progress
from refimpl.course.solved import solved

__all__ = ["CheckFailed", "Exercise", "check", "progress", "solved"]
