"""Phones, paper and wrong addresses: what few readers meet, and those who do need most."""

import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

PHONE = {"width": 390, "height": 844}
LESSON = "lessons/03-k-means-vector-quantization.html"


def test_a_tap_shows_a_picture_as_large_as_it_was_drawn(opened):
    page = opened(LESSON, viewport=PHONE)
    small = page.locator("button.enlarge").first
    alt = small.locator("img").get_attribute("alt")
    small.press("Enter")
    large = page.locator("dialog.enlarged img")
    assert large.get_attribute("alt") == alt
    assert large.bounding_box()["width"] >= 700
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.keyboard.press("Escape")
    large.wait_for(state="hidden")
    assert small.evaluate("one => one === document.activeElement")


def test_on_a_wide_screen_pictures_are_pictures(opened):
    assert opened(LESSON).locator("button.enlarge").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_token_explorers_frames_stand_above_their_tokens(opened, theme):
    strip = opened(LESSON, color_scheme=theme).locator(".refimpl-explorer .strip").first
    places = strip.evaluate(
        """(one) => [one.querySelector("img"), one.querySelector("canvas")].map((part) => {
          const { left, width } = part.getBoundingClientRect();
          const padding = parseFloat(getComputedStyle(part).paddingLeft);
          return [left + padding, width - 2 * padding];
        })"""
    )
    assert places[0] == pytest.approx(places[1], abs=0.5)


def test_an_address_of_a_place_that_is_gone_says_so(opened):
    page = opened(f"{LESSON}#a-section-of-old")
    assert "a-section-of-old" in page.locator(".no-such-place").inner_text()
    page.evaluate("location.hash = '#listen-first'")
    page.locator(".no-such-place").wait_for(state="detached")


def test_an_address_that_leads_nowhere_leads_back(browser, book):
    class Host(SimpleHTTPRequestHandler):
        """A host of pages, as GitHub's: the book in a folder, and its 404 page for all else."""

        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/course"))

        def send_error(self, code, *details):
            self.send_response(code)
            self.end_headers()
            self.wfile.write((book / "404.html").read_bytes())

        def log_message(self, *details):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=book)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(color_scheme="dark")
        where = f"http://127.0.0.1:{server.server_port}/course/lessons/08-no-such.html"
        assert page.goto(where).status == HTTPStatus.NOT_FOUND
        assert page.locator("#asked").inner_text() == "/course/lessons/08-no-such.html"
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.get_by_role("link", name="The start page").click()
        page.wait_for_url("**/course/book/index.html")
        page.close()
        server.shutdown()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_progress_tables_have_the_same_columns(opened, width):
    page = opened("book/progress.html", viewport={"width": width, "height": 900})
    columns = page.locator(".progress-table").evaluate_all(
        """(tables) => tables.map((table) =>
          [...table.rows[0].cells].map((cell) => Math.round(cell.getBoundingClientRect().left)))"""
    )
    assert len(columns) > 5
    assert all(one == columns[0] for one in columns)
    cut = "cells => cells.filter((o) => o.scrollWidth > o.clientWidth + 1).map((o) => o.outerHTML)"
    assert page.locator(".progress-table :is(th, td)").evaluate_all(cut) == []


def test_search_results_hold_no_tex(opened):
    # In lesson 12 a formula comes right after this word.
    page = opened("search.html?q=independent")
    context = page.locator("#search-results .context").filter(has_text="of independent things")
    context.first.wait_for()
    said = context.first.inner_text()
    assert "add up: s^2 + n^2 = 1. So every x_t has" in said
    assert "\\" not in said


def test_paper_is_light_with_hints_open_and_the_screen_is_as_before(opened):
    page = opened(LESSON, color_scheme="dark")
    hint = "details:not(.hide, .choice):has(summary)"
    count = page.locator(f"article {hint}[open]").count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(f"article {hint}:not([open])").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.locator("details.choice[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(f"article {hint}[open]").count() == count
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
