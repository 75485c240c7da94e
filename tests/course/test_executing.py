"""A notebook that is run from top to bottom: what its cells show."""

import nbformat

from refimpl.course.executing import NotebookRun

# What is flushed, and printed half a second apart, leaves the kernel in pieces.
IN_PIECES = """
import sys, time
from IPython.display import display
for word in ("one", " two", "\\n"):
    print(word, end="", flush=True)
    time.sleep(0.5)
display(3)
print("four", end="", flush=True)
print("five", file=sys.stderr, flush=True)
print("six")
"""


def test_what_is_printed_in_one_go_is_one_output_however_it_leaves_the_kernel():
    cells = [nbformat.v4.new_markdown_cell("Text"), nbformat.v4.new_code_cell(IN_PIECES)]
    run = NotebookRun(nbformat.v4.new_notebook(cells=cells))
    run.execute()
    shown = [(one.get("name"), one.get("text")) for one in cells[1].outputs]
    assert shown == [
        ("stdout", "one two\n"),
        (None, None),
        ("stdout", "four"),
        ("stderr", "five\n"),
        ("stdout", "six\n"),
    ]
    assert len(run.costs) == 1
