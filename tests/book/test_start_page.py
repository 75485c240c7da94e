"""The start page: a dial that is heard at once, and a map on which every lesson is a link."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.book.built import page_names
from tests.book.visits import visit

START = "book/index.html"
DIAL = ".start-dial"
SOUNDS = f"document.querySelector('{DIAL}').refimplSound"
# Bytes until the first sound can be played, nothing compressed on the way. At 1.6 Mbit/s the first
# are 3.5 seconds, the second 5: an emulated line of that speed showed as much on a quiet machine.
MOST = {"start": 700_000, "lesson": 1_000_000}


@pytest.fixture
def page(browser, address):
    visited = visit(browser, address + START, color_scheme="light")
    yield visited.page
    assert visited.errors == []
    visited.page.context.close()


def test_who_turns_the_dial_hears_it_at_once(page):
    dial = page.get_by_role("slider", name="Different sounds")
    picture = page.locator(f"{DIAL} .dial-picture img")
    before = picture.get_attribute("alt")
    dial.press("ArrowRight")
    page.wait_for_function(f"{SOUNDS}.plays() && {SOUNDS}.position() > 0.1")
    assert picture.get_attribute("alt") != before
    assert page.locator(DIAL).get_attribute("data-heard").startswith("4 ")
    assert "bits per second" in dial.get_attribute("aria-valuetext")
    page.wait_for_function(f"!document.querySelector('{DIAL} .playhead').hidden")
    dial.press("End")  # it goes on where it is
    assert page.locator(DIAL).get_attribute("data-heard").startswith("1,024 ")
    assert page.evaluate(f"{SOUNDS}.plays()")


@pytest.mark.parametrize("width", [1280, 390])
def test_whoever_changes_a_word_of_the_order_hears_its_tune(opened, width):
    page = opened(START, viewport={"width": width, "height": 800}, color_scheme="dark")
    orders = page.get_by_role("group", name="An order, and the tune made of it")
    player = orders.locator("> audio")
    mood, backing = (
        orders.get_by_role("combobox", name=name) for name in ("Mood and key", "Accompaniment")
    )
    first = player.get_attribute("src")
    mood.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "one => !one.paused && one.currentTime > 0.1", arg=player.element_handle()
    )
    second = player.get_attribute("src")
    assert "in G major" in player.get_attribute("aria-label")
    backing.select_option("double bass and drums")
    third = player.get_attribute("src")
    assert len({first, second, third}) == 3
    assert "judges" in orders.get_by_role("status").inner_text()
    assert orders.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_the_map_and_the_list_name_every_lesson(page, book):
    lessons = {f"../{name}" for name in page_names() if name.startswith("lessons/")}
    for place in (".lesson-map a", "ol.start-lessons a"):
        links = page.locator(place).evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        assert set(links) == lessons and len(links) == len(lessons)


def before_first_sound(book, name):
    """Bytes of a page, of the files that it waits for, of its icons, and of its first sound."""
    page = BeautifulSoup((book / name).read_text(encoding="utf-8"), "html.parser")
    needed = {one["href"] for one in page.select("link[rel=stylesheet][href]")}
    needed |= {one["src"] for one in page.select("script[src]")}
    if sound := page.select_one("audio[src]"):
        needed.add(sound["src"])
    paths = [(book / name).parent / re.sub(r"\?.*", "", one) for one in needed]
    fonts = list(book.glob("_static/vendor/fontawesome/*/webfonts/*"))
    return sum(path.stat().st_size for path in (book / name, *paths, *fonts))


def test_the_first_sound_is_soon_there(book):
    assert before_first_sound(book, START) < MOST["start"]
    lessons = [name for name in page_names() if name.startswith("lessons/")]
    sizes = {name: before_first_sound(book, name) for name in lessons}
    assert {name: size for name, size in sizes.items() if size > MOST["lesson"]} == {}
