"""The pipeline's diagram: its words, its colours, and the copy on the book's start page."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from refimpl.display import pipeline_diagram
from refimpl.display.pipeline import STAGES
from refimpl.errors import UserError

PAGE = Path(__file__).parents[2] / "book/static/pipeline.html"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("way", ["lying", "standing"])
def test_it_names_each_stage_and_its_lesson_within_its_edges(way):
    svg = ElementTree.fromstring(getattr(pipeline_diagram(), way))
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"Waveform", "Mel frames", "Token ids", "Objective", "Model"} <= set(words)
    assert {"lesson 1", "lesson 2", "lessons 3, 4 and 8", "lessons 5, 9, 10 and 12"} <= set(words)
    left, top, width, height = map(float, svg.get("viewBox").split())
    for box in svg.findall(f"{SVG}rect"):
        x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert left <= x <= x + w <= left + width
        assert top <= y <= y + h <= top + height


def test_it_takes_the_texts_colour_and_says_itself_in_words():
    svg = ElementTree.fromstring(pipeline_diagram().lying)
    assert svg.get("stroke") == "currentColor"
    assert svg.get("aria-label") == svg.find(f"{SVG}desc").text == pipeline_diagram().alt
    assert svg.find(f"{SVG}title").text


@pytest.mark.parametrize("lesson", range(1, 13))
def test_each_lesson_marks_its_stages(lesson):
    diagram = pipeline_diagram(lesson)
    assert f"Marked for lesson {lesson}" in repr(diagram)
    boxes = ElementTree.fromstring(diagram.lying).findall(f"{SVG}rect")
    assert 1 <= sum(box.get("fill-opacity") is not None for box in boxes) <= 2


def test_a_lesson_that_is_not_there_is_an_error():
    with pytest.raises(UserError, match="1 to 12"):
        pipeline_diagram(13)


def test_the_books_copy_is_what_the_command_prints():
    assert PAGE.read_text(encoding="utf-8") == pipeline_diagram()._repr_html_()


# What the lesson of each box is about, by a word of its name in the table of contents.
ABOUT = {
    ("Waveform", False): ["audio"],
    ("Mel frames", False): ["mel"],
    ("Token ids", False): ["quantization", "vq-vae", "codecs"],
    ("Objective", False): ["objectives"],
    ("Packed batch", False): ["objectives"],
    ("Model", True): ["transformer", "melodies", "memory", "diffusion"],
    ("Token ids", True): ["generation"],
    ("Mel frames", True): ["mel"],
    ("Waveform", True): ["generation", "judges"],
}


def test_the_numbers_in_the_boxes_are_those_of_the_table_of_contents():
    toc = (PAGE.parents[2] / "_toc.yml").read_text(encoding="utf-8")
    slugs = {int(n): slug for n, slug in re.findall(r"file: lessons/(\d\d)-([\w-]+)", toc)}
    for stage in STAGES:
        words = ABOUT[stage.name, stage.back]
        found = [n for word in words for n, slug in slugs.items() if f"-{word}-" in f"-{slug}-"]
        assert list(stage.lessons) == found, stage
