"""Settings for every pytest run: the package's tests and, under nbval, the notebooks."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from refimpl.course.budgets import CELL_BUDGET, LESSON_BUDGET

_spent: dict[str, float] = defaultdict(float)


def pytest_configure(config: pytest.Config) -> None:
    """Keep a run away from the user's screen and from the user's progress."""
    folder = tempfile.TemporaryDirectory(prefix="refimpl-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["REFIMPL_PROGRESS"] = str(Path(folder.name) / "progress.json")
    if config.getoption("nbval", False) or config.getoption("nbval_lax", False):
        os.environ["REFIMPL_QUIET"] = "1"
    else:
        # No window for a plot. (A notebook's kernel sets its own, inline backend.)
        os.environ.setdefault("MPLBACKEND", "Agg")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Tell nbval which outputs of a notebook cell are not compared."""
    if hasattr(collector, "skip_compare"):
        # Warnings come and go with versions; players and tables as HTML are not stored.
        collector.skip_compare += ("stderr", "text/html")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a notebook's cell that takes more than its budget, or uses up its lesson's."""
    notebook = item.parent
    if not hasattr(notebook, "kernel"):
        return (yield)
    before = _processor_time(notebook)
    result = yield
    seconds = _processor_time(notebook) - before
    _spent[notebook.nodeid] += seconds
    if seconds > CELL_BUDGET:
        pytest.fail(f"the cell took {seconds:.0f} s of processor time, its budget is {CELL_BUDGET}")
    if _spent[notebook.nodeid] > LESSON_BUDGET:
        pytest.fail(f"with this cell the lesson takes more than its budget of {LESSON_BUDGET} s")
    return result


def _processor_time(notebook: pytest.Collector) -> float:
    """Seconds that a notebook's kernel has computed so far, on all its threads."""
    times = psutil.Process(notebook.kernel.km.provisioner.pid).cpu_times()
    return times.user + times.system
