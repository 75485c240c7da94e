"""The source of each answer, out of the notebooks that the gradebook keeps."""

from dataclasses import dataclass

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.cells import readable_source
from refimpl.course.grading.gradebook import Gradebook
from refimpl.course.grading.needed import Statement, needed, statements_of
from refimpl.course.grading.reading import Notebook
from refimpl.course.grading.report import ExerciseReport
from refimpl.course.grading.term.standing import Standing


@dataclass(frozen=True)
class Answer:
    """One student's answer to one exercise.

    Attributes:
        standing: The student's standing in the lesson.
        report: The result of grading the answer.
        function: The name of the function that the exercise asks for.
        source: Every statement that the function needs, as the student wrote it.
    """

    standing: Standing
    report: ExerciseReport
    function: str
    source: str


def find_answers(book: Gradebook, standings: list[Standing]) -> dict[str, list[Answer]]:
    """Return the answers that count, by the exercise's id.

    An exercise that is not started, or that a notebook does not define, has no answer.

    Args:
        book: Where the notebooks are kept.
        standings: Of one lesson.
    """
    answers: dict[str, list[Answer]] = {}
    for standing in standings:
        if not (standing.submission and standing.report):
            continue
        notebook = book.notebook(standing.submission.digest)
        if notebook is None:
            continue
        statements = read_statements(notebook)
        for report in standing.report.exercises:
            exercise = lesson_exercises(standing.lesson)[report.id]
            found = needed(statements, exercise.function, exercise.id)
            if found and report.status not in ("not started", "missing"):
                answer = Answer(standing, report, exercise.function, "\n".join(found))
                answers.setdefault(report.id, []).append(answer)
    return answers


def read_statements(notebook: Notebook) -> list[Statement]:
    """Return all statements of a notebook that Python can read.

    Args:
        notebook: Any notebook.
    """
    return statements_of(readable_source(notebook.code)[0])
