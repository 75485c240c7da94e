"""Every page on a phone, in the dark: it fits, is accessible, and its pictures blend in."""

import pytest
from visits import visit

WIDTH = 390  # CSS pixels, as wide as a common phone
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
