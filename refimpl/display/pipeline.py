"""A picture of the course's pipeline, from a waveform to a new one.

    python -m refimpl.display.pipeline > book/static/pipeline.html

writes the picture of the book's start page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from refimpl.display.pictures import BLUE
from refimpl.errors import UserError

WIDTH, HEIGHT = 132, 92  # of a box
STEP = 165, 128  # from one box to the next, to the right and downwards


@dataclass(frozen=True)
class Stage:
    """A box: its name, its drawing function, its place in the pipeline, and its lesson."""

    name: str
    icon: str
    along: float  # 0 at the waveform, 4 where the model is
    back: bool  # on the way back
    lessons: tuple[int, ...]
    length: float = 1  # boxes that it is long


STAGES = (
    Stage("Waveform", "waveform", 0, False, (1,)),
    Stage("Mel frames", "frames", 1, False, (2,)),
    Stage("Token ids", "tokens", 2, False, (3, 4, 8)),
    Stage("Objective", "objective", 3, False, (6,)),
    Stage("Packed batch", "batch", 4, False, (6,)),
    Stage("Model", "model", 3, True, (5, 9, 10, 12), length=2),
    Stage("Token ids", "tokens", 2, True, (7,)),
    Stage("Mel frames", "frames", 1, True, (2,)),
    Stage("Waveform", "waveform", 0, True, (7, 11)),
)
ALT = (
    "The pipeline: a waveform becomes mel frames, then token ids; an objective makes questions and "
    "answers of them, which are packed into a batch; the model learns from it and writes new "
    "token ids; these become mel frames and a waveform again."
)


# Horizontal if there is space for it, vertical on a phone.
STYLE = """<style>
.pipeline { margin-block: 1.25rem; }
.pipeline.standing { display: none; }
@media (max-width: 42rem) {
  .pipeline.lying { display: none; }
  .pipeline.standing { display: block; }
}
</style>
"""


class Diagram:
    """The pipeline as SVG, in the colour of the text around it; made by `pipeline_diagram`.

    Attributes:
        alt: the same in words.
        lying: the picture from left to right.
        standing: the picture from top to bottom, for a narrow page.
    """

    def __init__(self, lying: str, standing: str, alt: str):
        self.lying, self.standing, self.alt = lying, standing, alt

    def __repr__(self) -> str:
        return f"<Diagram: {self.alt}>"

    def _repr_html_(self) -> str:
        return (
            f'{STYLE}<div class="pipeline lying">{self.lying}</div>\n'
            f'<div class="pipeline standing">{self.standing}</div>\n'
        )


def pipeline_diagram(lesson: int | None = None) -> Diagram:
    """Draw the pipeline: waveform, mel frames, token ids, objective, batch, model, and back.

    Args:
        lesson: marks the stages of this lesson; None marks nothing.
    Returns:
        A Diagram that a cell shows when it is the last value there.
    Raises:
        UserError: a lesson that the course does not have.

    Taught in lesson 1.
    """
    last = max(number for stage in STAGES for number in stage.lessons)
    if lesson is not None and lesson not in range(1, last + 1):
        raise UserError(f"lesson {lesson!r} given, 1 to {last} or None needed")
    marked = " and ".join(dict.fromkeys(s.name for s in STAGES if lesson in s.lessons))
    alt = ALT + (f" Marked for lesson {lesson}: {marked}." if marked else "")
    return Diagram(_drawn(lesson, alt, standing=False), _drawn(lesson, alt, standing=True), alt)


def _drawn(lesson: int | None, alt: str, *, standing: bool) -> str:
    n_steps = (2, 5) if standing else (5, 2)  # to the right, downwards
    width, height = (
        step * (n - 1) + side + 4
        for step, n, side in zip(STEP, n_steps, (WIDTH, HEIGHT), strict=True)
    )
    places = [_place(stage, standing) for stage in STAGES]
    arrows = [_arrow(*pair) for pair in zip(places, places[1:], strict=False)]
    boxes = [
        _box(stage, place, lesson in stage.lessons)
        for stage, place in zip(STAGES, places, strict=True)
    ]
    return (
        f'<svg viewBox="-2 -2 {width} {height}" role="img" aria-label="{escape(alt)}" '
        f'style="width: 100%; max-width: {width}px; height: auto" '
        'xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="1.5" '
        'font-family="inherit" font-size="15" text-anchor="middle">'
        f"<title>From waveform to music, and back</title><desc>{escape(alt)}</desc>"
        f"{''.join(arrows)}{''.join(boxes)}</svg>"
    )


def _place(stage: Stage, standing: bool) -> tuple[float, float, float, float]:
    """Left, top, width and height of a stage's box."""
    along, across = stage.along, int(stage.back)
    column, row = (across, along) if standing else (along, across)
    longer = stage.length - 1
    width = WIDTH + (0 if standing else longer * STEP[0])
    height = HEIGHT + (longer * STEP[1] if standing else 0)
    return column * STEP[0], row * STEP[1], width, height


def _arrow(start: tuple, end: tuple) -> str:
    """From one box's edge to the next one's, straight, with a head."""
    (x1, y1, w1, h1), (x2, y2, w2, h2) = start, end
    if x1 < x2 + w2 and x2 < x1 + w1:  # one above the other
        x = x1 + w1 / 2 if w1 <= w2 else x2 + w2 / 2
        down = y2 > y1
        line = (x, y1 + h1, x, y2) if down else (x, y1, x, y2 + h2)
        dx, dy = 0, 1 if down else -1
    else:
        y = y1 + h1 / 2 if h1 <= h2 else y2 + h2 / 2
        right = x2 > x1
        line = (x1 + w1, y, x2, y) if right else (x1, y, x2 + w2, y)
        dx, dy = 1 if right else -1, 0
    x, y = line[2], line[3]
    back_x, back_y, aside_x, aside_y = x - 8 * dx, y - 8 * dy, 5 * dy, 5 * dx
    head = f"M{back_x - aside_x} {back_y - aside_y}L{x} {y}L{back_x + aside_x} {back_y + aside_y}"
    return f'<path d="M{line[0]} {line[1]}L{x} {y}{head}"/>'


def _box(stage: Stage, place: tuple, marked: bool) -> str:
    x, y, width, height = place
    *first, last = map(str, stage.lessons)
    taught = f"{', '.join(first)} and {last}" if first else last
    label = f"lesson{'s' * (len(stage.lessons) > 1)} {taught}"
    size = min(13, round(1.9 * width / len(label)))  # no wider than the box
    look = f'fill="{BLUE}" fill-opacity="0.25" stroke-width="4"' if marked else ""
    middle, top = x + width / 2, y + (height - HEIGHT) / 2
    words = 'stroke="none" fill="currentColor"'
    icon = "".join(_ICONS[stage.icon]())
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" {look}/>'
        f'<g transform="translate({middle - 50} {top + 10})">{icon}</g>'
        f'<text x="{middle}" y="{top + 64}" {words} font-weight="bold">{stage.name}</text>'
        f'<text x="{middle}" y="{top + 82}" {words} font-size="{size}">'
        f"{label}</text>"
    )


# Icons fill 100 by 36.


def _waveform() -> Iterator[str]:
    times = np.linspace(0, 1, 81)
    heights = 18 + 16 * np.sin(np.pi * times) * np.sin(2 * np.pi * 9 * times)
    points = " ".join(f"{100 * t:.4g},{h:.4g}" for t, h in zip(times, heights, strict=True))
    yield f'<polyline points="{points}"/>'


def _frames() -> Iterator[str]:
    for column in range(8):
        for row in range(4):
            level = 0.15 + 0.75 * ((3 * column + 5 * row * row) % 7) / 6 * (0.4 + 0.2 * row)
            yield (
                f'<rect x="{10 + 10 * column}" y="{9 * row}" width="9" height="8" stroke="none" '
                f'fill="currentColor" fill-opacity="{level:.2g}"/>'
            )


def _tokens() -> Iterator[str]:
    yield from _row(["417", "88", "88"], 9, 34)


def _objective() -> Iterator[str]:
    yield from _row(["P", "88", "?", "G"], 9, 25)


def _batch() -> Iterator[str]:
    for row, cuts in enumerate([(30, 70), (55,), (20, 45, 80)]):
        yield f'<rect x="0" y="{13 * row}" width="100" height="10"/>'
        yield "".join(f'<path d="M{cut} {13 * row}v10"/>' for cut in cuts)


def _model() -> Iterator[str]:
    for layer in range(3):
        yield f'<rect x="5" y="{13 * layer}" width="90" height="9" rx="4"/>'
    yield '<path d="M50 9v4M50 22v4"/>'


def _row(words: list[str], top: float, width: float) -> Iterator[str]:
    left = (100 - width * len(words)) / 2
    for i, word in enumerate(words):
        x = left + width * i
        yield f'<rect x="{x}" y="{top}" width="{width}" height="20"/>'
        yield (
            f'<text x="{x + width / 2}" y="{top + 15}" stroke="none" fill="currentColor" '
            f'font-size="13">{word}</text>'
        )


_ICONS = {
    "waveform": _waveform,
    "frames": _frames,
    "tokens": _tokens,
    "objective": _objective,
    "batch": _batch,
    "model": _model,
}

if __name__ == "__main__":
    print(pipeline_diagram()._repr_html_(), end="")
