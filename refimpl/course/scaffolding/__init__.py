"""Beginning a new lesson: `refimpl new-lesson` writes the files of one that passes all checks.

The files come from `template/`: a source, an exercise's record and its answers on file, all of
lesson 0. The author of a lesson replaces them step by step.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.linting.answers import ANSWERS
from refimpl.course.linting.headings import CONTENTS
from refimpl.course.notebooks import SOURCES, sources
from refimpl.course.scaffolding.contents import with_lesson
from refimpl.errors import UserError
from refimpl.files import make_folder

TEMPLATE = Path(__file__).parent / "template"
RECORDS = Path("refimpl/course/exercises")
EXERCISE = "frame_levels.py"
HIGHEST = 99  # a file's name begins with two digits


@dataclass(frozen=True)
class NewLesson:
    """The files that were written.

    Attributes:
        number: The lesson's.
        stem: The name of its source and notebooks, without an ending.
        files: All files, from the project's folder.
    """

    number: int
    stem: str
    files: list[Path]


def write_new_lesson(root: Path, title: str, number: int | None = None) -> NewLesson:
    """Write the files of a new lesson, and its entry in the table of contents.

    Args:
        root: The project's folder.
        title: Of the lesson, without its number.
        number: Of the lesson; None for the one after the last.

    Raises:
        UserError: The title gives no name for a file, the number is taken, or a file is there.
    """
    title = " ".join(title.split())
    number = next_number(root) if number is None else _checked(root, number)
    stem = f"{number:02}-{_slug(title)}"
    folder = f"lesson_{number:02}"
    written = {
        SOURCES / f"{stem}.md": _filled("lesson.md", number, title),
        RECORDS / folder / "__init__.py": f'"""The exercises of lesson {number}."""\n',
        RECORDS / folder / EXERCISE: _filled("record.py", number, title),
        ANSWERS / folder / EXERCISE: _filled("answers.py", number, title),
    }
    for path in written:
        if (root / path).exists():
            raise UserError(f"{path} is there already: give another --number, or remove it")
    contents = with_lesson((root / CONTENTS).read_text(encoding="utf-8"), stem)
    for path, text in written.items():
        make_folder((root / path).parent)
        _write(root / path, text)
    _write(root / CONTENTS, contents)  # last: the book never names a page that is not there
    return NewLesson(number, stem, [*written, CONTENTS])


def next_number(root: Path) -> int:
    """Return the number after that of the last lesson.

    Args:
        root: The project's folder.
    """
    return _checked(root, max(_taken(root), default=0) + 1)


def _taken(root: Path) -> set[int]:
    """The numbers of lessons that have a source, records or answers."""
    with_files = {int(path.name[:2]) for path in sources(root)}
    for place in (RECORDS, ANSWERS):
        for folder in (root / place).glob("lesson_[0-9][0-9]"):
            if any(folder.glob("*.py")):
                with_files.add(int(folder.name[-2:]))
    return with_files


def _checked(root: Path, number: int) -> int:
    if not 1 <= number <= HIGHEST:
        raise UserError(f"number {number} given: a lesson has a number from 1 to {HIGHEST}")
    if number in (taken := _taken(root)):
        known = ", ".join(map(str, sorted(taken)))
        raise UserError(f"there is a lesson {number} already; taken are {known}")
    return number


def _slug(title: str) -> str:
    """The title as a part of a file's name: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        raise UserError(f"the title {title!r} has no letters a-z or digits for a file's name")
    return slug[:60].rstrip("-")


def _filled(name: str, number: int, title: str) -> str:
    """A template with the lesson's number and title."""
    text = (TEMPLATE / name).read_text(encoding="utf-8")
    text = text.replace("0.1", f"{number}.1").replace("progress(0)", f"progress({number})")
    return text.replace("# 0. The title", f"# {number}. {title}", 1)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
