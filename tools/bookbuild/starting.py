"""The start page's map and list of lessons, which come from the contents and from the lessons.

What the contents and the lessons do not say, `book/lessons.toml` does: what a lesson builds on, and
what one will hear. Numbers may have gaps: a lesson that is not in the contents is on no map.
"""

import re
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

import yaml

from bookbuild.lesson_map import drawn
from bookbuild.progress import title_of

PLACE = "<!-- all lessons -->\n"  # the list replaces this line of a page
MAP = "<!-- map of lessons -->\n"  # and the map this one
NUMBER = "{{ n_lessons }}"
LESSON = re.compile(r"lessons/((\d\d)-[\w-]+)$")
MINUTES = re.compile(r"\bPlan (\d+) minutes to read and listen(?:, and (\d+) for the exercises)?")
WORDS = (
    *("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
    *("Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen"),
)


@dataclass(frozen=True)
class Listed:
    """A lesson of the list.

    Attributes:
        number: of the lesson.
        page: its name, such as `01-audio-basics`.
        part: of the contents that it is in.
        title: without number and subtitle.
        subtitle: or "".
        minutes: that it takes, exercises included; None where it does not say.
        needs: numbers of the lessons that it builds on, of those that there are.
        hear: what one will hear; "" where nobody has said.
    """

    number: int
    page: str
    part: str
    title: str
    subtitle: str
    minutes: int | None
    needs: tuple[int, ...]
    hear: str


def lessons_of(toc: Path) -> dict[int, tuple[str, str]]:
    """Return the lessons of the contents by number: name and part, as `{1: ("01-audio", "")}`."""
    found = {}
    for part in yaml.safe_load(toc.read_text(encoding="utf-8")).get("parts", []):
        for chapter in part["chapters"]:
            if match := LESSON.search(chapter.get("file", "")):
                found[int(match[2])] = (match[1], part.get("caption", ""))
    return dict(sorted(found.items()))


def listed(root: Path, texts: dict[int, str]) -> list[Listed]:
    """Return what the list says of each lesson.

    Args:
        root: the project's folder.
        texts: the lessons' Markdown by number, from the title on.
    """
    said_in = root / "book/lessons.toml"
    said = tomllib.loads(said_in.read_text(encoding="utf-8")) if said_in.exists() else {}
    there = lessons_of(root / "_toc.yml")
    found = []
    for number, (page, part) in there.items():
        text, more = texts.get(number, ""), said.get(str(number), {})
        title, _, subtitle = title_of(text).partition(": ")
        minutes = MINUTES.search(text)
        found.append(
            Listed(
                number,
                page,
                part,
                title,
                subtitle,
                sum(int(n) for n in minutes.groups() if n) if minutes else None,
                tuple(n for n in more.get("needs", ()) if n in there),
                more.get("hear", ""),
            )
        )
    return found


def with_start(text: str, root: Path, texts: dict[int, str]) -> str:
    """Return a page with the lessons' list, map and number, where it asks for them.

    Args:
        text: the page.
        root: the project's folder.
        texts: the lessons' Markdown by number, from the title on.
    """
    lessons = listed(root, texts)
    n = len(lessons)
    text = text.replace(NUMBER, WORDS[n] if n < len(WORDS) else str(n))
    return text.replace(MAP, drawn(lessons)).replace(PLACE, list_of(lessons))


def list_of(lessons: list[Listed]) -> str:
    """Return the lessons as HTML, part by part, each with what it takes and gives."""
    parts = {}
    for lesson in lessons:
        parts.setdefault(lesson.part, []).append(lesson)
    said = ""
    for part, inside in parts.items():
        if part:
            said += f'<p class="start-head">{escape(part)}</p>\n'
        items = "".join(f"<li value={one.number}>{_said(one)}</li>\n" for one in inside)
        said += f'<ol class="start-lessons">\n{items}</ol>\n'
    return said


def _said(lesson: Listed) -> str:
    subtitle = f": {escape(lesson.subtitle)}" if lesson.subtitle else ""
    facts = [f"hear {lesson.hear}"] if lesson.hear else []
    if lesson.minutes:
        facts.append(f"{lesson.minutes} minutes with all exercises")
    if lesson.needs:
        facts.append(f"after {' and '.join(map(str, lesson.needs))}")
    small = f" <small>{escape('; '.join(facts))}</small>" if facts else ""
    link = f'<a href="../lessons/{lesson.page}.html">{escape(lesson.title)}</a>'
    return f"{link}{subtitle}{small}"
