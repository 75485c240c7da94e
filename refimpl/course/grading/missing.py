"""Saying in words what became of an answer that no code cell defines."""

import re
from dataclasses import replace

from refimpl.course.exercises import lesson_exercises, lesson_numbers
from refimpl.course.grading.reading import Notebook
from refimpl.course.grading.report import ExerciseReport, Report

ANSWER = "answer-"  # what an answer's cell is called in a lesson, with the function's name behind
_DEFINED = re.compile(r"^def (\w+)\(", re.MULTILINE)


def explain_missing(report: Report, lesson: int, notebook: Notebook) -> Report:
    """Return a report that tells the student, and the grader, where a missing answer went.

    Args:
        report: The result of grading the notebook's code.
        lesson: Its number.
        notebook: All of its cells, also those that are no code.
    """
    if not any(one.status == "missing" for one in report.exercises):
        return report
    functions = {one.id: one.function for one in lesson_exercises(lesson).values()}
    other = _other_lesson(lesson, notebook)

    def explain(one: ExerciseReport) -> ExerciseReport:
        if one.status != "missing":
            return one
        if other:
            return replace(one, reason=other[0], feedback=other[1])
        told = _what_became_of(functions[one.id], notebook)
        return replace(one, reason=f"{one.reason}: {told[0]}", feedback=told[1]) if told else one

    return replace(report, exercises=list(map(explain, report.exercises)))


def _what_became_of(function: str, notebook: Notebook) -> tuple[str, str] | None:
    """Return the words for the grader, and the words for the student."""
    defines = re.compile(rf"^\s*def\s+{re.escape(function)}\b", re.MULTILINE)
    for cell in notebook.cells:
        if cell.kind != "code" and defines.search(cell.source):
            kind = "Markdown" if cell.kind == "markdown" else cell.kind or "no"
            return (
                f"it is in a {kind} cell",
                f"your function {function} is in a {kind} cell, which is not run: "
                "turn it into a code cell, run it, and hand the notebook in again",
            )
    answers = [cell for cell in notebook.cells if cell.grade_id.startswith(ANSWER)]
    cells = [cell for cell in answers if cell.grade_id == f"{ANSWER}{function}"]
    if not answers:
        return None  # the file has lost what tells its cells apart
    if not cells:
        return (
            "the cell of this exercise is gone",
            f"the cell of this exercise, with the function {function}, is not in your notebook: "
            "copy it from the lesson as it was given out, with your answer in it",
        )
    names = re.findall(r"^def\s+(\w+)", cells[0].source, re.MULTILINE)
    if not names:
        return "its cell defines nothing", f"the cell of this exercise defines no {function}"
    return (
        f"its cell defines {', '.join(names)}",
        f"your function is called {names[-1]}, and the exercise asks for {function}: "
        "give it its name back",
    )


def _other_lesson(lesson: int, notebook: Notebook) -> tuple[str, str] | None:
    """Tell whether a notebook is another lesson's, by the names of its cells and functions."""
    ids = {cell.grade_id for cell in notebook.cells}
    # Some programs lose the cells' names, so the functions count as well.
    ids |= {f"{ANSWER}{name}" for source in notebook.code for name in _DEFINED.findall(source)}

    def n_answers(number: int) -> int:
        return sum(f"{ANSWER}{one.function}" in ids for one in lesson_exercises(number).values())

    if n_answers(lesson):
        return None
    other = max(lesson_numbers(), key=n_answers)
    if not n_answers(other):
        return None
    return (
        f"this is lesson {other}'s notebook",
        f"this is the notebook of lesson {other}: hand in the one of lesson {lesson}",
    )
