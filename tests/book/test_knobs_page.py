"""An explored function on a page without a kernel: by mouse, keys and touch, with its sounds."""

from functools import cache

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from refimpl.display import explore, new_picture, play
from tests.book.visits import SERIOUS
from tests.book.widget_page import open_page, page_with

RATE = 8000
LASTS = 30  # seconds: longer than the slowest machine takes to turn a few knobs
SHOWN = """
sections => sections.filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => one.querySelector("pre").textContent)
"""
HEARD = """
() => [...document.querySelectorAll("audio")].flatMap(
  (player, i) => (player.paused ? [] : [[i, player.currentTime]]))
"""


@cache
def explored() -> str:
    """The HTML of two knobs: a picture, a sound and a word for each setting."""
    pages = []

    def draw(hertz, level):
        picture, (axes,) = new_picture(size=(4.0, 1.5 + level))
        axes.plot([0, hertz])
        picture.alt = f"A line to {hertz}"
        times = np.arange(LASTS * RATE) / RATE
        sound = np.sin(2 * np.pi * hertz * times).astype(np.float32)
        return [f"{hertz} at {level}", picture, play(sound, RATE, f"{hertz} Hz, level {level}")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda one, **_: pages.append(one))
        patch.delenv("REFIMPL_QUIET", raising=False)
        knobs = {"hertz": [200, 400, 1600], "level": [0, 1]}
        explore(draw, knobs, twin=[{"hertz": 400, "level": 1}, {"hertz": 1600, "level": 1}])
    return pages[-1]["text/html"]


@pytest.fixture
def page(browser):
    page = open_page(browser, page_with(explored()))
    yield page
    assert page.errors == []
    page.context.close()


def shown(page) -> str:
    """The one setting that can be seen."""
    (text,) = page.locator("section").evaluate_all(SHOWN)
    return text


def test_it_begins_with_the_first_still_and_turns_by_keys(page):
    hertz, level = (page.get_by_role("slider", name=name) for name in ("hertz", "level"))
    assert shown(page) == "400 at 1"
    hertz.press("ArrowRight")
    assert shown(page) == "1600 at 1"
    assert hertz.get_attribute("aria-valuetext") == "1,600"
    level.press("ArrowLeft")
    assert shown(page) == "1600 at 0"
    hertz.press("Home")
    assert shown(page) == "200 at 0"
    hertz.press("ArrowLeft")  # it goes no further
    assert shown(page) == "200 at 0"


def test_it_turns_by_mouse_and_nothing_below_it_moves(page):
    slider = page.get_by_role("slider", name="hertz")
    box, height = slider.bounding_box(), page.locator(".refimpl-knobs").bounding_box()["height"]
    for share, wanted in ((0.01, "200 at 1"), (0.5, "400 at 1"), (0.99, "1600 at 1")):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        assert shown(page) == wanted
        assert page.locator(".refimpl-knobs").bounding_box()["height"] == height


def test_it_turns_by_touch(browser):
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_content(page_with(explored()))
    box = page.get_by_role("slider", name="hertz").bounding_box()
    page.touchscreen.tap(box["x"] + 0.99 * box["width"], box["y"] + box["height"] / 2)
    page.wait_for_function("document.querySelector('.knob .value').textContent === '1,600'")
    assert shown(page) == "1600 at 1"
    context.close()


def test_a_sound_goes_on_at_the_same_position(page):
    audio = page.locator("audio")
    audio.nth(3).evaluate("one => { one.muted = true; return one.play(); }")
    page.wait_for_function("document.querySelectorAll('audio')[3].currentTime > 0.2")
    page.get_by_role("slider", name="hertz").press("ArrowRight")
    page.wait_for_function(f"({HEARD})().length === 1 && ({HEARD})()[0][0] === 5")
    ((_, position),) = page.evaluate(HEARD)
    assert 0.2 < position < LASTS
    # One that was stopped stays so, at its position.
    audio.nth(5).evaluate("one => one.pause()")
    page.get_by_role("slider", name="level").press("ArrowLeft")
    assert page.evaluate(HEARD) == []
    assert audio.nth(4).evaluate("one => one.currentTime") >= position


def test_without_a_script_all_settings_are_there(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(page_with(explored()))
    assert page.get_by_text("hertz = 1,600, level = 0").is_visible()
    assert page.locator("section").nth(5).is_visible()
    context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1000), ("dark", 360)])
def test_it_fits_a_phone_and_axe_finds_nothing_serious(browser, theme, width):
    page = open_page(browser, page_with(explored(), theme=theme), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], rule["nodes"]) for rule in found if rule["impact"] in SERIOUS] == []
    page.context.close()
