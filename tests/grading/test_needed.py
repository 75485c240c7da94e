"""Which statements of a notebook run for an answer: those that it needs, and no heavy ones."""

import pytest

from refimpl.course.grading.cells import broken_definition, readable_source
from refimpl.course.grading.interpreter import run_sources
from refimpl.course.grading.needed import needed, statements_of
from refimpl.course.grading.suspicion import suspicions

HEAVY = "model = train_for_hours()\nplot(model)"


def statements(*cells, name="f"):
    return needed(statements_of(list(cells)), name)


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(x):\n    return x"],
        ["import numpy as np", "def f(x):\n    return np.abs(x)"],
        ["from math import *", "def f(x):\n    return floor(x)"],
        ["K = 1", "def g(x):\n    return K * x", "def f(x):\n    return g(x)"],
        ["T = {}", "T['one'] = 1", "def f(x):\n    return T['one'] * x"],
        ["T = []\nfor i in range(3):\n    T.append(i)", "def f(x):\n    return T[1] * x"],
        ["T = [0, 0]\ndef fill(t):\n    t[0] = 1", "fill(T)", "def f(x):\n    return T[0] * x"],
        ["class A:\n    k = 2", "A.k = 1", "def f(x):\n    return A.k * x"],
        ["if True:\n    def f(x):\n        return x"],
        ["try:\n    import none\nexcept ImportError:\n    k = 1", "def f(x):\n    return k * x"],
        ["f = lambda x: x"],
        ["from functools import cache", "@cache\ndef f(x):\n    return x"],
        ["def f(x):\n    return 0", "def f(x):\n    return x"],
        ["from __future__ import annotations", "def f(x: Unknown) -> Unknown:\n    return x"],
        ["a, (b, *c) = 1, (1, 1)", "def f(x):\n    return b * x"],
        ["(k := 1)", "def f(x, *, k2=1):\n    return k * k2 * x"],
        ["with open('/dev/null') as file:\n    k = 1", "def f(x):\n    return k * x"],
    ],
)
def test_what_an_answer_needs_is_there_and_heavy_cells_are_not(cells):
    found = statements(HEAVY, *cells, HEAVY)
    namespace, failed = run_sources(found)
    assert not failed
    assert namespace["f"](7) == 7
    assert "train_for_hours" not in "\n".join(found)


def test_names_of_a_functions_own_are_none_of_the_notebooks():
    found = statements(HEAVY, "def f(x):\n    model = x\n    return [model for plot in [x]][0]")
    assert len(found) == 1


def test_of_a_line_of_imports_only_what_is_needed():
    assert (
        statements("import torch, math", "def f(x):\n    return math.sqrt(x)")[0] == "import math"
    )


def test_what_is_not_there():
    assert statements("x = 1") is None
    assert statements() is None


@pytest.mark.parametrize(
    "source", ["nonlocal x", "return 1", "x = " + "-" * 500 + "1", "x = 1" + "+1" * 900]
)
def test_odd_statements_do_no_harm(source):
    assert "def f" in statements(source, "def f(x):\n    return x")[-1]


def test_a_long_chain_is_followed_quickly():
    chain = [f"x{n + 1} = x{n}" for n in range(5000)]
    found = statements("x0 = 1", *chain, "def f(x):\n    return x5000")
    assert len(found) == 5002


def test_cells_without_magics():
    cells = [
        "%matplotlib inline\nx = 1",
        "%%bash\nrm -rf /",
        "%%time\ny = 2",
        "if x:\n    !ls\nelse:\n    z = 3",
        "n = (7\n% 4)",
        "names = !ls",
        "np.mean?",
        "print 'old'",
        "",
    ]
    sources, broken = readable_source(cells)
    assert [cell for cell, _ in broken] == ["print 'old'"]
    namespace, failed = run_sources(sources)
    assert not failed
    assert (namespace["x"], namespace["y"], namespace["n"]) == (1, 2, 3)


def test_a_broken_definition_is_told():
    _, broken = readable_source(["def other(x): return", "def f(x):\n    return (x"])
    assert "never closed" in broken_definition(broken, "f")
    assert broken_definition(broken, "other") == ""


def test_what_fails_does_not_end_what_follows():
    namespace, failed = run_sources(["1 / 0", "raise SystemExit", "x = 1"])
    assert namespace["x"] == 1
    assert "ZeroDivisionError" in failed


def test_suspicions():
    found = suspicions(
        [
            "import sys",
            "from refimpl.codecs import kmeans",
            "def f(x):\n    sys._getframe()\n    return eval(x)",
        ],
        ["refimpl.codecs.kmeans"],
    )
    assert found == [
        "names refimpl.codecs.kmeans, which the exercise forbids",
        "uses _getframe",
        "uses eval",
        "uses sys",
    ]
    other_names = "import torch as t\nfrom torch import softmax as soft\nimport os.path as p"
    assert suspicions(
        [f"{other_names}\ndef f(x): return map(t.softmax, x)"], ["torch.softmax"]
    ) == [
        "names torch.softmax, which the exercise forbids",
        "uses os",
    ]
    assert suspicions(["import numpy as np\ndef f(x): return np.abs(x)"], ["numpy.fft.fft"]) == []


def test_an_argument_is_no_module_unless_it_is_imported_too():
    assert suspicions(["def f(signal, noise=1.0): return signal.real + noise"], []) == []
    assert suspicions(["import signal", "def f(x): return signal.alarm(x)"], []) == ["uses signal"]
    for imported in ("import os.path", "import os"):
        assert "uses os" in suspicions([imported, "def f(x, os=os): return os.fork()"], [])
    assert suspicions(["def f(eval): return eval(1)"], []) == ["uses eval"]
