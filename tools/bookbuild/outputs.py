"""What a page shows of a notebook's outputs: results, and not what speaks to its owner alone.

On a page nobody solves an exercise. What the checks say of that, and warnings about the machine
on which the book was built, stay in the notebooks. A table that was printed becomes a table.
"""

import re
from html import escape
from itertools import groupby

import nbformat
from nbformat import NotebookNode

from refimpl.course.notebooks import CHECK_CALL
from refimpl.display import knobs

KEPT_IN = re.compile(r"(?<=<code>)[^<]*(?=progress\.json</code>)")
# The lines of `check` and `solved` about an exercise that waits for its answer.
NOT_SOLVED = re.compile(
    r"^(\d+\.\d+: not started yet \(.*\)|Exercise \d+\.\d+ is not solved yet: .* stands in\.)\n?",
    re.MULTILINE,
)
ROW = re.compile(r"\|.*\|")
RULE = re.compile(r"\|( ?:?-+:? ?\|)+")


def tidy(cell: NotebookNode) -> None:
    """Leave in a code cell's outputs what a page's reader needs, in the form that pages have."""
    leave_out_stills(cell)
    outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    if CHECK_CALL.search(cell.source):  # the points that it returns stand in its line already
        outputs = [one for one in outputs if one.output_type != "execute_result"]
    cell.outputs = [part for one in outputs for part in tidied(one)]


def tidied(output: NotebookNode) -> list[NotebookNode]:
    """Return what a page shows in place of an output."""
    if output.output_type == "stream":
        return parts_of(NOT_SOLVED.sub("", output.text))
    say_where_progress_is(output)
    return [output]


def say_where_progress_is(output: NotebookNode) -> None:
    """Name the file that a learner finds: a build keeps its own progress in a passing folder."""
    data = output.get("data", {})
    if "text/html" in data:
        data["text/html"] = KEPT_IN.sub("~/.refimpl/", data["text/html"])


def leave_out_stills(cell: NotebookNode) -> None:
    """Show the sliders of an explored function alone, without the stills that notebooks store."""
    marks = [output.get("metadata", {}).get(knobs.MARK) for output in cell.get("outputs", [])]
    if knobs.SLIDERS in marks:
        shown = zip(cell.outputs, marks, strict=True)
        cell.outputs = [output for output, mark in shown if mark != knobs.STILL]


def parts_of(text: str) -> list[NotebookNode]:
    """Return printed text as outputs: its tables as HTML, the text around them as it is."""
    parts, said = [], ""
    lines = text.splitlines(keepends=True)
    for in_table, group in groupby(lines, key=lambda line: bool(ROW.fullmatch(line.strip()))):
        rows = list(group)
        if in_table and len(rows) > 2 and RULE.fullmatch(rows[1].strip()):
            parts += [printed(said), shown_as_html(table(rows))]
            said = ""
        else:
            said += "".join(rows)
    return [part for part in [*parts, printed(said)] if part]


def printed(text: str) -> NotebookNode | None:
    """Return text as what a cell printed, or None where there is none."""
    return nbformat.v4.new_output("stream", name="stdout", text=text) if text.strip() else None


def shown_as_html(html: str) -> NotebookNode:
    """Return HTML as what a cell displayed."""
    return nbformat.v4.new_output("display_data", {"text/html": html})


def table(rows: list[str]) -> str:
    """Return the rows of a Markdown table as HTML, the first cell of each as its name."""
    head, _, *body = (row.strip().strip("|").split("|") for row in rows)
    heads = "".join(f'<th scope="col">{escape(cell.strip())}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(name.strip())}</th>'
        + "".join(f"<td>{escape(cell.strip())}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in body
    )
    return (
        '<div class="pst-scrollable-table-container"><table class="table printed-table">'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )
