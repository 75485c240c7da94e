"""Every page on a small phone in the dark, and on paper: it fits, and nothing of it is lost."""

import re

import pypdfium2
import pytest

from tests.book.visits import visit

WIDTH = 360  # CSS pixels, as wide as a small phone
LONGEST = 20_000  # mm
PAPER = 210 - 2 * 15  # mm: A4 within the margins of print.css
STICKING_OUT = """
width => [...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > width + 1)
  .slice(0, 5).map((one) => one.outerHTML.slice(0, 150))
"""


@pytest.fixture(scope="module")
def seen(browser, address, name):
    """A visit to the page on a phone, in the dark theme; all tests look at the same one."""
    size = {"width": WIDTH, "height": 844}
    visited = visit(browser, address + name, viewport=size, color_scheme="dark")
    yield visited
    visited.page.context.close()


def test_it_fits_and_axe_finds_nothing_serious(seen):
    assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
    wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= WIDTH, seen.page.evaluate(STICKING_OUT, WIDTH)
    assert seen.violations() == []


def test_pictures_drawn_for_both_themes_get_no_light_ground(seen):
    ground = "pictures => pictures.map(one => getComputedStyle(one).backgroundColor)"
    grounds = seen.page.locator("main img.dark-light").evaluate_all(ground)
    assert set(grounds) <= {"rgba(0, 0, 0, 0)"}


# What paper has to show in full: lines of code and of output, the cells of tables, and hints.
LINES = """
[...document.querySelectorAll("main :is(pre, th, td, details > p)")]
  .filter((one) => one.checkVisibility() || one.matches("details > p"))
  .filter((one) => !one.querySelector("mjx-container"))
  .flatMap((one) => one.textContent.split("\\n"))
"""
TOO_WIDE = """
() => [...document.querySelectorAll("main *")]
  .filter((one) => one.checkVisibility() && !one.closest("mjx-assistive-mml"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 ||
    (one.scrollWidth > one.clientWidth + 1 && !one.closest(".math") &&
      getComputedStyle(one).overflowX !== "visible"))
  .map((one) => one.outerHTML.slice(0, 150))
"""
THEME = "document.documentElement.dataset.theme"
WATCH_PRINTING = f"() => addEventListener('beforeprint', () => {{ window.printedIn = {THEME}; }})"


def test_paper_shows_all_of_it_light_and_within_its_width(seen):
    page = seen.page
    page.evaluate(WATCH_PRINTING)
    # As wide as A4, and so long that no line is torn apart by the end of a page.
    printed = page.pdf(width="210mm", height=f"{LONGEST}mm")
    with pypdfium2.PdfDocument(printed) as document:
        shown = joined("".join(sheet.get_textpage().get_text_range() for sheet in document))
        assert len(document) == 1
    assert [page.evaluate("printedIn"), page.evaluate(THEME)] == ["light", "dark"]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": int(PAPER / 25.4 * 96), "height": 900})
    assert [line for line in page.evaluate(LINES) if joined(line) not in shown] == []
    wide = page.evaluate(TOO_WIDE)
    assert wide == [], "\n".join(wide)


def joined(text: str) -> str:
    """The text without what breaking its lines changes: spaces, and hyphens that end a line."""
    return re.sub(r"[\s\x02\ufffe-]", "", text)
