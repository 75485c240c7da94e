"""Checks of a lesson's source, for its author: `refimpl lint-lesson`.

Each module holds checks of one kind. A check yields findings, each with its file and line.
"""

from collections.abc import Iterator
from pathlib import Path

from refimpl.course.exercises import lesson_exercises, lesson_numbers
from refimpl.course.linting.answers import check_answers
from refimpl.course.linting.exceptions import without_exceptions
from refimpl.course.linting.execution import check_by_running
from refimpl.course.linting.exercises import check_exercises
from refimpl.course.linting.finding import Finding
from refimpl.course.linting.headings import (
    check_contents,
    check_headings,
    check_plain_markdown,
    check_progress_cell,
)
from refimpl.course.linting.media import check_calls, check_stored_outputs
from refimpl.course.linting.questions import check_questions
from refimpl.course.linting.shape import (
    LONG_LESSON,
    LONG_LINES,
    MINUTES,
    check_length,
    check_lines,
    check_promise,
)
from refimpl.course.linting.source import LessonSource, read_source

__all__ = ["Finding", "lint_lesson"]


def lint_lesson(root: Path, path: Path, *, execute: bool = False) -> list[Finding]:
    """Check one lesson.

    Args:
        root: The project's folder.
        path: The lesson's source in it.
        execute: Also run the lesson, and check what its cells show and how long they take.

    Returns:
        The faults, in the order of files and lines, each once.

    Raises:
        UserError: The source cannot be read at all.
    """
    lesson = read_source(root, path)
    kinds = (LONG_LINES, LONG_LESSON, MINUTES)
    found = without_exceptions(root, _all_checks(lesson), [lesson.name], kinds)
    if execute:
        found += check_by_running(lesson)
    return sorted(set(found))


def _all_checks(lesson: LessonSource) -> Iterator[Finding]:
    has_records = lesson.number in lesson_numbers()
    exercises = lesson_exercises(lesson.number) if has_records else {}
    if not exercises:
        package = f"refimpl/course/exercises/lesson_{lesson.number:02}/"
        yield lesson.finding(1, f"the lesson has no exercises: there are no records in {package}")
    yield from check_headings(lesson)
    yield from check_plain_markdown(lesson)
    yield from check_contents(lesson)
    yield from check_progress_cell(lesson)
    yield from check_exercises(lesson, exercises)
    yield from check_answers(lesson.root, exercises)
    yield from check_questions(lesson)
    yield from check_calls(lesson)
    yield from check_stored_outputs(lesson)
    yield from check_lines(lesson)
    yield from check_length(lesson)
    yield from check_promise(lesson)
