"""Terms and works in a lesson: each linked once, with what it is on a card."""

from collections import Counter

import pytest

from tests.book.visits import visit

PAGE = "lessons/04-vq-vae-contrast.html"


@pytest.fixture
def page(browser, address):
    visited = visit(browser, address + PAGE, color_scheme="light")
    yield visited.page
    assert visited.errors == []
    visited.page.context.close()


def test_terms_and_works_are_linked_once(page):
    links = page.locator("a.card-link").evaluate_all(
        "all => all.map((a) => a.getAttribute('href'))"
    )
    assert max(Counter(links).values()) == 1
    assert any("glossary.html#term-" in link for link in links)
    assert any("bibliography.html#" in link for link in links)
    assert page.locator("pre a.card-link, a a.card-link, h2 a.card-link").count() == 0


def test_a_term_is_linked_from_the_lesson_on_that_introduces_it(browser, address):
    counts = {}
    for name in ("01-audio-basics", "05-transformer"):
        visited = visit(browser, f"{address}lessons/{name}.html")
        links = visited.page.locator("a.card-link", has_text="softmax")
        counts[name] = links.count()
        visited.page.context.close()
    assert counts == {"01-audio-basics": 0, "05-transformer": 1}


def test_a_card_shows_on_focus_and_goes_on_escape(page):
    link = page.locator("a.card-link").first
    link.focus()
    card = page.get_by_role("tooltip")
    assert card.inner_text() == link.get_attribute("data-card")
    assert link.get_attribute("aria-describedby") == card.get_attribute("id")
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")


def test_a_card_shows_under_a_mouse_that_may_move_onto_it(page):
    link = page.locator("a.card-link").nth(1)
    link.hover()
    card = page.get_by_role("tooltip")
    card.wait_for()
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    card.hover()
    page.wait_for_timeout(400)
    assert card.is_visible()
    page.mouse.move(2, 2)
    card.wait_for(state="hidden")
