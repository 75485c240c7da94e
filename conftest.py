"""Settings for every pytest run: the package's tests and, under nbval, the notebooks."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Keep a run away from the user's screen."""
    if not (config.getoption("nbval", False) or config.getoption("nbval_lax", False)):
        # No window for a plot. (A notebook's kernel sets its own, inline backend.)
        os.environ.setdefault("MPLBACKEND", "Agg")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Tell nbval which outputs of a notebook cell are not compared."""
    if hasattr(collector, "skip_compare"):
        # Warnings come and go with versions; players and tables as HTML are not stored.
        collector.skip_compare += ("stderr", "text/html")
