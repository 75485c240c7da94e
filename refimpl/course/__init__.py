"""The course's own machinery: exercises and their checks, and the notebooks built from the sources.

A lesson needs two names of it:

>>> from refimpl.course import check, progress
"""

from refimpl.course.check import CheckFailed, check
from refimpl.course.exercise import Exercise
from refimpl.course.progress import progress

__all__ = ["CheckFailed", "Exercise", "check", "progress"]
