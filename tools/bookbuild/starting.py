"""The start page's list of lessons and their number, which come from `_toc.yml` and the lessons.

Each line of the list is a lesson's title, whose first part is the link.
"""

import re
from pathlib import Path

import yaml

from bookbuild.progress import title_of

PLACE = "<!-- all lessons -->\n"  # the list replaces this line of a page
NUMBER = "{{ n_lessons }}"
LESSON = re.compile(r"lessons/((\d\d)-[\w-]+)$")
WORDS = (
    *("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
    *("Eleven", "Twelve"),
)


def lessons_of(toc: Path) -> dict[int, str]:
    """Return the lessons of the table of contents by number, such as `{1: "01-audio-basics"}`."""
    found = {}
    for part in yaml.safe_load(toc.read_text(encoding="utf-8")).get("parts", []):
        for chapter in part["chapters"]:
            if match := LESSON.search(chapter.get("file", "")):
                found[int(match[2])] = match[1]
    return found


def with_start(text: str, toc: Path, first_cells: dict[int, str]) -> str:
    """Return a page with the list of lessons and their number, where it asks for them.

    Args:
        text: the page.
        toc: the table of contents.
        first_cells: the text of each lesson's first cell, by its number.
    """
    numbers = sorted(lessons_of(toc))
    if PLACE in text:
        lines = (_line(number, first_cells.get(number, "")) for number in numbers)
        text = text.replace(PLACE, "".join(lines))
    n = len(numbers)
    return text.replace(NUMBER, WORDS[n] if n < len(WORDS) else str(n))


def _line(number: int, first_cell: str) -> str:
    title, colon, subtitle = title_of(first_cell).partition(":")
    return f"{number}. [{title}](lesson:{number}){colon}{subtitle}\n"
