"""Checks of a lesson as a text: title and headings, plain Markdown, its place in the book."""

import re
from collections.abc import Iterator
from pathlib import Path

from refimpl.course.linting.finding import Finding
from refimpl.course.linting.source import LessonSource

CONTENTS = Path("_toc.yml")
# `:::{note}`, "```{figure}", a role such as {ref}`…`, a label `(name)=`: only the book reads these.
_DIRECTIVE = re.compile(r"\s*(`{3,}|:{3,})\s*\{[\w-]")
_ROLE = re.compile(r"\{[a-z][\w:.-]*\}`")
_LABEL = re.compile(r"\([\w-]+\)=\s*$")


def check_headings(lesson: LessonSource) -> Iterator[Finding]:
    """One title, which begins with the lesson's number, and no level left out on the way down."""
    if not lesson.headings or lesson.headings[0].level != 1:
        line = lesson.headings[0].line if lesson.headings else 1
        yield lesson.finding(line, "a lesson begins with its title, '# …'")
    level = 0
    for index, heading in enumerate(lesson.headings):
        if heading.level == 1 and not heading.text.startswith(f"{lesson.number}. "):
            yield lesson.finding(heading.line, f"the title begins with '# {lesson.number}. '")
        if heading.level == 1 and index:
            yield lesson.finding(heading.line, "a second title; a lesson has one")
        if index and heading.level > level + 1:
            yield lesson.finding(
                heading.line,
                f"a heading of level {heading.level} under one of level {level}: "
                f"take level {level + 1}, or screen readers look for one between",
            )
        level = heading.level


def check_plain_markdown(lesson: LessonSource) -> Iterator[Finding]:
    """Nothing that the book takes for something else than Colab and JupyterLab do."""
    for line, text in lesson.text:
        for pattern, called in (
            (_DIRECTIVE, "a MyST directive"),
            (_ROLE, "a MyST role"),
            (_LABEL, "a MyST label"),
        ):
            if pattern.match(text) if pattern is not _ROLE else pattern.search(text):
                yield lesson.finding(
                    line, f"{called}, which Colab shows as it is typed: use plain Markdown"
                )
        if text.lstrip().startswith("%"):
            yield lesson.finding(
                line, "the book leaves out a line that begins with %: wrap it again"
            )


def check_contents(lesson: LessonSource) -> Iterator[Finding]:
    """The lesson's page is in the table of contents."""
    page = f"lessons/{lesson.path.stem}"
    path = lesson.root / CONTENTS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if not any(re.fullmatch(rf"\s*- file: {re.escape(page)}\s*(#.*)?", line) for line in lines):
        beside = (n for n, line in enumerate(lines, 1) if "file: lessons/" in line)
        last = max(beside, default=1)
        yield Finding(str(CONTENTS), last, f"{page} is missing: add the line '- file: {page}'")


def check_progress_cell(lesson: LessonSource) -> Iterator[Finding]:
    """The last cell shows the learner's progress, which is another one for everybody."""
    last = lesson.cells[-1] if lesson.cells else None
    if last is None or f"progress({lesson.number})" not in last.source:
        line = last.line if last else 1
        yield lesson.finding(line, f"the last cell must be progress({lesson.number})")
    elif "nbval-ignore-output" not in last.tags:
        yield lesson.finding(last.line, "progress() needs the tag nbval-ignore-output")
