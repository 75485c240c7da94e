"""The course's own machinery: exercises and their checks, and the notebooks built from the sources.

A lesson needs one name of it:

>>> from refimpl.course import check
"""

from refimpl.course.check import CheckFailed, check
from refimpl.course.exercise import Exercise

__all__ = ["CheckFailed", "Exercise", "check"]
