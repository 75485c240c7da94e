"""Checks of a lesson's exercises: heading, answer, check, and stub."""

import ast
import re
from collections.abc import Iterator, Mapping

import nbformat

from refimpl.course import regions
from refimpl.course.exercise import Exercise
from refimpl.course.linting.finding import Finding
from refimpl.course.linting.source import Cell, Heading, LessonSource
from refimpl.course.notebooks import CHECK_CALL, LESSONS, built_path
from refimpl.errors import UserError

EXAMPLE = "### Exercise 3.1: its title (4 points, 10 minutes, difficulty ●●○○○)"
_EXERCISE = re.compile(r"Exercise\s+(\d+\.\d+)\b")
_TITLE = re.compile(r"Exercise\s+\d+\.\d+\s*:\s*(.*?)\s*(?:\([^()]*\))?\s*$")
_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_PARTS = {
    "points": re.compile(r"\b(\d+) points?\b"),
    "minutes": re.compile(r"\b(\d+) minutes?\b"),
    "difficulty": re.compile(r"\bdifficulty (●+)(○*)(?!\S)"),
}


def check_exercises(lesson: LessonSource, exercises: Mapping[str, Exercise]) -> Iterator[Finding]:
    """Check all exercises of a lesson against their records.

    Args:
        lesson: Its source.
        exercises: The records, by id.
    """
    found = {}
    for heading in lesson.headings:
        if name := _EXERCISE.match(heading.text):
            if name[1] in found:
                yield lesson.finding(heading.line, f"a second heading of exercise {name[1]}")
            found[name[1]] = heading
    for name in exercises.keys() - found.keys():
        yield lesson.finding(1, f"exercise {name} has a record and no heading such as '{EXAMPLE}'")
    for name, heading in found.items():
        if name not in exercises:
            package = f"refimpl/course/exercises/lesson_{lesson.number:02}/"
            yield lesson.finding(heading.line, f"exercise {name} has no record in {package}")
            continue
        yield from _check_heading(lesson, heading, exercises[name])
        yield from _check_cells(lesson, heading, exercises[name])


def _check_heading(lesson: LessonSource, heading: Heading, exercise: Exercise) -> Iterator[Finding]:
    """The heading tells title, points, minutes and difficulty, the same as the record."""
    title = _TITLE.match(heading.text)
    # In a heading the title follows a colon, so it begins with a small letter.
    if title is None or title[1].lower() != exercise.title.lower():
        said = title[1] if title else ""
        text = f"exercise {exercise.id}: title '{said}' in the heading, '{exercise.title}' in the"
        yield lesson.finding(heading.line, f"{text} record")
    brackets = _BRACKETS.search(heading.text)
    for part, pattern in _PARTS.items():
        told = pattern.search(brackets[1] if brackets else "")
        if told is None:
            text = f"no {part} in the heading of exercise {exercise.id}; it looks like '{EXAMPLE}'"
            yield lesson.finding(heading.line, text)
            continue
        said = len(told[1]) if part == "difficulty" else int(told[1])
        if part == "difficulty" and len(told[1] + told[2]) != 5:
            yield lesson.finding(heading.line, f"exercise {exercise.id}: difficulty has five dots")
        recorded = getattr(exercise, part)
        if said != recorded:
            text = f"exercise {exercise.id}: {part} {said} in the heading, {recorded} in the record"
            yield lesson.finding(heading.line, text)


def _check_cells(lesson: LessonSource, heading: Heading, exercise: Exercise) -> Iterator[Finding]:
    """Under the heading there is one cell with the answer, and the next one checks it."""
    cells = _section(lesson, heading)
    answers = [cell for cell in cells if regions.has_solution(cell.source)]
    if len(answers) != 1:
        text = f"exercise {exercise.id} has {len(answers)} cells with a solution; it needs one"
        yield lesson.finding(answers[1].line if answers else heading.line, text)
    checks = [cell for cell in cells if exercise.id in CHECK_CALL.findall(cell.source)]
    call = f'check("{exercise.id}", {exercise.function})'
    if not checks:
        yield lesson.finding(heading.line, f"exercise {exercise.id} has no check cell, {call}")
    elif call not in checks[0].source:
        yield lesson.finding(checks[0].line, f"the check of exercise {exercise.id} is {call}")
    elif answers and cells.index(checks[0]) != cells.index(answers[0]) + 1:
        text = f"the check of exercise {exercise.id} does not follow its answer's cell"
        yield lesson.finding(checks[0].line, text)
    if answers:
        yield from _check_stub(lesson, answers[0], exercise)


def _section(lesson: LessonSource, heading: Heading) -> list[Cell]:
    """The cells under a heading, up to the next of its level or above."""
    ends = (
        other.line
        for other in lesson.headings
        if other.line > heading.line and other.level <= heading.level
    )
    end = next(ends, float("inf"))
    return [cell for cell in lesson.cells if heading.line < cell.line < end]


def _check_stub(lesson: LessonSource, cell: Cell, exercise: Exercise) -> Iterator[Finding]:
    """What a learner opens is the solution without its region: a function to be written."""
    try:
        stub = regions.open_source(cell.source)
        tree = ast.parse(stub)
    except UserError as error:
        yield lesson.finding(cell.line, str(error))
        return
    except SyntaxError as error:
        where = cell.line + _line_in_source(cell.source, error.lineno or 1)
        yield lesson.finding(where, f"without its solution the cell is no Python: {error.msg}")
        return
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if exercise.function not in functions:
        text = f"exercise {exercise.id} asks for {exercise.function}, which this cell does not hold"
        yield lesson.finding(cell.line, text)
        return
    function = functions[exercise.function]
    line = cell.line + _line_in_source(cell.source, function.lineno)
    if not ast.get_docstring(function):
        yield lesson.finding(line, f"{exercise.function} has no docstring outside its solution")
    if "raise NotImplementedError" not in ast.unparse(function):
        yield lesson.finding(line, f"the solution does not lie in {exercise.function}")
    yield from _check_built_stub(lesson, line, stub, exercise)


def _check_built_stub(
    lesson: LessonSource, line: int, stub: str, exercise: Exercise
) -> Iterator[Finding]:
    """The open notebook, as it lies in `lessons/`, holds that stub."""
    path = built_path(lesson.root, LESSONS, lesson.path)
    name = path.relative_to(lesson.root).as_posix()
    if not path.exists():
        yield lesson.finding(line, f"{name} is not there: run make notebooks")
        return
    cells = nbformat.read(path, as_version=4).cells
    if not any(cell.cell_type == "code" and cell.source.strip() == stub.strip() for cell in cells):
        text = f"in {name} {exercise.function} is not this cell without its solution"
        yield lesson.finding(line, f"{text}: run make notebooks")


def _line_in_source(source: str, line: int) -> int:
    """Return the distance of a stub's line from its cell's first line, solution included."""
    stub_line = 0
    inside = False
    for index, text in enumerate(source.splitlines()):
        marker = text.strip()
        if marker.startswith("### BEGIN"):
            inside = True
            stub_line += len(regions.PLACEHOLDER) if marker.endswith("SOLUTION") else 0
        elif marker.startswith("### END"):
            inside = False
        elif not inside:
            stub_line += 1
        if stub_line >= line:
            return index
    return 0
