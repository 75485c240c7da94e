"""A picture of a transformer: the residual stream, and the parts that each block adds to it."""

from __future__ import annotations

from html import escape

WIDTH, HEIGHT = 430, 560
STREAM = 110  # where the residual stream runs down the picture, in its units
FIRST_SUM, SECOND_SUM, RADIUS = 248, 382, 11
BRANCH = 290  # the middle of the branches beside it
ALT = (
    "A transformer from top to bottom. A token's id becomes a vector, its embedding, to which the "
    "vector of its position is added. From there the residual stream runs straight down to the "
    "scores of the next token. In each block two branches leave the stream and are added to it "
    "again: the first goes through a layer norm and attention, the only place where tokens "
    "exchange information; the second through a layer norm and a feed-forward network, which "
    "works on each token alone. After the last block come a layer norm and the embedding once "
    "more, which gives the scores."
)


class BlockDiagram:
    """The picture as SVG, in the colour of the text around it; made by `block_diagram`.

    Attributes:
        svg: the picture.
        alt: the same in words.
    """

    def __init__(self, svg: str, alt: str):
        self.svg, self.alt = svg, alt

    def __repr__(self) -> str:
        return f"<BlockDiagram: {self.alt}>"

    def _repr_html_(self) -> str:
        return self.svg


def block_diagram(n_blocks: int) -> BlockDiagram:
    """Draw a transformer whose norms come first (Xiong et al. 2020), with one block in detail.

    Args:
        n_blocks: the number of blocks in the caption.

    Returns:
        A BlockDiagram that a cell shows when it is the last value there.

    Taught in lesson 5.
    """
    alt = ALT + f" There are {n_blocks} such blocks, one after the other."
    parts = [
        _text(STREAM, 16, "token ids"),
        _arrow((STREAM, 22), (STREAM, 40)),
        _box(STREAM, 40, 170, 40, "embedding", "+ position"),
        # The residual stream, through the two additions.
        _arrow((STREAM, 80), (STREAM, FIRST_SUM - RADIUS)),
        _arrow((STREAM, FIRST_SUM + RADIUS), (STREAM, SECOND_SUM - RADIUS)),
        _arrow((STREAM, SECOND_SUM + RADIUS), (STREAM, 420)),
        _text(STREAM - 14, 190, "residual stream", turned=True),
        f'<rect x="6" y="102" width="{WIDTH - 12}" height="296" rx="10" '
        'stroke-dasharray="6 5" stroke-opacity="0.7"/>',
        _text(WIDTH - 18, 122, f"block, {n_blocks} times", anchor="end"),
        *_branch(FIRST_SUM, "attention", "between tokens"),
        *_branch(SECOND_SUM, "feed-forward network", "in each token"),
        _box(STREAM, 420, 170, 30, "layer norm"),
        _arrow((STREAM, 450), (STREAM, 472)),
        _box(STREAM, 472, 170, 40, "embedding,", "transposed"),
        _arrow((STREAM, 512), (STREAM, 532)),
        _text(STREAM, 550, "scores of the next token"),
    ]
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}" '
        f'style="width: 100%; max-width: {WIDTH}px; height: auto" '
        'xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="1.5" '
        'font-family="inherit" font-size="14" text-anchor="middle">'
        f"<title>A transformer</title><desc>{escape(alt)}</desc>{''.join(parts)}</svg>"
    )
    return BlockDiagram(svg, alt)


def _branch(end: float, name: str, where: str) -> list[str]:
    """A branch that leaves the stream, passes a layer norm and a part, and is added at `end`."""
    top = end - 118
    return [
        _arrow((STREAM, top + 15), (BRANCH - 95, top + 15)),
        _box(BRANCH, top, 190, 30, "layer norm"),
        _arrow((BRANCH, top + 30), (BRANCH, top + 50)),
        _box(BRANCH, top + 50, 190, 42, name, where, strong=True),
        _arrow((BRANCH, top + 92), (BRANCH, end), (STREAM + RADIUS, end)),
        f'<circle cx="{STREAM}" cy="{end}" r="{RADIUS}"/>',
        f'<path d="M{STREAM - 6} {end}h12M{STREAM} {end - 6}v12"/>',
    ]


def _box(middle: float, top: float, width: float, height: float, *lines: str, strong=False) -> str:
    look = ' stroke-width="3"' if strong else ""
    first = top + height / 2 + 5 - 8 * (len(lines) - 1)
    words = "".join(_text(middle, first + 16 * i, line) for i, line in enumerate(lines))
    return (
        f'<rect x="{middle - width / 2}" y="{top}" width="{width}" height="{height}" rx="6"'
        f"{look}/>{words}"
    )


def _text(x: float, y: float, words: str, *, anchor: str = "middle", turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
    return (
        f'<text x="{x}" y="{y}" stroke="none" fill="currentColor" text-anchor="{anchor}"{turn}>'
        f"{escape(words)}</text>"
    )


def _arrow(*points: tuple[float, float]) -> str:
    """A line through points with a head at the last one; it runs along the axes."""
    (x1, y1), (x, y) = points[-2:]
    dx, dy = (x > x1) - (x < x1), (y > y1) - (y < y1)
    line = "L".join(f"{px} {py}" for px, py in points)
    back_x, back_y, aside_x, aside_y = x - 7 * dx, y - 7 * dy, 4 * dy, 4 * dx
    head = f"M{back_x - aside_x} {back_y - aside_y}L{x} {y}L{back_x + aside_x} {back_y + aside_y}"
    return f'<path d="M{line}{head}"/>'
