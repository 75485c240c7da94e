"""No cell of a table becomes a formula, whatever separates the cells where it is read."""

import csv

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.course.grading.tables import guard, write_table

FORMULA = tuple("=+-@＝＋－＠")
SEPARATORS = ",;:|\t^~"
hostile = st.text(alphabet="=+-@＝ab1 ,;:|\t\r\n\"^~'", max_size=12)


def check(path, rows):
    write_table(path, ["a", "b"], rows)
    for separator in SEPARATORS:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.reader(file, delimiter=separator, quoting=quoting):
                    assert not any(cell.lstrip().startswith(FORMULA) for cell in row), row


@given(st.lists(st.tuples(hostile, hostile), max_size=3))
@example([("a;=1+1", "@x"), ("a\t=1", "x\n-1"), ('"=1', "a:  =1"), ("＝1", "=")])
@settings(deadline=None)
def test_no_formula_with_any_separator(tmp_path_factory, rows):
    check(tmp_path_factory.getbasetemp() / "formulas.csv", rows)


@pytest.mark.parametrize(
    "text", ["Anne-Marie O'Neill", "ada@example.org", "got 1.5 - 3", "03-k-means (1).ipynb", "a_b"]
)
def test_ordinary_text_stays_as_it_is(text):
    assert guard(text) == text


def test_numbers_stay_numbers(tmp_path):
    write_table(tmp_path / "new/x.csv", ["n"], [[-1], [2.5], [None]])
    assert (tmp_path / "new/x.csv").read_text() == "n\n-1\n2.5\n\n" or (
        tmp_path / "new/x.csv"
    ).read_text().split() == ["n", "-1", "2.5", '""']
