"""Checks of what a lesson shows: pictures that words stand for too, and players with a name."""

import ast
import re
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

from refimpl.course.linting.finding import Finding
from refimpl.course.linting.source import Cell, LessonSource
from refimpl.course.notebooks import SOLUTIONS, built_path

_IMAGE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r"""\balt=("[^"]*\S[^"]*"|'[^']*\S[^']*')""")
# How a player and a picture tell in text what they show (refimpl.display); the first without words.
_BARE_PLAYER = re.compile(r"<Player: (sound)?, |<audio\b(?![^>]*aria-label)|aria-label=\"sound, ")
_BARE_PICTURE = re.compile(r"<Picture: \s*>|<Figure size ")
NO_ALT = "a picture without a text alternative: set its .alt to a sentence that says what is seen"
NO_LABEL = "a player without a label: say what is heard"


def check_calls(lesson: LessonSource) -> Iterator[Finding]:
    """Look at the code: play() with a label, new_picture() with an .alt in the same cell."""
    for cell in lesson.cells:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue  # a magic; if it is a mistake, the build finds it
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            if _called(call) == "play" and not _has_label(call):
                yield lesson.finding(cell.line + call.lineno - 1, NO_LABEL)
        pictures = [call for call in calls if _called(call) == "new_picture"]
        if pictures and not _sets_alt(tree):
            yield lesson.finding(cell.line + pictures[0].lineno - 1, NO_ALT)


def check_stored_outputs(lesson: LessonSource) -> Iterator[Finding]:
    """Look at what the built solution notebook says that its cells have shown."""
    path = built_path(lesson.root, SOLUTIONS, lesson.path)
    if not path.exists():
        yield lesson.finding(1, f"{SOLUTIONS}/{path.name} is not there: run make notebooks")
        return
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for cell, shown in zip(lesson.cells, cells[1:], strict=False):  # the first one is the set-up
        if cell.source.strip() == shown.source.strip():
            yield from check_outputs(lesson, cell, shown)


def check_outputs(lesson: LessonSource, cell: Cell, shown: NotebookNode) -> Iterator[Finding]:
    """Look at the outputs of one executed cell.

    Args:
        lesson: Its source.
        cell: The cell in the source.
        shown: The same cell in an executed notebook.
    """
    texts = []
    for output in shown.outputs:
        data = output.get("data", {})
        texts += [str(data.get(kind, "")) for kind in ("text/plain", "text/html")]
        if any(kind.startswith("image/") for kind in data):
            text = "a picture that cannot have a text alternative: make it with new_picture()"
            yield lesson.finding(cell.line, text)
    everything = "\n".join(texts)
    without = [tag for tag in _IMAGE.findall(everything) if not _ALT.search(tag)]
    if without or _BARE_PICTURE.search(everything):
        yield lesson.finding(cell.line, NO_ALT)
    if _BARE_PLAYER.search(everything):
        yield lesson.finding(cell.line, NO_LABEL)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _has_label(call: ast.Call) -> bool:
    labels = [*call.args[2:3], *(word.value for word in call.keywords if word.arg == "label")]
    return any(not isinstance(label, ast.Constant) or str(label.value).strip() for label in labels)


def _sets_alt(tree: ast.AST) -> bool:
    """Whether something's .alt becomes something else than an empty text."""
    assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    return any(
        isinstance(target, ast.Attribute)
        and target.attr == "alt"
        and not (isinstance(node.value, ast.Constant) and not str(node.value.value).strip())
        for node in assignments
        for target in node.targets
    )
