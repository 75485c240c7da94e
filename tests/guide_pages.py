"""The commands in the pages for instructors, with the files and the outputs that the pages show."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "book/instructor-guide.md"
PAGES = [GUIDE, *sorted((ROOT / "book").glob("grading-with-*.md"))]
_FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command and what the page prints below it.

    Attributes:
        text: What is typed, all of its lines.
        output: The lines below it.
    """

    text: str
    output: str


@dataclass(frozen=True)
class Diff:
    """A change of a file, as a page shows it."""

    text: str


def steps(page):
    """All commands and changes of a page, in their order."""
    for kind, block in _FENCE.findall(page.read_text(encoding="utf-8")):
        if kind == "diff":
            yield Diff(block)
        elif block.startswith("$ "):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                yield _command(part)


def _command(part):
    """Take a command apart from its output; it may end in a backslash, or hold a `<<'END'`."""
    lines = part.splitlines(keepends=True)
    n = 1
    if end := re.search(r"<<'(\w+)'", lines[0]):
        n = lines.index(f"{end[1]}\n") + 1
    while lines[n - 1].endswith("\\\n"):
        n += 1
    return Command("".join(lines[:n]), "".join(lines[n:]))


def pieces(output):
    """What has to be printed, in this order: lines are wrapped on a page, and "…" is anything."""
    return [" ".join(piece.split()) for piece in output.split("…") if piece.strip()]
