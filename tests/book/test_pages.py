"""Every page of the book on a desktop, in the light: it loads, plays, is light and accessible."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.book.visits import PLAY_ALL, visit

MAX_WEIGHT = 3_100_000  # bytes of a page with all that it loads, without sounds
MAX_BLOCKING = 500_000  # bytes of a script that the page waits for
SOUND_IN_PAGE = re.compile(
    r"""data:audio/[^"']*"""  # of a player
    r"""|"data": "[^"]*", "encoding": "base64", "path": \["(?:sounds|tune)"\]"""  # of an explorer
)


@pytest.fixture(scope="module")
def seen(browser, address, name):
    """A visit to the page on a desktop, in the light theme; all tests look at the same one."""
    visited = visit(browser, address + name, color_scheme="light")
    yield visited
    visited.page.context.close()


def test_it_loads_from_the_book_alone_without_errors(seen, address):
    elsewhere = [url for url in seen.requests if not url.startswith((address, "data:", "blob:"))]
    assert elsewhere == []
    assert seen.failed == []
    assert seen.errors == []


def test_every_player_plays_and_has_a_label(seen):
    played = seen.page.locator("audio").evaluate_all(PLAY_ALL)
    assert [one for one in played if one[2] != "plays" or not one[1] > 0 or not one[0]] == []


def test_no_player_in_sight_shows_a_clock_without_time(seen):
    short = """players => players
      .filter((one) => one.checkVisibility() && one.controls && one.duration < 1)
      .map((one) => one.ariaLabel)"""
    assert seen.page.locator("audio").evaluate_all(short) == []


def test_its_pictures_are_there_and_have_words(seen):
    broken = "pictures => pictures.filter(p => !p.naturalWidth || p.alt === null).map(p => p.src)"
    assert seen.page.locator("main img").evaluate_all(broken) == []


def test_every_widget_is_shown(seen):
    wanted = seen.page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    seen.page.wait_for_function(
        "n => document.querySelectorAll('.anywidget[data-shown]').length === n", arg=wanted
    )


def test_formulas_are_drawn(seen):
    wanted = seen.page.locator(".math").count()
    seen.page.wait_for_function(
        "n => document.querySelectorAll('.math mjx-container').length >= n", arg=wanted
    )
    assert seen.page.locator("mjx-merror").count() == 0


def test_it_weighs_little(seen, book, name):
    own = SOUND_IN_PAGE.sub("", (book / name).read_text(encoding="utf-8"))
    loaded = {url: n for url, n in seen.weights.items() if url != seen.page.url}
    total = len(own.encode()) + sum(loaded.values())
    assert total < MAX_WEIGHT, sorted(loaded.items(), key=lambda item: -item[1])[:5]


def test_no_large_script_keeps_it_from_showing(book, name):
    page = BeautifulSoup((book / name).read_text(encoding="utf-8"), "html.parser")
    for script in page.select("script[src]:not([async]):not([defer]):not([type=module])"):
        path = (book / name).parent / script["src"].split("?")[0]
        assert path.stat().st_size < MAX_BLOCKING, script["src"]


def test_axe_finds_nothing_serious(seen):
    assert seen.violations() == []
