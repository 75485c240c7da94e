"""The start page's list and map of lessons: whatever their numbers, and whatever is not said."""

import itertools
import re
from types import SimpleNamespace

import pytest
from bookbuild.lesson_map import BOX, WIDTH, arranged, drawn
from bookbuild.starting import list_of, listed, with_start

GRAPHS = {
    "one": {7: ()},
    "a row": {1: (), 2: (1,), 3: (2,)},
    "gaps, and a need that is not there": {1: (), 3: (1, 2), 10: (3,), 11: (3,), 13: (10, 11)},
    "many side by side": {1: (), **{n: (1,) for n in range(2, 9)}},
    "all apart": {n: () for n in range(1, 5)},
}


@pytest.mark.parametrize("name", GRAPHS)
def test_each_stands_below_what_it_needs_and_within_the_picture(name):
    needs = GRAPHS[name]
    places = arranged(needs)
    assert places.keys() == needs.keys()
    for number, (x, y) in places.items():
        assert x >= -0.01 and x + BOX[0] <= WIDTH + 0.01
        assert all(places[need][1] + BOX[1] < y for need in needs[number] if need in places)
    for (x, y), (other_x, other_y) in itertools.combinations(places.values(), 2):
        assert y != other_y or abs(x - other_x) >= min(BOX[0], WIDTH / 8)


def lesson(number, **said):
    given = {"page": f"{number:02}-a", "title": f"A & B {number}", "subtitle": "", "part": "I"}
    given |= {"minutes": 40, "needs": (), "hear": "a <tone>"}
    return SimpleNamespace(number=number, **given | said)


def test_each_is_a_link_with_its_words():
    svg = drawn([lesson(3), lesson(10, needs=(3,), minutes=None, hear="")])
    links = dict(re.findall(r'<a href="([^"]+)" aria-label="([^"]+)">', svg))
    assert links == {
        "../lessons/03-a.html": "Lesson 3. A &amp; B 3, 40 minutes",
        "../lessons/10-a.html": "Lesson 10. A &amp; B 10",
    }
    assert "a &lt;tone&gt;" in svg and svg.count("<path") == 1
    assert drawn([]) == ""


def test_the_list_says_what_it_knows_part_by_part():
    html = list_of(
        [
            lesson(3, subtitle="why?", needs=(1, 2)),
            lesson(10, part="II & more", minutes=None, hear=""),
        ]
    )
    assert '<li value=3><a href="../lessons/03-a.html">A &amp; B 3</a>: why?' in html
    assert "hear a &lt;tone&gt;; 40 minutes with all exercises; after 1 and 2" in html
    assert (
        '<p class="start-head">II &amp; more</p>\n<ol class="start-lessons">\n<li value=10>' in html
    )
    assert html.count("<small>") == 1


TOC = """\
parts:
  - caption: "Part I"
    chapters: [{file: lessons/02-two}, {file: book/other}]
  - caption: "Part II"
    chapters: [{file: lessons/11-eleven}, {glob: api/index}]
"""


def test_what_is_said_comes_from_the_contents_the_lessons_and_the_file_beside_them(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "book/lessons.toml").write_text(
        '[2]\nneeds = [1]\nhear = "x"\n[11]\nneeds = [2, 9]\nhear = "y"\n[12]\nneeds = [11]\n'
    )
    texts = {
        2: "# 2. Two: a start\n\nPlan 30 minutes to read and listen, and 55 for the exercises.",
        11: "# 11. Eleven\n\nPlan 20 minutes to read and listen.",
    }
    two, eleven = listed(tmp_path, texts)
    assert (two.title, two.subtitle, two.minutes, two.needs) == ("Two", "a start", 85, ())
    assert (eleven.title, eleven.minutes, eleven.needs) == ("Eleven", 20, (2,))
    assert (two.part, eleven.part, eleven.hear) == ("Part I", "Part II", "y")
    page = with_start(
        "{{ n_lessons }}\n<!-- map of lessons -->\n<!-- all lessons -->\n", tmp_path, texts
    )
    assert page.startswith("Two\n<svg") and page.endswith("</ol>\n")
    (tmp_path / "book/lessons.toml").unlink()
    assert [(one.needs, one.hear) for one in listed(tmp_path, texts)] == [((), ""), ((), "")]
    assert listed(tmp_path, {})[0].minutes is None
