"""Every measure that `refimpl.metrics` offers is used in a test of its own."""

import ast
import inspect
from pathlib import Path

import pytest

from refimpl import metrics

HERE = Path(__file__)
OFFERED = [name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name))]


def called_in_tests(sources):
    """The names that test functions call, also under `metrics.name`."""
    found = set()
    for source in sources:
        for function in ast.walk(ast.parse(source)):
            is_test = isinstance(function, ast.FunctionDef) and function.name.startswith("test_")
            for node in ast.walk(function) if is_test else ():
                if isinstance(node, ast.Name | ast.Attribute):
                    found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


def sources():
    return [
        path.read_text(encoding="utf-8")
        for path in HERE.parent.glob("test_*.py")
        if path.name != HERE.name
    ]


@pytest.mark.parametrize("name", OFFERED)
def test_every_measure_is_called_in_a_test(name):
    """A new measure needs a test in `tests/metrics/` that calls it by its public name."""
    assert name in called_in_tests(sources())


def test_a_measure_without_a_test_would_be_noticed():
    assert "only_named" not in called_in_tests(["x = only_named\ndef test_a():\n    pass"])
    assert "tested" in called_in_tests(["def test_a():\n    assert tested(1) == 2"])
