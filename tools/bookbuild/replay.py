"""Lets nbval compare what the book shows, so that a test run executes each notebook once.

nbval sends a notebook's cells to a kernel, one test a cell, and compares what comes back with what
is stored. A `Replay` takes that kernel's place: the notebook is run as the book runs it, kept for
the book if nothing failed, and the replay answers with what each cell gave.
"""

from pathlib import Path
from queue import Empty

from nbval.plugin import IPyNbFile

from bookbuild.execution import KEPT, Executed, code_cells, prepare_worker, run_anew


class Replay:
    """What nbval asks of a kernel (`nbval.kernel.RunningKernel`), answered from a run.

    Args:
        sources: of the code cells, in order.
        ran: the run.

    Attributes:
        cost: of the cells that were asked for so far, in reference seconds.
    """

    def __init__(self, sources: list[str], ran: Executed):
        self.ran = ran
        self.cost = 0.0
        self.sources = list(enumerate(sources))
        self.messages: list[dict] = []

    def is_alive(self) -> bool:
        """There is always an answer."""
        return True

    def execute_cell_input(self, source: str, allow_stdin: bool | None = None) -> str:
        """Prepare the answers to a cell; cells that nbval was told to leave out are passed over."""
        number, asked = self.sources.pop(0)
        while asked != source:
            number, asked = self.sources.pop(0)
        name = f"cell {number}"
        self.cost += self.ran.costs[number] if number < len(self.ran.costs) else 0.0
        said = [message(name, **output) for output in self.outputs_of(number)]
        self.messages = [*said, message(name, "status", execution_state="idle")]
        return name

    def outputs_of(self, number: int) -> list[dict]:
        """Return a cell's outputs; an error for one that did not end, or was not reached."""
        if number < len(self.ran.costs):
            return self.ran.outputs[number]
        begun = self.ran.outputs[number] if number < len(self.ran.outputs) else []
        if any(output["output_type"] == "error" for output in begun):
            return begun
        why = {"ename": "NotRun", "evalue": self.ran.failure, "traceback": [self.ran.failure]}
        return [*begun, {"output_type": "error", **why}]

    def get_message(self, stream: str, timeout: float | None = None) -> dict:
        """Return the next answer."""
        if not self.messages:
            raise Empty
        return self.messages.pop(0)

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Return at once: the cell has ended."""

    def await_idle(self, msg_id: str, timeout: float | None = None) -> None:
        """Pass over the rest of the answers."""
        self.messages = []

    def interrupt(self) -> None:
        """Nothing is running."""

    def stop(self) -> None:
        """Nothing is running."""


def message(parent: str, output_type: str, **content) -> dict:
    """Return an output as a kernel sends it."""
    return {"msg_type": output_type, "parent_header": {"msg_id": parent}, "content": content}


def replay(collector: IPyNbFile, root: Path) -> None:
    """Run a notebook of the course when nbval would start its kernel, and answer from that.

    Args:
        collector: nbval's, of one notebook.
        root: the project's folder.
    """

    def set_up() -> None:
        prepare_worker()
        sources = [cell.source for cell in code_cells(collector.nb)]
        collector.kernel = Replay(sources, run_anew(root, collector.path, root / KEPT))
        collector.setup_sanitize_files()

    collector.setup = set_up
