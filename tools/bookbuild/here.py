"""The strip at the head of a lesson: the way of the music, and where on it the lesson is."""

from html import escape

# The stages in the order in which music passes them, each with the lessons that build it.
STAGES = {
    "waveform": [1],
    "mel frames": [2],
    "tokens": [3, 4, 8],
    "training rows": [6],
    "model": [5, 9, 10, 12],
    "music": [7],
    "judgement": [11],
}


def strip(number: int, pages: dict[int, str]) -> str:
    """Return the strip as HTML, or nothing for a lesson that is at no stage.

    Args:
        number: of the lesson.
        pages: the lessons that the book has, by number.
    """
    if not any(number in numbers for numbers in STAGES.values()):
        return ""
    items = []
    for stage, numbers in STAGES.items():
        links = [link(n, number, pages[n]) for n in numbers if n in pages]
        here = ' class="is-here"' if number in numbers else ""
        items.append(f"<li{here}>{escape(stage)} {' '.join(links)}</li>")
    return f'<nav class="here" aria-label="The way of the music"><ol>{"".join(items)}</ol></nav>'


def link(number: int, own: int, page: str) -> str:
    """Return the link to a lesson, or its number alone where that is the page itself."""
    if number == own:
        return (
            f'<a href="{page}.html" aria-current="page" aria-label="lesson {number}">{number}</a>'
        )
    return f'<a href="{page}.html" aria-label="lesson {number}">{number}</a>'
