"""A small nbgrader course in a folder: one assignment, and students who hand things in."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat

from refimpl.course.exercises import lesson_exercises
from refimpl.course.linting.answers import answers_path, load_answers

ROOT = Path(__file__).parents[2]
SCORES = """\
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({
        submission.student.id: {
            grade.name: [grade.score, grade.max_score]
            for notebook in submission.notebooks for grade in notebook.grades
        }
        for submission in book.assignment_submissions(sys.argv[1])
    }))
"""


class Course:
    """nbgrader's folders for one lesson.

    Args:
        folder: An empty one.
        stem: The lesson, such as "01-audio-basics".
        environment: Of all commands.
    """

    def __init__(self, folder: Path, stem: str, environment: dict[str, str]):
        self.folder, self.stem = folder, stem
        # nbgrader calls alembic by its name, which lies beside the interpreter.
        path = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
        self.environment = environment | {"PATH": path}
        source = folder / "source" / stem
        source.mkdir(parents=True)
        solution = ROOT / "solutions" / f"{stem}.ipynb"
        (source / solution.name).write_bytes(solution.read_bytes())  # as it is

    def generate(self) -> nbformat.NotebookNode:
        """Let nbgrader make the students' notebook, and return it."""
        self._nbgrader("generate_assignment", self.stem, "--create")
        return nbformat.read(self._file("release"), as_version=4)

    def hand_in(self, student: str, notebook: nbformat.NotebookNode) -> None:
        """Put a notebook where a student's submission is expected."""
        path = self._file(f"submitted/{student}")
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)

    def scores(self) -> dict[str, dict[str, list[float]]]:
        """Let nbgrader grade everybody; return score and maximum by student and check cell."""
        self._nbgrader("autograde", self.stem, "--create")
        command = [sys.executable, "-c", SCORES, self.stem]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _file(self, step: str) -> Path:
        return self.folder / step / self.stem / f"{self.stem}.ipynb"

    def _nbgrader(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]


def with_wrong_answers(lesson: int, notebook: nbformat.NotebookNode, number: int):
    """Return an open notebook in which every exercise has its n-th wrong answer on file.

    Cells that no exercise needs are left out, as a student might: the first one with imports stays.
    """
    notebook = nbformat.from_dict(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    imports = next(cell for cell in code if "from refimpl.course import" in cell.source)
    notebook.cells = [imports, *(cell for cell in code if "nbgrader" in cell.metadata)]
    for exercise in lesson_exercises(lesson).values():
        answers = load_answers(ROOT / answers_path(exercise))
        wrong = list(answers.WRONG)[number % len(answers.WRONG)]
        name = f"answer-{exercise.function}"
        (cell,) = (
            cell
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id") == name
        )
        cell.source = f"{inspect.getsource(answers)}\n\n{exercise.function} = {wrong.__name__}"
    return notebook


def most_wrong_answers(lesson: int) -> int:
    """How many wrong answers the exercise has that has most of them."""
    exercises = lesson_exercises(lesson).values()
    return max(len(load_answers(ROOT / answers_path(one)).WRONG) for one in exercises)
