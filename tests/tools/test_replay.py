"""nbval compares what the book shows: one run of a notebook serves both, and no fault gets by."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bookbuild import execution

ROOT = Path(__file__).parents[2]
SMALL_BUDGET = "from refimpl.course import budgets\nbudgets.CELL_BUDGET = 0.5\n"
# Ten times that, on any machine.
BURN = "from refimpl.course import budgets\nfor _ in range(100): budgets.piece_of_work()"
GOOD = ["print('one')", "2 + 2", "print('to the terminal', file=__import__('sys').stderr)"]
# What nbval says of each.
BAD = {
    "print('one')": "PASSED",
    "print('two')": "FAILED",  # 'one' is stored
    "1 / 0": "FAILED",
    "print('three')": "PASSED",  # nbval goes on
    BURN: "FAILED",  # more than its budget
    "import os; os._exit(1)": "FAILED",
    "print('four')": "FAILED",  # not reached
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project of three notebooks, and what nbval says of them by the project's own settings."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "requirements.txt").write_text("numpy==2.4.6\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "small_budget.py").write_text(SMALL_BUDGET)
    write(folder / "solutions/01-good.ipynb", GOOD, stored={0: "one\n", 1: "4"})
    write(folder / "solutions/02-bad.ipynb", BAD, stored={0: "one\n", 1: "one\n", 3: "three\n"})
    write(folder / "lessons/01-good.ipynb", GOOD, stored=None)
    return folder


def write(path, sources, stored):
    """A notebook that prints, or is said to print, what is stored by a cell's number."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells if stored is not None else []):
        cell.execution_count = number + 1
        text = stored.get(number)
        if text == "4":
            data = {"text/plain": text}
            cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=2)]
        elif text:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def nbval(folder, *options):
    """Run nbval with this project's conftest.py; return what it says of each cell."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "pytest", "-v", "-p", "small_budget", "-p", "conftest"]
    ran = subprocess.run(
        [*command, *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return re.findall(r"^\S+::Cell \d+ (\w+)", ran.stdout, re.MULTILINE), ran


@pytest.fixture(scope="module")
def solutions(folder):
    """What nbval says of both solutions, the good one first."""
    return nbval(folder, "--nbval", "solutions")


def test_a_fault_in_a_cell_fails_its_test_and_no_other(solutions):
    told, ran = solutions
    assert told == ["PASSED"] * len(GOOD) + list(BAD.values()), ran.stdout
    faults = ["Cell outputs differ", "ZeroDivisionError", "its budget is 0.5", "DeadKernelError"]
    assert [fault for fault in faults if fault not in ran.stdout] == []


def test_what_passes_is_kept_for_the_book_with_all_that_it_shows(folder, solutions, monkeypatch):
    monkeypatch.setattr(execution, "run_parallel", lambda notebooks: iter(notebooks.items()))
    path = folder / "solutions/01-good.ipynb"
    (result,) = execution.execute_all(folder, [path], folder / execution.KEPT).values()
    texts = [output.get("text") or output["data"] for cell in result.outputs for output in cell]
    assert texts == ["one\n", {"text/plain": "4"}, "to the terminal\n"]
    assert not (folder / execution.KEPT / "solutions-02-bad.json").exists()


def test_an_open_notebook_is_run_and_kept_too(folder):
    told, ran = nbval(folder, "--nbval-lax", "lessons")
    assert told == ["PASSED"] * len(GOOD), ran.stdout
    assert (folder / execution.KEPT / "lessons-01-good.json").exists()
