"""No page shows what speaks to the machine, or to a notebook's owner, and not to its reader."""

import re

import pytest
from bs4 import BeautifulSoup

# What each kind looks like in the text of an output.
DEBRIS = {
    "the points of a check": re.compile(r"\s*\d+\s*"),
    "an exercise that waits": re.compile(r".*(not started yet|stands in\.|not there yet).*", re.S),
    "a passing path": re.compile(r".*(/tmp/|/var/folders/|ipykernel_|\\Temp\\|<ipython-).*", re.S),
    "a warning": re.compile(r".*(\w+Warning: |\(pid=\d+\)).*", re.S),
    "a table as text": re.compile(r".*^\s*\|.*\|\s*\n\s*\|[ :|-]+\|\s*$.*", re.S | re.M),
}


@pytest.fixture(scope="module")
def outputs(book, name):
    """The text of each output of the page's cells."""
    page = BeautifulSoup((book / name).read_text(encoding="utf-8"), "html.parser")
    return [one.get_text() for one in page.select("div.cell_output > div.output")]


@pytest.mark.parametrize("kind", DEBRIS)
def test_no_output_is_debris(outputs, kind):
    assert [text[:200] for text in outputs if DEBRIS[kind].fullmatch(text)] == []
