"""A passage of prose, such as a paragraph or a docstring, that knows where its words stand."""

from bisect import bisect_right
from dataclasses import dataclass, field

CODE = "␣"  # stands for a name, a formula or an address in a sentence; no rule takes it for a word


@dataclass
class Passage:
    """Text to be checked.

    Attributes:
        text: all in one line, so that a rule finds words across line breaks.
        starts: the place in the text at which each line of the file begins.
        lines: the numbers of these lines.
    """

    text: str = ""
    starts: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def begin_line(self, number: int) -> None:
        """Say that what is added from here on is in another line of the file."""
        if self.text and not self.text.endswith(" "):
            self.text += " "
        self.starts.append(len(self.text))
        self.lines.append(number)

    def line_at(self, place: int) -> int:
        """Return the number of the file's line in which a place of the text is."""
        return self.lines[max(0, bisect_right(self.starts, place) - 1)]


def paragraphs(text: str, first_line: int) -> list[Passage]:
    """Return the paragraphs of plain text, between its empty lines.

    Args:
        text: prose alone.
        first_line: number of its first line in the file.
    """
    found: list[Passage] = []
    inside = False
    for number, line in enumerate(text.splitlines(), first_line):
        words = " ".join(line.split())
        if words:
            if not inside:
                found.append(Passage())
            found[-1].begin_line(number)
            found[-1].text += words
        inside = bool(words)
    return found
