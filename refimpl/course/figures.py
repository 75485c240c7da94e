"""Drawn figures: a lesson's source names one, and its notebooks carry it.

A source links to `../figures/NAME.svg`, which is drawn for light and dark pages. A notebook may be
opened in Colab, which has no other file of the course and shows no attachments of cells. So it
holds `NAME.png`, the same picture in points, inside the text. The book puts the drawing back.
"""

import base64
import re
from pathlib import Path

from refimpl.errors import UserError

FIGURES = "figures"  # beside the folder of the sources
LINK = re.compile(r"\s*!\[([^\]]*)\]\(\.\./figures/([\w-]+)\.svg\)")
EMBEDDED = re.compile(r"!\[[^\]]*\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)")


def embed(text: str, folder: Path) -> str:
    """Return a lesson's Markdown that carries the figures it names, each as its own paragraph.

    Args:
        text: Markdown.
        folder: Of the sources.

    Raises:
        UserError: A figure that is not there as drawing and in points, or without words.
    """

    def embedded(link: re.Match) -> str:
        words, name = link.groups()
        drawing = folder.parent / FIGURES / f"{name}.svg"
        points = drawing.with_suffix(".png")
        for path in (drawing, points):
            if not path.exists():
                raise UserError(f"{path}: not there; a figure is NAME.svg, and NAME.png of it")
        if not words.strip():
            raise UserError(f"{drawing.name}: no words between the brackets; say what it shows")
        return f"\n\n![{words}](data:image/png;base64,{_base64(points)})"

    return LINK.sub(embedded, text).strip() if LINK.search(text) else text


def drawn(text: str, folder: Path) -> str:
    """Return a notebook's Markdown with the drawings as HTML, which takes the page's colours.

    Args:
        text: Markdown, as `embed` returns it.
        folder: Of the figures.
    """
    if not EMBEDDED.search(text):
        return text
    drawings = {_base64(path.with_suffix(".png")): path for path in folder.glob("*.svg")}

    def as_html(picture: re.Match) -> str:
        path = drawings.get(picture[1])
        if path is None:
            return picture[0]
        svg = path.read_text(encoding="utf-8").replace(' color="#767676"', "", 1).strip()
        return f'<div class="drawn">{svg}</div>'

    return EMBEDDED.sub(as_html, text)


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode() if path.exists() else ""
