"""Run the solution of a lesson, and check the output and the cost of its cells."""

from collections.abc import Iterator

from refimpl.course.budgets import CELL_BUDGET, LESSON_BUDGET
from refimpl.course.executing import ANSI_COLOUR, STOPPED, NotebookRun
from refimpl.course.linting.finding import Finding
from refimpl.course.linting.media import check_outputs
from refimpl.course.linting.source import LessonSource
from refimpl.course.notebooks import read_pair, repository_address
from refimpl.display.bars import progress_bar


def check_by_running(
    lesson: LessonSource, cell_budget: float = CELL_BUDGET, lesson_budget: float = LESSON_BUDGET
) -> Iterator[Finding]:
    """Run the notebook with solutions; a cell that fails ends it.

    Args:
        lesson: Its source.
        cell_budget: Reference seconds for a cell, see `refimpl.course.budgets`.
        lesson_budget: Reference seconds for all of them.
    """
    _, notebook = read_pair(lesson.path, repository_address(lesson.root))
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    run = NotebookRun(notebook)
    error = _execute(run, lesson.path.name, len(cells))
    costs = run.costs + [0.0] * (len(cells) - len(run.costs))
    # The first cell is the set-up, which the source does not hold.
    for cell, shown, cost in zip(lesson.cells, cells[1:], costs[1:], strict=True):
        yield from check_outputs(lesson, cell, shown)
        if cost > cell_budget:
            text = f"the cell took {cost:.0f} reference seconds, its budget is {cell_budget:g}"
            yield lesson.finding(cell.line, text)
        if error and any(output.output_type == "error" for output in shown.outputs):
            yield lesson.finding(cell.line, f"the cell failed: {error}")
    if (total := sum(run.costs)) > lesson_budget:
        text = f"the lesson took {total:.0f} reference seconds, its budget is {lesson_budget:g}"
        yield lesson.finding(1, text)


def _execute(run: NotebookRun, name: str, n_cells: int) -> str:
    """Run all cells with a progress bar; return the last line of an error, or an empty text."""
    with progress_bar(total=n_cells, description=name) as bar:
        try:
            run.execute(after_cell=bar.update)
        except STOPPED as error:
            lines = ANSI_COLOUR.sub("", str(error)).strip().splitlines()
            return lines[-1] if lines else "no reason given"
    return ""
