"""What became of an answer that no code cell defines is said in words."""

import json

import pytest

from refimpl.course.grading.grade import grade
from refimpl.course.grading.missing import explain_missing
from refimpl.course.grading.reading import parse_notebook
from refimpl.course.grading.report import ExerciseReport, Report
from tests.grading.notebooks import ROOT
from tests.grading.notebooks import notebook as notebook_of
from tests.grading.settings import TASK

ANSWER = "answer-signal_to_noise"


def solution(lesson=1):
    (path,) = (ROOT / "solutions").glob(f"{lesson:02}-*.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))


def answer_of(notebook):
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == ANSWER
    )


def turned_into(kind):
    notebook = solution()
    answer_of(notebook)["cell_type"] = kind
    return notebook


def without_its_cell():
    notebook = solution()
    notebook["cells"].remove(answer_of(notebook))
    return notebook


def with_source(source):
    notebook = solution()
    answer_of(notebook)["source"] = source
    return notebook


def without_metadata():
    notebook = without_its_cell()
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


CASES = {
    "markdown": (turned_into("markdown"), "a Markdown cell"),
    "raw": (turned_into("raw"), "a raw cell"),
    "deleted": (without_its_cell(), "is not in your notebook"),
    "renamed": (with_source("def snr(clean, noisy):\n    return 1"), "called snr"),
    "emptied": (with_source(""), "defines no signal_to_noise"),
    "no metadata": (without_metadata(), "as before"),
    "odd metadata": ({"cells": [{"cell_type": "code", "metadata": [5]}]}, "as before"),
    "another lesson": (solution(2), "the notebook of lesson 2"),
    "another lesson without metadata": (
        notebook_of(["def cut_frames(audio):\n    return audio"]),
        "the notebook of lesson 2",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_became_of_it(name):
    notebook, words = CASES[name]
    missing = ExerciseReport("1.3", 0, 4, "missing", "no cell", "as before")
    right = ExerciseReport("1.1", 4, 4, "right")
    report = Report("graded", exercises=[right, missing])
    told = explain_missing(report, 1, parse_notebook(json.dumps(notebook).encode()))
    assert told.exercises[0] == right
    assert words in told.exercises[1].feedback
    assert (told.exercises[1].points, told.exercises[1].status) == (0, "missing")


def test_student_and_grader_are_told(sandbox, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("markdown", "another lesson"):
        path = tmp_path / f"in/{name}.ipynb"
        path.write_text(json.dumps(CASES[name][0]), encoding="utf-8")
    outcome = grade(tmp_path / "in", tmp_path / "out", TASK)
    assert "a Markdown cell" in (tmp_path / "out/lesson-01/feedback/markdown.html").read_text()
    assert [row.report.points for row in outcome.rows] == [0, 16]
    lines = outcome.look_at
    assert len(lines) == 2  # of another lesson's notebook too, though it lacks five functions
    assert lines[0].endswith("1.1, 1.2, 1.3, 1.4, 1.5 missing: this is lesson 2's notebook")
    assert "1.3 missing: no cell defines signal_to_noise: it is in a Markdown cell" in lines[1]
