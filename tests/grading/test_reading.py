"""Files that are no notebooks get a reason, in words for their authors."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.course.grading import reading
from refimpl.course.grading.reading import Unreadable, parse_notebook
from tests.grading.notebooks import notebook

WHOLE = json.dumps(notebook(["x = 1"])).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (WHOLE[:-20], "no whole notebook"),
        (b"print('hello')", "no whole notebook"),
        (b"[1, 2]", "no notebook"),
        (b"{}", "no cells"),
        (b'{"cells": 5}', "no cells"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\x89PNG\x81\x8d" + bytes(20), "no text|no whole"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "no whole notebook"),
        (json.dumps(notebook(["x" * 2**21, "x"])).encode(), "longer than"),
        (json.dumps(notebook([""] * 20_001)).encode(), "20001 cells"),
        (b"[" + b"[]," * 3_000_000, "too many values"),
    ],
)
def test_what_is_wrong_is_said(content, words):
    with pytest.raises(Unreadable, match=words):
        parse_notebook(content)


def test_too_large(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(Unreadable, match="clear its outputs"):
        parse_notebook(WHOLE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    text = json.dumps(notebook(["x = 'ü'"]), ensure_ascii=False)
    assert parse_notebook(text.encode(encoding)).code == ["x = 'ü'"]


def test_odd_cells_do_no_harm():
    cells = [
        5,
        {"cell_type": "code"},
        {"cell_type": "code", "source": None},
        {"cell_type": "code", "source": ["x", 3, " = 1"]},
        {"cell_type": "markdown", "source": "y"},
    ]
    sources = parse_notebook(json.dumps({"cells": cells}).encode()).code
    assert sources == ["", "", "x = 1"]


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
names = st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "metadata", "code"])
anything = st.recursive(
    plain | names | st.just("nbgrader") | st.just("grade_id"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names | st.just("nbgrader"), inner, max_size=5)
    ),
    max_leaves=12,
)
nearly_cells = st.lists(
    st.fixed_dictionaries(
        {}, optional={name: anything for name in ("cell_type", "source", "metadata")}
    )
    | anything,
    max_size=4,
)


def check_anything(value, cells, noise, place):
    """Any JSON and any bytes are a notebook or an error of ours; what is read is text."""
    whole = bytearray(WHOLE)
    whole[place : place + len(noise)] = noise
    for content in (json.dumps(value), json.dumps({"cells": cells}), bytes(whole), noise):
        content = content.encode() if isinstance(content, str) else content
        try:
            notebook = parse_notebook(content)
        except Unreadable:
            continue
        assert all(isinstance(cell.source + cell.grade_id, str) for cell in notebook.cells)


anything_handed_in = given(anything, nearly_cells, st.binary(max_size=50), st.integers(0, 100))
test_anything_is_read_or_refused = settings(deadline=None)(anything_handed_in(check_anything))
test_much_is_read_or_refused = pytest.mark.soak(
    settings(deadline=None, max_examples=50_000)(anything_handed_in(check_anything))
)
