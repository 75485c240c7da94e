"""What a page of the book adds to its notebook: the running time, and links to and from solutions.

Only the book has these: the notebooks that a learner opens stay as they are committed.
"""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from bookbuild.folding import fold_code
from bookbuild.headings import Sections, facts_below
from bookbuild.outputs import tidy
from bookbuild.progress import with_labels
from refimpl.course.budgets import REFERENCE_MACHINE
from refimpl.course.notebooks import CHECK_CALL

HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
MARKER = re.compile(r"^[ \t]*### (BEGIN|END) .*\n?", re.MULTILINE)
FENCE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)


def lesson_page(
    lesson: NotebookNode,
    seconds: float,
    solution: str | None,
    names: str = "",
    *,
    number: int,
    strip: str = "",
) -> NotebookNode:
    """Return the page of an executed lesson.

    Args:
        lesson: the executed open notebook; its first cell is the title.
        seconds: what it cost, in reference seconds.
        solution: name of the page with its solutions, or None in an edition without them.
        names: Markdown for its end, on the names of the package that it imports.
        number: of the lesson.
        strip: HTML for its head, on the stage that the lesson is at.
    """
    page = nbformat.from_dict(lesson)
    sections = Sections(number)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = facts_below(with_labels(sections.numbered(cell.source)))
        else:
            tidy(cell)
    fold_code(page)
    facts = [f"This page runs in about {in_words(seconds)} on {REFERENCE_MACHINE}."]
    if solution:
        facts.append(f"[Solutions of the exercises](../solutions/{solution}.ipynb)")
    page.cells.insert(1, remark(" ".join(facts)))
    if strip:
        page.cells.insert(1, nbformat.v4.new_markdown_cell(strip))
    if solution:
        for place in reversed(range(len(page.cells))):
            if ids := exercises_checked(page.cells[place]):
                links = " ".join(f"{{ref}}`Solution of {i} <{label(i)}>`" for i in ids)
                page.cells.insert(place + 1, remark(links))
    if names:
        page.cells.append(nbformat.v4.new_markdown_cell(names))
    return page


def solution_page(solution: NotebookNode, lesson: str, seconds: float) -> NotebookNode:
    """Return the page with a lesson's solved exercises: the sections that hold one, no others.

    Args:
        solution: the executed notebook with solutions; its first cell is the title.
        lesson: name of the lesson's page.
        seconds: what it cost, in reference seconds.
    """
    page = nbformat.from_dict(solution)
    title = page.cells[0].source.removeprefix("# ")
    page.cells = [nbformat.v4.new_markdown_cell(f"# Solutions {title}")]
    intro = (
        f"The exercises of [the lesson](../lessons/{lesson}.ipynb), solved. Look here after you "
        "have tried: an answer that you found stays longer than one that you read. The notebook "
        f"that these come from runs in about {in_words(seconds)} on {REFERENCE_MACHINE}."
    )
    page.cells.append(remark(intro))
    for cell in solution.cells:
        cell.source = MARKER.sub("", cell.source).rstrip()
        if cell.cell_type == "code":
            tidy(cell)
    fold_code(solution)
    for section in sections(solution.cells[1:]):
        ids = [i for cell in section for i in exercises_checked(cell)]
        if ids:
            heading = section[0]
            targets = "".join(f"({label(i)})=\n" for i in ids)
            heading.source = targets + HEADING.sub("## ", facts_below(heading.source), count=1)
            page.cells += section
            page.cells.append(remark(f"Back to [the lesson](../lessons/{lesson}.ipynb)."))
    return page


def sections(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """Split a notebook's cells at every heading; a section begins with the cell that holds it."""
    found: list[list[NotebookNode]] = []
    for cell in cells:
        if cell.cell_type != "markdown":
            if found:
                found[-1].append(cell)
            continue
        for text in split_at_headings(cell.source):
            part = nbformat.v4.new_markdown_cell(text)
            if HEADING.match(text):
                found.append([part])
            elif found:
                found[-1].append(part)
    return found


def split_at_headings(text: str) -> list[str]:
    """Split Markdown so that each heading begins a part; a `#` in a code fence is no heading."""
    fenced = [match.span() for match in FENCE.finditer(text)]
    starts = [match.start() for match in HEADING.finditer(text)]
    starts = [start for start in starts if not any(a <= start < b for a, b in fenced)]
    edges = sorted({0, *starts, len(text)})
    parts = [text[a:b].strip() for a, b in zip(edges, edges[1:], strict=False)]
    return [part for part in parts if part]


def exercises_checked(cell: NotebookNode) -> list[str]:
    """Return the ids of the exercises that a cell checks, such as `["1.2"]`."""
    return exercises_in(cell.source) if cell.cell_type == "code" else []


def exercises_in(code: str) -> list[str]:
    """Return the ids of the exercises that code checks."""
    return CHECK_CALL.findall(code)


def label(exercise_id: str) -> str:
    """Return the name by which pages link to an exercise's solution."""
    return f"solution-{exercise_id.replace('.', '-')}"


def remark(text: str) -> NotebookNode:
    """Return a cell in small type, which belongs to the page and not to the lesson."""
    return nbformat.v4.new_markdown_cell(f":::{{div}} page-remark\n{text}\n:::")


def in_words(seconds: float) -> str:
    """Return a duration as a reader says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} minutes"


def notebook_names(folder: Path) -> list[Path]:
    """Return the notebooks of a folder in the order of the lessons."""
    return sorted(folder.glob("[0-9][0-9]-*.ipynb"))
