"""A lesson that shows what the run of its solutions gave: when, and without what."""

import nbformat
import pytest
from bookbuild import execution, one_run
from bookbuild.execution import Executed
from nbformat.v4 import new_output

ANSWER = {"nbgrader": {"solution": True}}


@pytest.fixture
def pair(project):
    """The paths of a lesson and its solutions, whose third code cell uses an answer."""
    paths = [project / f"{folder}/01-small.ipynb" for folder in ("lessons", "solutions")]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[4].metadata |= ANSWER
        more = ['twice = solved("1.1", double)\ntwice(3)', "progress(1)"]
        notebook.cells += [nbformat.v4.new_code_cell(text) for text in more]
        nbformat.write(notebook, path)
    return paths


@pytest.fixture
def ran(monkeypatch):
    """What was run, by name, once notebooks run by themselves give what a solved one does."""
    names = []
    given = [
        [new_output("execute_result", {"text/plain": "4"})],
        [],
        [new_output("stream", text="✓ 1.1: right (4 of 4 points)\n")],
        [
            new_output("stream", text="Exercise 1.1: from here on, your double does the work.\n"),
            new_output("execute_result", {"text/plain": "6"}),
        ],
        [new_output("execute_result", {"text/plain": "✓ 1.1 4 of 4"})],
    ]

    def run_parallel(notebooks):
        for path in notebooks:
            names.append(path.parent.name)
            yield path, Executed([list(map(dict, one)) for one in given], {}, [], [0.1] * 5)

    monkeypatch.setattr(execution, "run_parallel", run_parallel)
    return names


def test_the_lesson_shows_the_run_of_its_solutions_without_what_answers_said(project, pair, ran):
    results = one_run.execute_once(project, pair, project / "kept")
    assert ran == ["solutions"] and list(results) == pair
    first, answer, check, uses, progress = results[pair[0]].outputs
    assert first == results[pair[1]].outputs[0]
    assert answer == check == []
    assert [one["data"]["text/plain"] for one in uses] == ["6"]
    (table,) = progress
    assert "4 of" not in table["data"]["text/plain"]
    assert "<b>0 of" in table["data"]["text/html"]


def test_what_a_lesson_gave_itself_goes_first(project, pair, ran):
    execution.execute_all(project, pair, project / "kept")
    assert sorted(ran) == ["lessons", "solutions"]
    results = one_run.execute_once(project, pair, project / "kept")
    assert len(ran) == 2
    assert results[pair[0]].outputs[2] != []  # its own check's line


def test_nothing_is_kept_of_a_lesson_that_did_not_run(project, pair, ran):
    one_run.execute_once(project, pair, project / "kept")
    assert [path.name for path in (project / "kept").iterdir()] == ["solutions-01-small.json"]


@pytest.mark.parametrize("changed", ["lessons", "solutions"])
def test_a_lesson_with_other_cells_runs_itself(project, pair, ran, changed):
    path = project / changed / "01-small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "2 + 3"
    nbformat.write(notebook, path)
    one_run.execute_once(project, pair, project / "kept")
    assert sorted(ran) == ["lessons", "solutions"]


def test_without_solutions_in_the_edition_lessons_run(project, pair, ran):
    one_run.execute_once(project, pair[:1], project / "kept")
    assert ran == ["lessons"]


def test_fresh_runs_what_still_holds(project, pair, ran):
    for _ in range(2):
        execution.execute_all(project, pair, project / "kept", fresh=True)
    assert len(ran) == 4
