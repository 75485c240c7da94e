"""Runs a notebook from top to bottom, and measures what each of its cells costs.

Building the solutions, linting a lesson, testing the notebooks and building the book all run them
here, so that a cell that works in one of the four works in the others.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from refimpl.course.budgets import measure_reference_second, processor_time

# Seconds by the clock, against a kernel that waits for ever. What a cell may compute is its budget
# (budgets.py), which neither a slow machine nor a busy one stretches.
PATIENCE = {"timeout": 3600, "startup_timeout": 600, "iopub_timeout": 600}
QUIET = ["--Application.log_level=ERROR"]  # no notes of the kernel on its own transport
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
STOPPED = (CellExecutionError, CellTimeoutError, DeadKernelError)


class NotebookRun:
    """One run of a notebook, in a new kernel and an empty folder.

    Args:
        notebook: The notebook; its cells receive their outputs.
        keep_going: Whether cells after one that fails are run, too.

    Attributes:
        notebook: The same notebook.
        n_begun: How many code cells have begun.
        costs: The cost of each finished code cell, in order, in reference seconds (see
            `refimpl.course.budgets`).
    """

    def __init__(self, notebook: NotebookNode, *, keep_going: bool = False):
        self.notebook = notebook
        self.keep_going = keep_going
        self.n_begun = 0
        self.costs: list[float] = []

    def execute(self, after_cell: Callable[[], None] = lambda: None) -> None:
        """Run all cells.

        Args:
            after_cell: Called when a cell has ended.

        Raises:
            CellExecutionError: A cell failed, and `keep_going` is off.
            CellTimeoutError: A cell took an hour by the clock.
            DeadKernelError: A cell ended the kernel.
        """
        spent: list[float] = []  # processor time
        before, reference_second = 0.0, measure_reference_second()

        def starts(cell: NotebookNode, cell_index: int) -> None:
            nonlocal before
            before = processor_time(psutil.Process(client.km.provisioner.pid))
            self.n_begun += 1

        def ends(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
            spent.append(processor_time(psutil.Process(client.km.provisioner.pid)) - before)
            after_cell()

        with TemporaryDirectory() as folder:
            client = NotebookClient(
                self.notebook,
                allow_errors=self.keep_going,
                record_timing=False,
                extra_arguments=QUIET,
                resources={"metadata": {"path": folder}},
                on_cell_execute=starts,
                on_cell_executed=ends,
                **PATIENCE,
            )
            try:
                client.execute(env=kernel_environment(Path(folder)))
            finally:
                # The slower of two measurements: a neighbour who came later costs no budget.
                reference_second = max(reference_second, measure_reference_second())
                self.costs = [seconds / reference_second for seconds in spent]
                for cell in self.notebook.cells:
                    if cell.cell_type == "code":
                        cell.outputs = joined(cell.outputs)


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs in which what was printed in one go is one.

    A kernel breaks off printed text at any place, and on a busy machine at other places. A figure
    between two texts keeps them apart.
    """
    whole: list[NotebookNode] = []
    for output in outputs:
        if whole and output.get("name") and output.get("name") == whole[-1].get("name"):
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def kernel_environment(folder: Path) -> dict[str, str]:
    """Return the environment for running a lesson when nobody is at the screen.

    Args:
        folder: Where the kernel may write down what was solved, apart from the user's own progress.
    """
    # A plot in a notebook goes into the notebook, whatever the user's shell says.
    kept = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return kept | {"REFIMPL_QUIET": "1", "REFIMPL_PROGRESS": str(folder / "progress.json")}
