"""Runs a lesson's solution, and checks what its cells show and what they cost."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from refimpl.course.budgets import CELL_BUDGET, LESSON_BUDGET
from refimpl.course.linting.finding import Finding
from refimpl.course.linting.media import check_outputs
from refimpl.course.linting.source import LessonSource
from refimpl.course.notebooks import (
    ANSI_COLOUR,
    CELL_TIMEOUT,
    kernel_environment,
    read_pair,
    repository_address,
)
from refimpl.display.bars import progress


def check_by_running(
    lesson: LessonSource, cell_budget: float = CELL_BUDGET, lesson_budget: float = LESSON_BUDGET
) -> Iterator[Finding]:
    """Run the notebook with solutions; a cell that fails ends it.

    Args:
        lesson: Its source.
        cell_budget: Seconds of processor time for a cell.
        lesson_budget: Seconds of processor time for all of them.
    """
    _, notebook = read_pair(lesson.path, repository_address(lesson.root))
    run = _Run(notebook)
    error = run.execute(lesson.path.name)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"][1:]  # without the set-up
    for cell, shown in zip(lesson.cells, cells, strict=True):
        yield from check_outputs(lesson, cell, shown)
        if (seconds := run.seconds.get(shown.id, 0)) > cell_budget:
            text = f"the cell took {seconds:.0f} s of processor time, its budget is {cell_budget:g}"
            yield lesson.finding(cell.line, text)
        if error and any(output.output_type == "error" for output in shown.outputs):
            yield lesson.finding(cell.line, f"the cell failed: {error}")
    if (total := sum(run.seconds.values())) > lesson_budget:
        text = f"the lesson took {total:.0f} s of processor time, its budget is {lesson_budget:g}"
        yield lesson.finding(1, text)


class _Run:
    """One execution of a notebook, with what each of its cells cost.

    Attributes:
        seconds: Of processor time, by the cell's id.
    """

    def __init__(self, notebook: NotebookNode):
        self.notebook = notebook
        self.seconds: dict[str, float] = {}
        self._before = 0.0

    def execute(self, name: str) -> str:
        """Run all cells; return the last line of an error, or an empty text."""
        n_cells = sum(cell.cell_type == "code" for cell in self.notebook.cells)
        with TemporaryDirectory() as folder, progress(total=n_cells, description=name) as bar:

            def starts(cell: NotebookNode, cell_index: int) -> None:
                self._before = _processor_time(client)

            def ends(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
                self.seconds[cell.id] = _processor_time(client) - self._before
                bar.update()

            client = NotebookClient(
                self.notebook,
                timeout=CELL_TIMEOUT,
                extra_arguments=["--Application.log_level=ERROR"],
                on_cell_execute=starts,
                on_cell_executed=ends,
            )
            try:
                client.execute(env=kernel_environment(Path(folder)))
            except CellExecutionError as error:
                lines = ANSI_COLOUR.sub("", str(error)).strip().splitlines()
                return lines[-1] if lines else "no reason given"
        return ""


def _processor_time(client: NotebookClient) -> float:
    """Seconds that the kernel has computed so far, on all its threads."""
    times = psutil.Process(client.km.provisioner.pid).cpu_times()
    return times.user + times.system
