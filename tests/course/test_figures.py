"""Drawn figures in lessons: notebooks carry them in points, the book shows the drawing."""

import base64
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest

from refimpl.course.figures import drawn, embed
from refimpl.errors import UserError

ROOT = Path(__file__).parents[2]
FIGURES = sorted((ROOT / "book/figures").glob("*.svg"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/one.svg").write_text('<svg color="#767676">\n<path/></svg>\n')
    (tmp_path / "figures/one.png").write_bytes(b"points")
    return tmp_path / "lessons"


def test_a_figure_goes_into_the_text_and_comes_out_as_a_drawing(folder):
    text = embed("Text before: ![What it shows](../figures/one.svg)\n\nText after.", folder)
    points = base64.b64encode(b"points").decode()
    assert text == (
        f"Text before:\n\n![What it shows](data:image/png;base64,{points})\n\nText after."
    )
    page = drawn(text, folder.parent / "figures")
    assert page == 'Text before:\n\n<div class="drawn"><svg>\n<path/></svg></div>\n\nText after.'


@pytest.mark.parametrize(
    "text", ["No figure.\n", "![own](data:image/png;base64,AAAA)", "![a](b.png)"]
)
def test_other_text_stays(folder, text):
    assert drawn(embed(text, folder), folder.parent / "figures") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [("![a](../figures/two.svg)", "two.svg"), ("![ ](../figures/one.svg)", "what it shows")],
)
def test_a_figure_that_is_not_whole_is_refused(folder, text, said):
    with pytest.raises(UserError, match=said):
        embed(text, folder)
    (folder.parent / "figures/one.png").unlink()
    with pytest.raises(UserError, match=r"one\.png"):
        embed("![words](../figures/one.svg)", folder)


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_every_figure_has_words_no_colour_of_its_own_for_text_and_its_points(path):
    svg = ET.fromstring(path.read_text(encoding="utf-8"))
    name = {one.tag.split("}")[1]: one.text for one in svg}
    assert name["title"] and len(name["desc"]) > 60
    assert svg.attrib["role"] == "img" and svg.attrib["color"] == "#767676"
    assert "\n\n" not in path.read_text(encoding="utf-8")  # Markdown would end the HTML there
    assert 1000 < path.with_suffix(".png").stat().st_size < 20_000


def test_the_lessons_carry_figures():
    shown = set()
    points = {
        base64.b64encode(p.with_suffix(".png").read_bytes()).decode(): p.stem for p in FIGURES
    }
    for path in (ROOT / "lessons").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for found in re.findall(r"base64,([A-Za-z0-9+/=]+)\)", cell.source):
                shown.add(points[found])
    assert shown == {path.stem for path in FIGURES}
