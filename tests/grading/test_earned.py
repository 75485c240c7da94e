"""Nobody loses points that were earned: whatever else a notebook holds, its answers count."""

import json

import pytest

from refimpl.course.exercises import lesson_numbers
from refimpl.course.grading.reading import parse_notebook
from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.task import Task, grade_cells
from tests.grading.honest import HONEST as HARD
from tests.grading.notebooks import ROOT, answered, cells_of, notebook
from tests.grading.settings import SECRET, TASK

pytestmark = pytest.mark.usefixtures("sandbox")
WHOLE = 20  # points of lesson 1
SOLUTION = cells_of("solutions", 1)
ANSWERS = [cell for cell in SOLUTION if "### BEGIN SOLUTION" in cell]
BUILT = [n for n in lesson_numbers() if list((ROOT / "solutions").glob(f"{n:02}-*.ipynb")) if n > 0]


def graded(cells):
    report = grade_cells(TASK, cells)
    assert report.status == "graded", report.reason
    return report


HONEST = {
    "checks deleted": [cell for cell in SOLUTION if "check(" not in cell],
    "only the answers": ["import io, struct, wave\nimport numpy as np", *ANSWERS],
    "cells reordered": ["import io, struct, wave\nimport numpy as np", *reversed(ANSWERS)],
    "check replaced": ["def check(*a):\n    return 0", *SOLUTION],
    "magics": [
        "%matplotlib inline\n!pip list\nfiles = !ls\nnp.mean?\nif True:\n    %time 1\nspare = 1",
        *(f"%%time\n{cell}" for cell in SOLUTION),
    ],
    "a syntax error elsewhere": ["def broken(:", *SOLUTION, "print 'hello'"],
    "an error elsewhere": ["1 / 0", *SOLUTION, "raise SystemExit"],
    "a heavy cell that nothing needs": ["while True:\n    pass", *SOLUTION],
    "another cell ends the process": ["import os\nos._exit(1)", *SOLUTION, "exit()"],
    "another cell prints 100 MB": ["for _ in range(100):\n    print('x' * 2**20)", *SOLUTION],
    "another cell takes all memory": ["kept = [bytes(2**30) for _ in range(99)]", *SOLUTION],
    "a check that was changed": [cell.replace('check("1.3"', 'check("1.1"') for cell in SOLUTION],
    "ten thousand cells": [*(f"x{n} = {n}" for n in range(10_000)), *SOLUTION],
    "an earlier attempt above": ["def quantise(audio, n_bits):\n    return audio", *SOLUTION],
}


@pytest.mark.parametrize("name", HONEST)
def test_right_answers_earn_all_points(name):
    report = graded(HONEST[name])
    assert (report.points, report.of) == (WHOLE, WHOLE), report
    assert not report.needs_a_look


def test_an_answer_that_only_the_whole_notebook_defines():
    table = "exec('FACTOR = 10')"
    cell = answered("def signal_to_noise(clean, noisy):\n" + RIGHT_BY_FACTOR)
    assert graded([table, *cell]).points == WHOLE


def test_a_cell_that_an_answer_needs_may_print_and_fail_and_take_its_time():
    table = (
        "from time import sleep\nFACTOR = []\n"
        "for turn in range(100):\n    print('x' * 2**20)\n    FACTOR.append(turn)\n"
        "FACTOR.append(sleep(1))\nFACTOR = FACTOR[10]\nFACTOR += 1 / 0"
    )
    cell = answered("def signal_to_noise(clean, noisy):\n" + RIGHT_BY_FACTOR)
    assert graded([table, *cell]).points == WHOLE


def honest_notebook(name):
    """A lesson's solution in which exercise 1.3 is answered in one of the ways that are hard."""
    at = next(n for n, cell in enumerate(SOLUTION) if "def signal_to_noise(" in cell)
    return [*SOLUTION[:at], *HARD[name].cells, *SOLUTION[at + 2 :]]


QUICK = ("a decorator that registers", "a helper redefined later", "a blank stub below")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.soak) for n in HARD]
)
def test_what_is_hard_to_tell_from_the_text_earns_what_it_earns_in_the_notebook(name):
    # (Other answers may suffer in the notebook, too: numpy's `min` is not Python's.)
    came = {one.id: one for one in graded(honest_notebook(name)).exercises}
    assert came["1.3"].status == "right", came["1.3"]


@pytest.mark.soak
def test_a_function_that_torch_compiles():
    cell = f"""import torch
@torch.jit.script
def ten():
    return 10
FACTOR = ten()
def signal_to_noise(clean, noisy):
{RIGHT_BY_FACTOR}"""
    report = grade_cells(Task(1, SECRET, Limits(seconds=60)), answered(cell))
    assert report.points == WHOLE, report


def test_an_answer_gains_nothing_by_behaving_differently_at_its_check():
    cell = """import sys
def signal_to_noise(clean, noisy):
    at_check = any("check" in str(key) for key in globals())
    return 10.0 if at_check else -1.0"""
    alias = "T = [1]\nalias = T\nalias[0] = 10\nsignal_to_noise.T = T"
    report = graded(answered(f"{cell}\n{alias}"))
    assert report.points == WHOLE - 4


RIGHT_BY_FACTOR = (
    "    return FACTOR * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))\n"
)


@pytest.mark.parametrize("version", ["third", "Windows encoding", "byte order mark"])
def test_notebooks_of_other_versions_and_encodings(version):
    cells = [*SOLUTION, "# schön"]
    if version == "third":
        old = [{"cell_type": "code", "input": cell.splitlines(True)} for cell in cells]
        text = json.dumps({"worksheets": [{"cells": old}], "nbformat": 3})
    else:
        text = json.dumps(notebook(cells), ensure_ascii=False)
    encoding = {"Windows encoding": "cp1252", "byte order mark": "utf-8-sig"}.get(version, "utf-8")
    assert graded(parse_notebook(text.encode(encoding, "replace")).code).points == WHOLE


@pytest.mark.parametrize("lesson", BUILT)
def test_every_lesson_gives_all_points_for_its_solution_and_none_for_what_is_open(lesson):
    task = Task(lesson, SECRET, Limits(seconds=60))
    solution = grade_cells(task, cells_of("solutions", lesson))
    assert solution.points == solution.of > 0, solution
    assert not solution.needs_a_look, solution
    opened = grade_cells(task, cells_of("lessons", lesson))
    assert {one.status for one in opened.exercises} == {"not started"}, opened


def test_partly_right_is_partly_right():
    cell = "def signal_to_noise(clean, noisy):\n    raise NotImplementedError"
    report = graded(answered(cell))
    assert report.points == WHOLE - 4
    assert [one.status for one in report.exercises].count("not started") == 1


def test_the_same_submission_gets_the_same_report_again():
    cells = answered(
        "import random\ndef signal_to_noise(clean, noisy):\n    return random.random()"
    )
    assert graded(cells) == graded(cells)
