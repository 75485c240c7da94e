"""A lesson's outputs out of the run of its solutions, so that a first build runs only the latter.

Both notebooks have the same cells but for the answers, and where no answer is, `solved` lets the
reference do the work. So they show the same, byte for byte, but for what the checks, `solved` and
`progress` say of the answers. `tests/book/test_one_run.py` compares that for every lesson, after
`make test` has run both. `make book FRESH=1` runs both, too.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from bookbuild.execution import Executed, code_cells, execute_all, still_hold
from refimpl.course.exercises import lesson_exercises
from refimpl.course.notebooks import CHECK_CALL
from refimpl.course.progress import ProgressTable

# The line of `solved` about a right answer.
SOLVED = re.compile(r"^Exercise \d+\.\d+: from here on, your \w+ does the work\.\n", re.MULTILINE)
PROGRESS = re.compile(r"^progress\((\d+)\)$")


def execute_once(root: Path, paths: Iterable[Path], cache: Path) -> dict[Path, Executed]:
    """Return what each notebook gives, and run a lesson only if the solutions cannot stand for it.

    Args:
        root: the project's folder, which holds the package.
        paths: of notebooks.
        cache: folder that keeps results between builds. What did not run itself is not kept.

    Raises:
        ExecutionFailed: a cell failed.
    """
    notebooks = {path: nbformat.read(path, as_version=4) for path in paths}
    there = still_hold(root, notebooks, cache)
    lessons = [path for path in notebooks if path.parent.name == "lessons" and path not in there]
    solved = {path: root / "solutions" / path.name for path in lessons}
    stand_in = {
        path: solution
        for path, solution in solved.items()
        if solution in notebooks and same_but_for_answers(notebooks[path], notebooks[solution])
    }
    results = execute_all(root, [path for path in notebooks if path not in stand_in], cache)
    if stand_in:
        print(f"book: {len(stand_in)} lessons show what the runs of their solutions gave")
    for path, solution in stand_in.items():
        results[path] = unsolved(notebooks[path], results[solution])
    return {path: results[path] for path in notebooks}


def same_but_for_answers(lesson: NotebookNode, solution: NotebookNode) -> bool:
    """Return whether a lesson has the cells of its solutions, apart from those for answers."""
    ours, theirs = code_cells(lesson), code_cells(solution)
    return len(ours) == len(theirs) and all(
        own.source == other.source or is_answer(own) and is_answer(other)
        for own, other in zip(ours, theirs, strict=True)
    )


def is_answer(cell: NotebookNode) -> bool:
    """Return whether a learner writes a function here."""
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def unsolved(lesson: NotebookNode, ran: Executed) -> Executed:
    """Return what a lesson gives while nothing in it is solved.

    Args:
        lesson: its notebook.
        ran: what the notebook with its solutions gave.
    """
    cells = zip(code_cells(lesson), ran.outputs, strict=True)
    outputs = [without_answer(cell, given) for cell, given in cells]
    return Executed(outputs, ran.widgets, ran.modules, ran.costs)


def without_answer(cell: NotebookNode, outputs: list[dict]) -> list[dict]:
    """Return the outputs of a cell without what is there because of a right answer."""
    if is_answer(cell) or CHECK_CALL.search(cell.source):
        return []  # a page shows nothing of a check that waits for its answer
    if match := PROGRESS.match(cell.source.strip()):
        return [output | {"data": nothing_solved(int(match[1]))} for output in outputs]
    found = []
    for output in outputs:
        if output["output_type"] == "stream":
            output = output | {"text": SOLVED.sub("", output["text"])}
        if output.get("text") != "":
            found.append(output)
    return found


def nothing_solved(number: int) -> dict:
    """Return what `progress` shows of a lesson to those who begin it."""
    exercises = lesson_exercises(number).values()
    table = ProgressTable([(one.id, one.title, 0, one.points) for one in exercises])
    return {"text/plain": repr(table), "text/html": table._repr_html_()}
