"""A matplotlib figure with a text alternative, for light and dark pages."""

from __future__ import annotations

import base64
import io
import json
from html import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Mid-grey: 4.5:1 against white, 4.6:1 against black and 3.9:1 against the book's dark pages, so
# that one picture serves them all.
INK = "#767676"
# From the palette of Okabe and Ito, which the common kinds of colour blindness tell apart.
BLUE, ORANGE, VERMILLION = "#0072B2", "#E69F00", "#D55E00"
DPI = 120
TIME = "Time (s)"  # the label of an axis that a sound can follow


class Picture(Figure):
    """A matplotlib `Figure` with a text alternative for notebooks and screen readers.

    It is made without pyplot, so a cell shows it once, as its last value, and nothing keeps it in
    memory. All methods of `Figure` work: `picture.axes[0]`,
    `picture.savefig("name.png")`.

    Attributes:
        alt: the text alternative, one or two sentences.
    """

    alt: str = ""

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}>"

    __str__ = __repr__

    def savefig(self, *args, **options) -> None:
        for axes in self.axes:
            # A legend is added after the rest of the axes: here it gets the same colour.
            if (legend := axes.get_legend()) is not None:
                legend.get_frame().set_alpha(0)
                for text in legend.get_texts():
                    text.set_color(axes.title.get_color())
        super().savefig(*args, **options)

    def _repr_html_(self) -> str:
        with io.BytesIO() as file:
            # The same points as in a PNG, in two thirds of the bytes.
            self.savefig(file, format="webp", dpi=DPI, pil_kwargs={"lossless": True})
            webp = base64.b64encode(file.getvalue()).decode("ascii")
        width = round(96 * self.get_figwidth())
        times = _time_axes(self)
        # Where a page of the book draws the position of a sound that belongs to the picture.
        time = f' data-time="{escape(json.dumps(times))}"' if times else ""
        # "dark-light" tells the book's theme that the picture fits both, and needs no white box.
        return (
            f'<img class="dark-light" alt="{escape(self.alt)}" width="{width}"{time} '
            f'style="max-width: 100%; height: auto" src="data:image/webp;base64,{webp}">'
        )


def _time_axes(figure: Figure) -> list[list]:
    """Every visible axes of a drawn figure over which time runs to the right, in seconds.

    Returns:
        For each its title, its left, right, top and bottom edge as shares of the picture, counted
        from the left and from the top, and the times at its left and right edge.
    """
    found = []
    for axes in figure.axes:
        if axes.get_xlabel() == TIME and axes.get_visible():
            box = axes.get_position()
            edges = (box.x0, box.x1, 1 - box.y1, 1 - box.y0)
            numbers = [round(float(number), 4) for number in (*edges, *axes.get_xlim())]
            found.append([axes.get_title(), *numbers])
    return found


def new_picture(
    n_rows: int = 1,
    n_columns: int = 1,
    *,
    size: tuple[float, float] = (8.0, 3.0),
    ink: str = INK,
    background: str = "none",
    **options,
) -> tuple[Picture, list[Axes]]:
    """Make a picture and its axes, row by row, with one colour for text and lines.

    Args:
        n_rows, n_columns: the grid of axes.
        size: width and height in inches.
        ink: colour of all text and lines around the data.
        background: colour, or "none".
        options: other options of `Figure.subplots`, such as sharex.
    """
    picture = Picture(figsize=size, layout="constrained", facecolor=background)
    axes = list(picture.subplots(n_rows, n_columns, squeeze=False, **options).flat)
    for one in axes:
        one.set_facecolor("none")
        one.tick_params(colors=ink, labelsize=10)
        for spine in one.spines.values():
            spine.set_color(ink)
        for text in (one.title, one.xaxis.label, one.yaxis.label):
            text.set_color(ink)
            text.set_size(11)
    return picture, axes
