"""Whatever bytes a stranger sends, a reader returns something or raises its own named error.

The inputs are made by Hypothesis: valid notebooks, messages, replies and progress files, with parts
replaced. It knows the structure that JSON and the wire need to get past their first check, which a
fuzzer guided by coverage, such as Atheris, would have to find. It also runs on every system that
the package runs on, and is a test dependency already.

Each input has 5 reference seconds of processor time, and each test a limited amount of memory.
"""

import json
import struct
import time
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refimpl.course.budgets import measure_reference_second
from refimpl.course.exercises import find_exercise
from refimpl.course.grading.child import Notebook
from refimpl.course.grading.reading import Unreadable, parse_notebook
from refimpl.course.grading.replies import read_about, read_trials, read_walk
from refimpl.course.grading.session import ChildFailed
from refimpl.course.grading.wire import WireError, pack, unpack
from refimpl.course.progress import PATH_VARIABLE, progress, read_progress, record
from tests.grading.honest import HONEST
from tests.grading.notebooks import notebook

LONGEST = 5  # reference seconds for one input
MOST_MEMORY = 2**30  # bytes more than before
EXERCISE = find_exercise("1.3")


@pytest.fixture(autouse=True)
def limited_memory():
    """Let an input that asks for much memory fail instead of filling the machine."""
    resource = pytest.importorskip("resource", reason="this system has no limits")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:  # noqa: PTH123 (no path of ours)
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(scope="module")
def reference_second():
    return measure_reference_second()


def at_length(short, long):
    """Run a test on a few inputs always, and on many in `make soak`."""
    many = pytest.param(long, marks=pytest.mark.soak)
    return pytest.mark.parametrize("n_inputs", [short, many])


def try_all(inputs, work, errors, n_inputs, reference_second):
    """Give a reader inputs: it may return or raise an error of ours, in time."""

    @settings(
        max_examples=n_inputs,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def each(value):
        start = time.thread_time()
        try:
            work(value)
        except errors as error:
            assert str(error).isprintable() or "\n" in str(error)
        assert time.thread_time() - start < LONGEST * reference_second

    each()


# What JSON can hold, and what it should not.
words = st.text(max_size=20) | st.sampled_from(["cells", "code", "source", "\ud800", "\x00", "="])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | words
    | st.sampled_from([10**400, -1, 2**64, float("nan"), float("inf")])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def damaged(value, draw):
    """A value of JSON with one part of it replaced, left out, or doubled."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: damaged(value[key], draw)}
    if isinstance(value, list) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], damaged(value[at], draw), *value[at + draw(st.integers(0, 1)) :]]
    return draw(values)


@st.composite
def damaged_json(draw, whole):
    """Bytes of JSON that was damaged: its values, its text or its encoding."""
    value = draw(st.sampled_from(whole))
    for _ in range(draw(st.integers(0, 3))):
        value = damaged(value, draw)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"]))
    content = text.encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass")
    return damaged_bytes(draw, content)


def damaged_bytes(draw, content):
    """Bytes with up to three stretches replaced."""
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(content)))
        n = draw(st.integers(0, 20))
        some = draw(st.binary(max_size=8)) * draw(st.sampled_from([1, 1, 1, 50_000]))
        content = content[:at] + some + content[at + n :]
    return content


NOTEBOOKS = [
    notebook(["x = 1", "%%time\ny = 2"]),
    {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n"]}]}], "nbformat": 3},
]
DEEP = [b"[" * 100_000, b'{"cells":' * 50_000, b'{"cells":[{"source":' + b"[" * 90_000]


@at_length(150, 60_000)
def test_notebooks(n_inputs, reference_second):
    inputs = st.binary() | damaged_json(NOTEBOOKS) | st.sampled_from(DEEP)

    def work(content):
        assert all(isinstance(cell, str) for cell in parse_notebook(content).code)

    try_all(inputs, work, Unreadable, n_inputs, reference_second)


CELLS = [cell for honest in HONEST.values() for cell in honest.cells]
PIECES = [
    *("(" * 300, "[" * 5_000, "-" * 5_000 + "1", "x = " + "+".join("1" * 3_000), "\\\n" * 2_000),
    *("%time ", "%%time\n", "!ls\n", "?", "\x00", "\ud800", "\x0c", "\r", "\u2028", "\ufeff"),
    *("await f()\n", "f'{", "'''", "\t", "del x\n", "global x\n", "lambda: (yield)\n", "@"),
    *("match x:\n case ", "async def f(): ", "from x import *\n", "nonlocal x\n", "9" * 5_000),
    *("class A: x = 1\n", "def f(x=" * 60, "if 1:\n " * 120, "x" * 100_000, "%%capture a\n"),
    *("%%writefile a b\n", "get_ipython().system(1)\n", "get_ipython().run_line_magic(*x)\n"),
    *("get_ipython().run_cell_magic('time')\n", "check('1.3', f)\n", "check(*x)\n", "x.y[0] = 1\n"),
]


@st.composite
def broken_cells(draw):
    """Cells with pieces of others in them."""
    cells = draw(st.lists(st.sampled_from(CELLS) | words, min_size=1, max_size=4))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(cells) - 1))
        place = draw(st.integers(0, len(cells[at])))
        piece = draw(st.sampled_from(PIECES) | words)
        cut = draw(st.integers(0, 5))
        cells[at] = cells[at][:place] + piece + cells[at][place + cut :]
    return cells


@at_length(150, 40_000)
def test_the_code_of_a_notebook(n_inputs, reference_second):
    def work(cells):
        with warnings.catch_warnings(action="ignore"):
            read = Notebook(cells)
            read.about("signal_to_noise", "1.3", ["numpy.fft.fft"])
        pack(read.about("f", "1.1", []))

    try_all(broken_cells(), work, (), n_inputs, reference_second)


MESSAGES = [
    pack({"a": np.arange(5), "b": ["text", 1.5, None], "c": np.array("ä"), "d": np.ones((2, 0))}),
    pack({"number": 2, "reply": {"status": "called", "trials": []}}),
]


@st.composite
def damaged_messages(draw):
    """Messages with wrong headers, wrong lengths and wrong arrays."""
    content = draw(st.sampled_from(MESSAGES))
    if draw(st.booleans()):
        shape = draw(st.lists(st.integers(-1, 2**70), max_size=40) | values)
        header = {
            "array": draw(st.sampled_from(["<f8", "|b1", "<U3", "|O", "<f3"])),
            "shape": shape,
        }
        text = json.dumps(draw(st.sampled_from([header, [header] * 3, {"dict": {"x": header}}])))
        content = struct.pack(">Q", len(text)) + text.encode() + draw(st.binary(max_size=64))
    return damaged_bytes(draw, content)


@at_length(150, 60_000)
def test_messages(n_inputs, reference_second):
    inputs = st.binary() | damaged_messages()
    try_all(inputs, unpack, WireError, n_inputs, reference_second)


CALLED = {"status": "called", "results": {"result": {"value": 1.5}}, "changed": False}
REPLIES = [
    {"status": "called", "trials": [CALLED, {"status": "error", "reason": "raised"}]},
    {"status": "missing", "reason": "no function"},
    {"found": {"1.3": [[CALLED, CALLED]]}},
    {"f": {"defined": True, "certain": False, "broken": "", "suspicions": ["uses sys"]}},
]
arrays = st.sampled_from([np.zeros(()), np.array("x"), np.ones(3), np.array([], dtype=complex)])


@st.composite
def forged_replies(draw):
    reply = draw(st.sampled_from(REPLIES))
    for _ in range(draw(st.integers(0, 4))):
        reply = damaged(reply, draw)
    if isinstance(reply, dict) and reply and draw(st.booleans()):
        reply = {**reply, draw(st.sampled_from(sorted(reply))): draw(arrays)}
    return reply


@at_length(150, 60_000)
def test_replies(n_inputs, reference_second):
    def work(reply):
        for read in (
            lambda: read_about(reply, ["f"]),
            lambda: read_trials(reply, 2),
            lambda: read_walk(reply, {"1.3": 2}),
        ):
            try:
                read()
            except ChildFailed as error:
                assert error.status == "tampering"

    try_all(forged_replies() | values | arrays, work, (), n_inputs, reference_second)


PROGRESS = [
    {"version": 1, "exercises": {"1.3": {"points": 4, "of": 4, "when": "2026-03-01T12:00+00:00"}}},
    {"version": 1, "exercises": {"1.3": {"points": 0}, "9.9": {"points": 10**40}}},
]


@at_length(60, 10_000)
def test_progress(n_inputs, reference_second, tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv(PATH_VARIABLE, str(path))

    def work(content):
        path.write_bytes(content)
        with warnings.catch_warnings(action="ignore"):
            read_progress()
            path.write_bytes(content)
            record(EXERCISE, EXERCISE.points)
            table = progress(1)
        assert f"{table!r}{table._repr_html_()}"
        # What was earned is there, whatever was there before.
        assert read_progress()["1.3"]["points"] >= EXERCISE.points

    inputs = st.binary() | damaged_json(PROGRESS) | st.sampled_from(DEEP)
    try_all(inputs, work, (), n_inputs, reference_second)
