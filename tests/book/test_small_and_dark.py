"""Every page of the book on a phone, in the dark: nothing sticks out, and it stays accessible."""

import pytest
from visits import visit

WIDTH = 390  # CSS pixels, as wide as a common phone
STICKING_OUT = """
width => [...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > width + 1)
  .slice(0, 5).map((one) => one.outerHTML.slice(0, 150))
"""


@pytest.fixture
def seen(browser, address, name):
    """A visit to the page on a phone, in the dark theme."""
    size = {"width": WIDTH, "height": 844}
    visited = visit(browser, address + name, viewport=size, color_scheme="dark")
    yield visited
    visited.page.context.close()


def test_it_fits_and_axe_finds_nothing_serious(seen):
    assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
    wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= WIDTH, seen.page.evaluate(STICKING_OUT, WIDTH)
    assert seen.violations() == []
