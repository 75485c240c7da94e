"""What Gradescope's container runs for each submission: grade one notebook, write results.json.

A container has no bubblewrap: it may not make namespaces of its own. So each answer runs as an
ordinary user who can read neither the references nor the secret nor the results. The kernel refuses
it every socket but local ones, so there is no network, and keeps the same limits of time and memory
as elsewhere. Files and processes of the container itself can be seen; it holds nothing but the
system and this one submission, and ends with it.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.cleaning import clean
from refimpl.course.grading.exports import gradescope_results
from refimpl.course.grading.naming import lesson_of
from refimpl.course.grading.reading import Unreadable, parse_notebook
from refimpl.course.grading.report import Report, report_fault
from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.task import Task, grade_cells
from refimpl.errors import UserError

SETTINGS, SECRET = "autograder.json", "seeds.txt"
SUFFIX = ".ipynb"


def main(words: Sequence[str]) -> int:
    """Grade what lies in `submission`, and write `results/results.json`, whatever happens.

    Args:
        words: The folder that holds `source`, `submission` and `results`.
    """
    here = Path(words[0])
    settings = json.loads((here / "source" / SETTINGS).read_text(encoding="utf-8"))
    lesson = settings["lesson"]
    try:
        report = _grade(here, settings)
    except UserError as error:
        report = Report("unreadable", str(error))
    except Exception as error:  # Gradescope shows nothing at all without a file of results
        report = report_fault("the submission could not be graded", error)
    path = here / "results" / "results.json"
    path.write_text(results(lesson, report), encoding="utf-8", errors="backslashreplace")
    print(f"lesson {lesson}: {report.status} {report.reason}")  # for instructors
    return 0


def results(lesson: int, report: Report) -> str:
    """Return a report for Gradescope: all exercises, also of what could not be read.

    Args:
        lesson: Its number.
        report: The result of grading a submission.
    """
    content = json.loads(gradescope_results(lesson, report))
    if not content["tests"]:
        content["tests"] = [
            {"number": one.id, "name": one.title, "score": 0, "max_score": one.points}
            for one in lesson_exercises(lesson).values()
        ]
    return json.dumps(content | {"stdout_visibility": "hidden"}, ensure_ascii=False, indent=1)


def _grade(here: Path, settings: dict) -> Report:
    try:
        notebook = parse_notebook(_find_notebook(here / "submission", settings["lesson"]))
    except Unreadable as error:
        return Report("unreadable", str(error))
    secret = (here / "source" / SECRET).read_text(encoding="utf-8").strip()
    limits = Limits(seconds=settings["seconds"], memory=settings["memory"])
    task = Task(settings["lesson"], secret, limits, container=True)
    return grade_cells(task, notebook.code)


def _find_notebook(folder: Path, lesson: int) -> bytes:
    """Return the one notebook that was handed in, or the lesson's own among several.

    Raises:
        UserError: There is none, or there are several.
    """
    found = [
        path
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
        if path.is_file() and not path.is_symlink() and ".ipynb_checkpoints" not in path.parts
    ]
    chosen = found
    if len(found) > 1:
        chosen = [path for path in found if lesson_of(path.stem) == lesson]
    if len(chosen) != 1:
        names = ", ".join(clean(path.name, 80) for path in found[:10]) or "none"
        raise UserError(f"hand in one notebook, of lesson {lesson}; there are: {names}")
    return chosen[0].read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
