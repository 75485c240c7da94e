"""Recognise a notebook of another lesson: one line to look at instead of one for each exercise."""

import re

from refimpl.course.exercises import lesson_exercises, lesson_numbers
from refimpl.course.grading.reading import Notebook
from refimpl.course.grading.report import Report

_DEFINED = re.compile(r"^def (\w+)\(", re.MULTILINE)


def is_empty_handed(report: Report) -> bool:
    """Tell whether a notebook defines the function of no exercise of its lesson.

    Args:
        report: The result of grading it.
    """
    return bool(report.exercises) and all(one.status == "missing" for one in report.exercises)


def find_lesson(notebook: Notebook) -> int:
    """Return the lesson whose exercises a notebook defines most of; 0 if it defines none.

    Args:
        notebook: Any notebook.
    """
    defined = {name for source in notebook.code for name in _DEFINED.findall(source)}
    found = {
        lesson: sum(one.function in defined for one in lesson_exercises(lesson).values())
        for lesson in lesson_numbers()
    }
    best = max(found, key=found.get)
    return best if found[best] else 0
