"""Checks of a lesson's measures: how wide its lines are, how long it is, and what it promises."""

from collections.abc import Iterator

import nbformat

from refimpl.course import minutes
from refimpl.course.linting.finding import Finding
from refimpl.course.linting.source import LessonSource
from refimpl.course.notebooks import SOLUTIONS, built_path

WIDEST_LINE = 76  # characters; the book cuts wider ones on a screen of 1280 px
MOST_LINES = 700  # of a source
LONG_LINES, LONG_LESSON, MINUTES = "long-lines", "long-lesson", "minutes"


def check_lines(lesson: LessonSource) -> Iterator[Finding]:
    """Lines of code, and of what the stored solution prints, fit the page."""
    for first, text in [(cell.line, cell.source) for cell in lesson.cells] + lesson.shown:
        for line, code in enumerate(text.splitlines(), start=first):
            if len(code) > WIDEST_LINE:
                text = f"{len(code)} characters of code in a line; {WIDEST_LINE} are the most"
                yield lesson.finding(line, text, LONG_LINES)
    path = built_path(lesson.root, SOLUTIONS, lesson.path)
    if not path.exists():
        return  # check_stored_outputs says so
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for cell, shown in zip(lesson.cells, cells[1:], strict=False):  # the first one is the set-up
        widest = max(map(len, printed(shown).splitlines()), default=0)
        if cell.source.strip() == shown.source.strip() and widest > WIDEST_LINE:
            text = f"the cell prints a line of {widest} characters; {WIDEST_LINE} are the most"
            yield lesson.finding(cell.line, text, LONG_LINES)


def printed(cell: nbformat.NotebookNode) -> str:
    """What a page shows of an executed cell as text: not the words that stand for a picture."""
    texts = []
    for output in cell.outputs:
        words = output.get("data", {}).get("text/plain", "")
        texts.append("" if words.startswith("<") else words or output.get("text", ""))
    return "\n".join(texts)


def check_length(lesson: LessonSource) -> Iterator[Finding]:
    """A lesson can be read in one go."""
    n_lines = len(lesson.path.read_text(encoding="utf-8").splitlines())
    if n_lines > MOST_LINES:
        text = f"the lesson has {n_lines} lines of source; {MOST_LINES} are the most"
        yield lesson.finding(MOST_LINES + 1, text, LONG_LESSON)


def check_promise(lesson: LessonSource) -> Iterator[Finding]:
    """Before its first section a lesson says how long it takes, as the build computes it."""
    first = next((h.line for h in lesson.headings if h.level == 2), float("inf"))
    header = [text for line, text in lesson.text if line < first]
    if not any(minutes.PLACE in text for text in header):
        text = f"the header does not say how long the lesson takes: 'Plan {minutes.PLACE}.'"
        yield lesson.finding(1, text, MINUTES)
