"""A lesson that did not run itself looks as if it had: `bookbuild/one_run.py` compared with runs.

`make test` has run both notebooks of every lesson before it comes here. Where that has not been
done, as after `make book` alone, these tests are skipped, and fail in continuous integration.
"""

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from tests.browsing import missing

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from bookbuild import execution, one_run, outputs  # noqa: E402

LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]-*.ipynb"))
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def shown(notebook, result):
    """What a page shows of a run, but for cells whose output is known to vary from run to run.

    Widgets have the number by which they come for a name.
    """
    notebook = result.into(notebook)
    for cell in execution.code_cells(notebook):
        if "nbval-ignore-output" in cell.metadata.get("tags", []) and "progress" not in cell.source:
            cell.outputs = []
        outputs.tidy(cell)
    text = json.dumps({"cells": notebook.cells, "metadata": notebook.metadata})
    order = {}
    return json.loads(MODEL_ID.sub(lambda found: order.setdefault(found[0], f"{len(order)}"), text))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_shows_the_same_whether_it_ran_or_its_solutions_did(path):
    paths = [path, ROOT / "solutions" / path.name]
    ran = execution.still_hold(ROOT, paths, ROOT / execution.KEPT)
    if len(ran) < 2:
        missing("both notebooks have not been run: `make test-notebooks` does it")
    lesson, solution = (nbformat.read(path, as_version=4) for path in paths)
    assert one_run.same_but_for_answers(lesson, solution)
    derived = one_run.unsolved(lesson, ran[paths[1]])
    of_itself, of_solutions = shown(lesson, ran[path]), shown(lesson, derived)
    assert of_itself["metadata"] == of_solutions["metadata"]
    for own, other in zip(of_itself["cells"], of_solutions["cells"], strict=True):
        assert own == other, own["source"]
