"""The exercises of all lessons, as the page of a reader's progress lists them.

The list stands in the page; `book/static/progress.js` adds what a reader has solved.
"""

import re
from html import escape

PLACE = "<!-- all exercises -->\n"  # a line of a page, in whose stead the list comes
HEADING = re.compile(r"^(#{2,6} Exercise (\d+\.\d+)\b)", re.MULTILINE)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def label(exercise_id: str) -> str:
    """Return the name by which pages link to an exercise."""
    return f"exercise-{exercise_id.replace('.', '-')}"


def with_labels(text: str) -> str:
    """Return a lesson's Markdown with a label before the heading of each exercise."""
    return HEADING.sub(lambda match: f"({label(match[2])})=\n{match[1]}", text)


def listed(titles: dict[int, tuple[str, str]]) -> str:
    """Return the list of exercises as HTML.

    Args:
        titles: page and title of each lesson that the book has, by its number.
    """
    from refimpl.course.exercises import lesson_exercises, lesson_numbers

    parts = []
    for number in lesson_numbers():
        if number not in titles:
            continue
        page, title = titles[number]
        exercises = lesson_exercises(number).values()
        of = sum(exercise.points for exercise in exercises)
        rows = "".join(
            f'<tr data-exercise="{e.id}" data-points="{e.points}">'
            f'<th scope="row"><a href="../lessons/{page}.html#{label(e.id)}">{e.id}</a></th>'
            f"<td>{escape(e.title)}</td><td>{e.points}</td><td data-earned>–</td></tr>"
            for e in exercises
        )
        heading = f'<a href="../lessons/{page}.html">Lesson {number}</a>: {escape(title)}'
        parts.append(
            f'<section class="progress-lesson" data-lesson="{number}" data-points="{of}">'
            f'<div class="progress-lesson-head"><h3 id="progress-lesson-{number}">{heading}</h3>'
            f"<span data-sum>{of} points</span></div>"
            f'<table class="table progress-table" aria-labelledby="progress-lesson-{number}">'
            "<thead><tr>"
            '<th scope="col">Exercise</th><th scope="col">About</th><th scope="col">Points</th>'
            f'<th scope="col">Yours</th></tr></thead><tbody>{rows}</tbody></table></section>'
        )
    return "\n".join(parts) + "\n"


def title_of(text: str) -> str:
    """Return a lesson's title, without its number, from the text of its first cell."""
    match = TITLE.search(text)
    return re.sub(r"^\d+\.\s*", "", match[1]) if match else ""
