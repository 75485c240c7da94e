"""A lesson's source with line numbers: its code cells, its headings, and the text between them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from refimpl.course.linting.finding import Finding
from refimpl.errors import UserError

_CELL = re.compile(r"```\{code-cell\}")
_TAGS = re.compile(r":tags: \[(.*)\]$")
_HEADING = re.compile(r"(#{1,6}) +(.+?)\s*$")


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Attributes:
        line: Where its first line of Python stands.
        source: The Python.
        tags: Such as nbval-ignore-output.
    """

    line: int
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """A heading: where it stands, its level (1 for the title) and its text."""

    line: int
    level: int
    text: str


@dataclass
class LessonSource:
    """One `book/lessons/NN-slug.md`, taken apart.

    Attributes:
        path: Of the file.
        root: The project's folder.
        cells: The code cells that hold something, in their order.
        text: The lines between them, with their numbers; code blocks that are only shown left out.
        shown: Code blocks that are only shown, with the numbers of their first lines.
        headings: In their order.
    """

    path: Path
    root: Path
    cells: list[Cell] = field(default_factory=list)
    text: list[tuple[int, str]] = field(default_factory=list)
    shown: list[tuple[int, str]] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The lesson's number, which its file's name begins with."""
        return int(self.path.name[:2])

    @property
    def name(self) -> str:
        """The file, from the project's folder."""
        return self.path.relative_to(self.root).as_posix()

    def finding(self, line: int, text: str, kind: str = "") -> Finding:
        """Return a finding in this file."""
        return Finding(self.name, line, text, kind)


def read_source(root: Path, path: Path) -> LessonSource:
    """Read a lesson's source.

    Args:
        root: The project's folder.
        path: The source in it.

    Raises:
        UserError: It is no text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text in UTF-8") from None
    lesson = LessonSource(path, root)
    index = _after_front_matter(lines)
    while index < len(lines):
        line = lines[index]
        if line.startswith("```"):
            end = _end_of_block(lines, index)
            if _CELL.match(line):
                _add_cell(lesson, lines[index + 1 : end], index + 2)
            elif line.startswith("```{"):
                lesson.text.append((index + 1, line))
            else:
                lesson.shown.append((index + 2, "\n".join(lines[index + 1 : end])))
            index = end + 1
            continue
        if found := _HEADING.match(line):
            lesson.headings.append(Heading(index + 1, len(found[1]), found[2]))
        lesson.text.append((index + 1, line))
        index += 1
    return lesson


def _after_front_matter(lines: list[str]) -> int:
    if lines[:1] != ["---"]:
        return 0
    return lines.index("---", 1) + 1 if "---" in lines[1:] else 0


def _end_of_block(lines: list[str], start: int) -> int:
    """The line that closes a block; the file's end for one that is never closed."""
    fence = re.match(r"`+", lines[start])[0]
    after = range(start + 1, len(lines))
    return next((index for index in after if lines[index].rstrip() == fence), len(lines))


def _add_cell(lesson: LessonSource, lines: list[str], line: int) -> None:
    """Read a cell: options such as `:tags: […]` first, an empty line, then Python."""
    tags: tuple[str, ...] = ()
    while lines and (lines[0].startswith(":") or not lines[0].strip()):
        if found := _TAGS.match(lines[0].strip()):
            tags = tuple(tag.strip() for tag in found[1].split(","))
        lines, line = lines[1:], line + 1
    if lines:
        lesson.cells.append(Cell(line, "\n".join(lines), tags))
