"""The place where a reader was: noted in a lesson, offered on the start page, and forgotten."""

import pytest

from tests.book.visits import visit

LESSON, OTHER, START = (
    "lessons/03-k-means-vector-quantization.html",
    "lessons/01-audio-basics.html",
    "book/index.html",
)
OFFER = ".start-resume"
# The last section but two: far enough from the end that the page can scroll to it.
SCROLL = """
() => {
  const headings = [...document.querySelectorAll("article section[id] > h2")];
  const heading = headings[headings.length - 3];
  heading.scrollIntoView({ behavior: "instant" });
  return heading.parentElement.id;
}
"""


@pytest.fixture
def page(browser, address):
    visited = visit(browser, address + START, color_scheme="light")
    yield visited.page
    assert visited.errors == []
    visited.page.context.close()


def read_on(page, address, lesson) -> str:
    page.goto(address + lesson)
    section = page.evaluate(SCROLL)
    page.wait_for_function(
        "section => localStorage['refimpl-place']?.includes(section)", arg=section
    )
    return section


def test_nothing_is_offered_to_a_new_reader(page):
    assert page.locator(OFFER).count() == 0


def test_the_section_last_read_is_offered_and_leads_there(page, address):
    read_on(page, address, OTHER)
    section = read_on(page, address, LESSON)
    page.goto(address + START)
    link = page.locator(f"{OFFER} a")
    words = link.inner_text()
    assert words and "#" not in words
    link.click()
    page.wait_for_url(f"**/{LESSON}#{section}")
    assert words in page.locator(f"section[id='{section}'] > h2").inner_text()


def test_it_is_forgotten_on_request(page, address):
    read_on(page, address, LESSON)
    page.goto(address + START)
    page.get_by_role("button", name="Forget where I was").press("Enter")
    assert page.locator(OFFER).count() == 0
    page.reload()
    assert page.locator(OFFER).count() == 0


@pytest.mark.parametrize(
    "kept",
    [
        "no JSON",
        "null",
        '{"page": "https://elsewhere.example/", "section": "a", "words": "b"}',
        '{"page": "lessons/../book/index.html", "section": "a", "words": "b"}',
        '{"page": "lessons/01-audio-basics.html", "section": "a b", "words": "b"}',
        '{"page": "lessons/01-audio-basics.html", "section": "a"}',
    ],
)
def test_what_this_book_did_not_write_is_not_offered(page, kept):
    page.evaluate("kept => localStorage.setItem('refimpl-place', kept)", kept)
    page.reload()
    assert page.locator(".start-way").count() == 1
    assert page.locator(OFFER).count() == 0
