"""The picture of a transformer's block: its words, its colours, and everything inside its edges."""

import re
import xml.etree.ElementTree as ElementTree

from refimpl.display import block_diagram

SVG = "{http://www.w3.org/2000/svg}"


def test_it_names_the_parts_and_how_many_blocks_there_are():
    diagram = block_diagram(3)
    words = [text.text for text in ElementTree.fromstring(diagram.svg).iter(f"{SVG}text")]
    assert {"attention", "feed-forward network", "layer norm", "block, 3 times"} <= set(words)
    assert "3 such blocks" in diagram.alt
    assert diagram.svg == diagram._repr_html_()


def test_it_takes_the_texts_colour_and_says_itself_in_words():
    svg = ElementTree.fromstring(block_diagram(2).svg)
    assert svg.get("stroke") == "currentColor"
    colours = {part.get("fill") for part in svg.iter()} | {
        part.get("stroke") for part in svg.iter()
    }
    assert colours <= {None, "none", "currentColor"}
    assert svg.get("aria-label") == svg.find(f"{SVG}desc").text == block_diagram(2).alt
    assert svg.find(f"{SVG}title").text


def test_nothing_reaches_beyond_its_edges():
    svg = ElementTree.fromstring(block_diagram(2).svg)
    _, _, width, height = map(float, svg.get("viewBox").split())
    for box in svg.iter(f"{SVG}rect"):
        x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
    for path in svg.iter(f"{SVG}path"):
        for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path.get("d")):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height
