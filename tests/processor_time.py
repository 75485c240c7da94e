"""Where the time of a test run goes: processor seconds by file, processes of tests included.

    python -m pytest -p tests.processor_time tests/grading

It counts what a test's own process and the processes that it waited for computed, so that a busy
machine shows nearly the same as a quiet one.
"""

import os
from collections import Counter

import pytest

SHOWN = 40  # files
PROPERTY = "processor seconds"
spent = Counter()


def now() -> float:
    """Return what this process and its ended children have computed, in seconds."""
    return sum(os.times()[:4])


def measure(item: pytest.Item):
    before = now()
    try:
        return (yield)
    finally:
        item.user_properties[:] = [(PROPERTY, now() - before)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    return (yield from measure(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    return (yield from measure(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    return (yield from measure(item))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up, where the run's reports come together."""
    spent[report.location[0]] += dict(report.user_properties).get(PROPERTY, 0.0)


def pytest_terminal_summary(terminalreporter) -> None:
    """Say which files took most."""
    terminalreporter.section(f"{sum(spent.values()):.0f} processor seconds")
    for name, seconds in spent.most_common(SHOWN):
        terminalreporter.write_line(f"{seconds:8.1f}  {name}")
