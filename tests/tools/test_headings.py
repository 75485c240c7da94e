"""Headings of a lesson's page: numbered sections, and an exercise's facts below its name."""

from pathlib import Path

from bookbuild.headings import Sections, facts_below
from bookbuild.here import STAGES, strip
from bs4 import BeautifulSoup

PAGES = {1: "01-audio", 2: "02-mel", 3: "03-tokens", 4: "04-vq-vae"}


def test_sections_are_counted_over_the_cells_of_a_lesson():
    sections = Sections(3)
    assert sections.numbered("Text\n\n## One\n\n### Part\n\n## Two") == (
        "Text\n\n## 3.1 One\n\n### Part\n\n## 3.2 Two"
    )
    assert sections.numbered("## Three") == "## 3.3 Three"


def test_a_comment_in_a_code_fence_is_no_section():
    text = "```\n## no heading\n```\n\n## One"
    assert Sections(1).numbered(text) == "```\n## no heading\n```\n\n## 1.1 One"


def test_the_facts_of_an_exercise_stand_below_its_name():
    text = (
        "### Exercise 5.1: a loss (so it is) (4 points, 15 minutes, difficulty ●●○○○)\n\nWrite it."
    )
    head, *rest = facts_below(text).splitlines()
    assert head == "### Exercise 5.1: a loss (so it is)"
    assert "4 points · 15 minutes · difficulty 2 of 5 ●●○○○" in rest
    assert rest[-1] == "Write it."


def test_other_headings_stay():
    for text in ("### Part (4 points)", "### Exercise 1.1: double (4 points)", "Text"):
        assert facts_below(text) == text


def test_the_strip_shows_where_a_lesson_is_and_links_to_the_others():
    html = BeautifulSoup(strip(3, PAGES), "html.parser")
    assert [one.get_text(" ", strip=True).split()[0] for one in html.select("li")] == [
        name.split()[0] for name in STAGES
    ]
    assert [one.get_text(" ", strip=True) for one in html.select("li.is-here")] == ["tokens 3 4"]
    assert [one.text for one in html.select("[aria-current=page]")] == ["3"]
    assert {one["href"] for one in html.select("a")} == {f"{page}.html" for page in PAGES.values()}


def test_lessons_of_the_second_part_are_at_a_stage_too():
    """Numbers need not follow one another: 9 is missing."""
    pages = PAGES | {8: "08-codecs", 10: "10-memory"}
    for number, stage in ((8, "tokens 3 4 8"), (10, "model 10")):
        html = BeautifulSoup(strip(number, pages), "html.parser")
        assert [one.get_text(" ", strip=True) for one in html.select("li.is-here")] == [stage]


def test_every_lesson_of_the_book_is_at_one_stage():
    lessons = Path(__file__).parents[2].glob("book/lessons/[0-9]*.md")
    numbers = [int(path.name[:2]) for path in lessons]
    placed = [number for lessons in STAGES.values() for number in lessons]
    assert len(set(placed)) == len(placed) and set(numbers) <= set(placed)


def test_a_lesson_at_no_stage_has_no_strip():
    assert strip(42, PAGES) == ""
