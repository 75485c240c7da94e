"""A picture of a layout: which code is in which row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgb

from refimpl.display.pictures import BLUE, INK, ORANGE, Picture, new_picture
from refimpl.errors import UserError

if TYPE_CHECKING:
    from refimpl.layouts import Layout

MOST_STEPS = 12
DARK = "#1b1f24"
_FILLING = "–"


def plot_layout(layout: Layout, *, n_steps: int = 4) -> Picture:
    """Draw the rows that the first steps of a tune take, one row of tokens to the right.

    A cell names its code: "2.1" is stream 1 of step 2, and the colour is darker for later steps.
    A dash is a cell without a code. The model writes the cells of a row at the same time.

    Args:
        layout: any of `refimpl.layouts`.
        n_steps: steps of the tune, 1 to 12.
    Returns:
        A Picture with one axes.
    Raises:
        UserError: a number of steps that makes no picture.
    """
    if not 1 <= n_steps <= MOST_STEPS:
        raise UserError(f"n_steps is {n_steps}; give 1 to {MOST_STEPS}")
    cells = cells_of(layout, n_steps)
    n_rows, n_columns = len(cells), len(cells[0])
    size = (min(12.0, 0.55 * n_rows + 1.4), 0.45 * n_columns + 1.3)
    picture, (axes,) = new_picture(size=size)
    for row, one in enumerate(cells):
        for column, text in enumerate(one):
            ink = INK
            if text != _FILLING:
                step, stream = map(int, text.split("."))
                colour = _paler(BLUE if stream else ORANGE, 0.2 + 0.4 * (step - 1) / n_steps)
                box = [row - 0.5, row + 0.5], column - 0.5, column + 0.5
                axes.fill_between(*box, color=colour, linewidth=0)
                ink = DARK
            axes.text(row, column, text, ha="center", va="center", color=ink, fontsize=9)
    axes.set(xlim=(-0.5, n_rows - 0.5), ylim=(n_columns - 0.5, -0.5))
    axes.set_xticks(range(n_rows), range(1, n_rows + 1))
    axes.set_yticks(range(n_columns), range(n_columns))
    per_step = layout.rows_per_step
    title = f"{layout.name}: {per_step} row{'s' * (per_step > 1)} per step"
    axes.set(xlabel="Row", ylabel="Column", title=title)
    columns = (", ".join(row[column] for row in cells) for column in range(n_columns))
    said = "; ".join(f"column {column}: {text}" for column, text in enumerate(columns))
    picture.alt = f"The layout {title}. {n_steps} steps, as step.stream: {said}."
    return picture


def _paler(colour: str, strength: float) -> np.ndarray:
    """A colour mixed with white, on which dark text can be read."""
    return 1 - strength * (1 - np.array(to_rgb(colour)))


def cells_of(layout: Layout, n_steps: int) -> list[list[str]]:
    """Name the code in each cell, "step.stream", or a dash: n_tokens rows of n_columns.

    The layout is asked, and nothing assumed of it: a code's cell is where the tokens change when
    the code does.
    """
    sizes = np.array(layout.stream_sizes)
    if sizes.min() < 2:
        raise UserError(f"the streams have {layout.stream_sizes} codes; give each 2 or more")
    nothing = np.zeros((n_steps, layout.n_streams), dtype=np.int64)
    plain = layout.to_tokens(nothing)
    cells = [[_FILLING] * layout.n_columns for _ in plain]
    for step in range(n_steps):
        for stream in range(layout.n_streams):
            changed = nothing.copy()
            changed[step, stream] = 1
            for row, column in np.argwhere(layout.to_tokens(changed) != plain):
                cells[row][column] = f"{step + 1}.{stream}"
    return cells
