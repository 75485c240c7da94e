"""The book opened from a disk: what no page may read without a server, none of them needs."""

import re

import pytest

from tests.book.built import BOOK, page_names
from tests.book.test_progress_page import LESSON, PAGE, SOLVED, choose
from tests.book.visits import PLAY_ALL, visit

START = "book/index.html"
LESSONS = [name for name in page_names() if name.startswith("lessons/")] or ["no page"]
VIEWS = 'script[type="application/vnd.jupyter.widget-view+json"]'
DRAWN = "n => document.querySelectorAll('.math mjx-container').length >= n"


@pytest.fixture
def opened(browser, book):
    """Open pages from the disk; at the end none may have failed at anything."""
    visits = []

    def open_one(name: str):
        visits.append(visit(browser, f"{BOOK.as_uri()}/{name}", color_scheme="light"))
        return visits[-1].page

    yield open_one
    for one in visits:
        assert one.errors == []
        assert one.failed == []
        assert [
            url for url in one.requests if not url.startswith(("file:", "data:", "blob:"))
        ] == []
        one.page.context.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_draws_its_formulas_counts_answers_and_shows_explorers_that_answer(opened, lesson):
    page = opened(lesson)
    page.wait_for_function(DRAWN, arg=page.locator(".math").count())
    page.locator("details.choice summary").first.click()
    page.locator(".check-score", has_text="1 of").wait_for()  # a browser tells later what opened
    explorers = page.locator(".anywidget[data-shown]")
    n_explorers = page.locator(VIEWS).count()
    page.wait_for_function(
        "n => document.querySelectorAll('.anywidget[data-shown]').length === n", arg=n_explorers
    )
    for explorer in explorers.all():
        before = explorer.inner_text()
        explorer.locator("button, circle:nth-of-type(4)").last.click()
        page.wait_for_function(
            "([one, text]) => one.innerText !== text", arg=[explorer.element_handle(), before]
        )


def test_players_of_files_play(opened):
    played = opened("book/results.html").locator("audio").evaluate_all(PLAY_ALL)
    assert played
    assert [one for one in played if one[2] != "plays"] == []


def test_the_start_pages_tune_is_switched_while_it_plays(opened):
    page = opened(START)
    row = page.locator(".start-compare")
    row.get_by_role("button", name="Play").click()
    row.get_by_role("button", name="Pause").wait_for()
    row.get_by_text("Through the course’s tokens").first.click()
    assert row.get_attribute("data-heard") == "Through the course’s tokens"
    page.wait_for_function("document.querySelector('.start-compare .transport input').value > 0.5")
    row.get_by_role("button", name="Pause").wait_for()


def test_search_finds_a_term_and_the_result_opens(opened):
    page = opened("search.html?q=Nyquist")
    page.locator("#search-results li a", has_text="Audio basics").first.click()
    page.get_by_role("heading", level=1, name=re.compile("Audio basics")).wait_for()


def test_the_theme_stays_as_it_was_set(opened):
    page = opened(START)
    switch = page.locator("button.theme-switch-button:visible").first
    while page.evaluate("document.documentElement.dataset.theme") != "dark":
        switch.click()
    page.goto(f"{BOOK.as_uri()}/{LESSON}")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_progress_is_kept_from_page_to_page(opened):
    page = opened(PAGE)
    choose(page, SOLVED)
    page.goto(f"{BOOK.as_uri()}/{LESSON}")
    page.locator("h3 .exercise-badge").nth(1).wait_for()
    assert page.locator("h3 .exercise-badge").all_inner_texts() == ["✓ solved", "1 of 4 points"]
