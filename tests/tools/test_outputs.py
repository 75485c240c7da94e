"""What a page leaves out of a notebook's outputs, and what it makes of printed tables."""

import nbformat
import pytest
from bookbuild.outputs import tidy
from bs4 import BeautifulSoup

TABLE = """| set     | in key | grid |
| ------- | ------ | ---- |
| a < b   |   1.00 | 0.96 |
| shuffled| 0.70   | 0.41 |
"""


def shown(source, *outputs):
    """The outputs of a code cell as a page has them."""
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs))
    tidy(cell)
    return cell.outputs


def printed(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def returned(text):
    return nbformat.v4.new_output("execute_result", {"text/plain": text}, execution_count=1)


def test_a_check_that_waits_for_its_answer_shows_nothing():
    said = printed("1.1: not started yet (0 of 4 points)\n")
    assert shown('check("1.1", heard)', said, returned("0")) == []


def test_a_check_of_a_right_answer_says_so_once():
    said = printed("✓ 1.1: right (4 of 4 points)\n")
    assert shown('check("1.1", heard)', said, returned("4")) == [said]


def test_other_results_stay():
    assert shown("1 + 1", returned("2")) == [returned("2")]


def test_the_reference_stands_in_without_a_word():
    said = "Exercise 2.5 is not solved yet: the course's mel_filters stands in.\n"
    (output,) = shown("mine = solved('2.5', f)", printed(f"{said}{said}0.3 of it\n"))
    assert output.text == "0.3 of it\n"


def test_warnings_about_the_machine_are_left_out():
    warning = "/tmp/x.py:1: DeprecationWarning: this process (pid=12) is multi-threaded\n"
    assert shown("run()", printed(warning, "stderr"), printed("done\n")) == [printed("done\n")]


def test_a_printed_table_becomes_one_between_the_text_around_it():
    before, table, after = shown("print()", printed(f"Measured:\n{TABLE}held out: | 1 |\n"))
    assert [before.text, after.text] == ["Measured:\n", "held out: | 1 |\n"]
    soup = BeautifulSoup(table.data["text/html"], "html.parser")
    assert [cell.text for cell in soup.select("thead th")] == ["set", "in key", "grid"]
    rows = [[cell.text for cell in row.select("th, td")] for row in soup.select("tbody tr")]
    assert rows == [["a < b", "1.00", "0.96"], ["shuffled", "0.70", "0.41"]]


@pytest.mark.parametrize("text", ["|x|\n", "| a |\n| b |\n| c |\n", "1 | 2\n- | -\n3 | 4\n"])
def test_bars_alone_make_no_table(text):
    assert shown("print()", printed(text)) == [printed(text)]


def test_progress_is_where_a_learner_finds_it():
    html = "<p><code>/tmp/abc/progress.json</code></p>"
    (output,) = shown("progress()", nbformat.v4.new_output("display_data", {"text/html": html}))
    assert "<code>~/.refimpl/progress.json</code>" in output.data["text/html"]
