"""Settings for every pytest run: the package's tests and, under nbval, the notebooks."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from refimpl.course.budgets import CELL_BUDGET, LESSON_BUDGET, SLACK

TOOLS = Path(__file__).parent / "tools"

# A test that passes on a fast machine passes on a slow or busy one.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


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
    """Let nbval compare what the book shows, and tell it what is not compared."""
    if hasattr(collector, "skip_compare"):
        # Warnings come and go with versions; players and tables as HTML are not stored.
        collector.skip_compare += ("stderr", "text/html")
        sys.path.insert(0, str(TOOLS))
        from bookbuild.replay import replay

        replay(collector, collector.config.rootpath)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a notebook's cell that takes far more than its budget, or than its lesson's."""
    notebook = item.parent
    if not hasattr(notebook, "kernel"):
        return (yield)
    before = notebook.kernel.cost
    result = yield
    total = notebook.kernel.cost
    if (cost := total - before) > SLACK * CELL_BUDGET:
        pytest.fail(f"the cell took {cost:.0f} reference seconds, its budget is {CELL_BUDGET}")
    if total > SLACK * LESSON_BUDGET:
        pytest.fail(f"with it the lesson took {total:.0f} reference seconds, not {LESSON_BUDGET}")
    return result
