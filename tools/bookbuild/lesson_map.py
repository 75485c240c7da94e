"""The map of lessons: what builds on what, from top to bottom, each lesson a link.

A lesson stands one row below the lowest of those that it needs. Those of one row stand side by
side, in the order of their numbers, as near below what they need as they all can.
"""

from html import escape
from textwrap import wrap

WIDTH = 760
BOX = (174, 64)  # four fit beside one another
GAP = (16, 30)
LETTERS = 21  # of a title in one line


def drawn(lessons: list) -> str:
    """Return the map as SVG in the colours of the page, with the same in words for who hears it.

    Args:
        lessons: with number, page, title, minutes and needs, as `bookbuild.starting.Listed`.
    """
    if not lessons:
        return ""
    places = arranged({one.number: one.needs for one in lessons})
    height = max(y for _, y in places.values()) + BOX[1] + 2
    lines = [_line(places[need], places[one.number]) for one in lessons for need in one.needs]
    boxes = [_box(one, *places[one.number]) for one in lessons]
    return (
        f'<svg class="lesson-map" viewBox="-2 -2 {WIDTH + 4} {height + 2}" role="group" '
        'aria-label="Map of the lessons: each builds on those above it" fill="none" '
        'stroke="currentColor" stroke-width="1.5" font-size="13" text-anchor="middle">'
        f"{''.join(lines)}{''.join(boxes)}</svg>\n"
    )


def arranged(needs: dict[int, tuple[int, ...]]) -> dict[int, tuple[float, float]]:
    """Return the upper left corner of each lesson's box.

    Args:
        needs: for each lesson, in order, those that it builds on.
    """
    rows: dict[int, int] = {}
    for number in sorted(needs):
        rows[number] = 1 + max((rows[n] for n in needs[number] if n in rows), default=-1)
    middles: dict[int, float] = {}
    places = {}
    for row in range(1 + max(rows.values())):
        inside = [number for number in sorted(rows) if rows[number] == row]
        for number, middle in zip(inside, spread(wishes(inside, needs, middles)), strict=True):
            middles[number] = middle
            places[number] = (middle - BOX[0] / 2, row * (BOX[1] + GAP[1]))
    return places


def wishes(inside: list[int], needs: dict, middles: dict[int, float]) -> list[float]:
    """Return where each lesson of a row would stand if it were alone: below what it needs."""
    found = []
    for number in inside:
        above = [middles[need] for need in needs[number] if need in middles]
        found.append(sum(above) / len(above) if above else WIDTH / 2)
    return found


def spread(wanted: list[float]) -> list[float]:
    """Return middles in the same order, far enough apart, within the picture, around the wishes."""
    step = min(BOX[0] + GAP[0], (WIDTH - BOX[0]) / max(1, len(wanted) - 1))
    middle = sum(wanted) / len(wanted)
    first = middle - step * (len(wanted) - 1) / 2
    last = WIDTH - BOX[0] / 2 - step * (len(wanted) - 1)
    first = min(max(first, BOX[0] / 2), last)
    return [first + step * i for i in range(len(wanted))]


def _line(above: tuple[float, float], below: tuple[float, float]) -> str:
    x, y = above[0] + BOX[0] / 2, above[1] + BOX[1]
    to_x, to_y = below[0] + BOX[0] / 2, below[1]
    turn = to_y - GAP[1] / 2
    return f'<path stroke-opacity="0.5" d="M{x:.0f} {y:.0f}V{turn:.0f}H{to_x:.0f}V{to_y:.0f}"/>'


def _box(lesson, x: float, y: float) -> str:
    """One lesson: a link, with its title and its minutes."""
    title = f"{lesson.number}. {lesson.title}"
    told = f"Lesson {title}" + (f", {lesson.minutes} minutes" if lesson.minutes else "")
    hear = f"<title>{escape(f'You hear {lesson.hear}')}</title>" if lesson.hear else ""
    lines = wrap(title, LETTERS)[:2]
    words = [(line, ' font-weight="bold"') for line in lines]
    if lesson.minutes:
        words.append((f"{lesson.minutes} min", ""))
    first = y + BOX[1] / 2 + 4 - 8.5 * (len(words) - 1)
    texts = "".join(
        f'<text x="{x + BOX[0] / 2:.0f}" y="{first + 17 * i:.0f}" stroke="none" '
        f'fill="currentColor"{look}>{escape(line)}</text>'
        for i, (line, look) in enumerate(words)
    )
    return (
        f'<a href="../lessons/{lesson.page}.html" aria-label="{escape(told)}">{hear}'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX[0]}" height="{BOX[1]}" rx="8"/>{texts}</a>'
    )
