"""A/B rows in a browser: stages start together, and switching only changes which one is heard."""

from functools import cache

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from refimpl.display import compare_sounds
from refimpl.display.compared_sounds import SCRIPT
from tests.book.visits import SERIOUS
from tests.book.widget_page import open_page, page_with

RATE = 22050
LASTS = 30  # seconds: longer than the slowest machine takes to press a few buttons
LABELS = ["The tune", "Its mel frames and back", "Its tokens and back"]
# Writes down when and where each stage starts, and how loud each was turned and when.
LISTEN = """
<script>
  window.started = [];
  window.gains = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...details) {
    started.push(details);
    return start.apply(this, details);
  };
  const create = AudioContext.prototype.createGain;
  AudioContext.prototype.createGain = function () {
    gains.push(create.call(this));
    return gains.at(-1);
  };
</script>
"""
HEARD = "() => gains.map((gain) => gain.gain.value)"


@cache
def row():
    times = np.arange(LASTS * RATE) / RATE
    tones = [np.sin(2 * np.pi * f * times).astype(np.float32) for f in (440, 660, 880)]
    return compare_sounds(dict(zip(LABELS, tones, strict=True)), RATE)


@pytest.fixture
def page(browser):
    page = open_page(browser, page_with(row()._repr_html_(), scripts=LISTEN))
    yield page
    assert page.errors == []
    page.context.close()


def wait_until_heard(page, stage: int) -> None:
    page.wait_for_function(
        "stage => gains.every(({ gain }, i) => Math.abs(gain.value - (i === stage)) < 0.05)",
        arg=stage,
    )


def test_all_stages_start_together_and_switching_starts_nothing_anew(page):
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("started.length === 3")
    assert len({tuple(one) for one in page.evaluate("started")}) == 1  # the same time and place
    wait_until_heard(page, 0)
    page.get_by_role("radio", name=LABELS[0]).press("ArrowRight")
    wait_until_heard(page, 1)
    page.get_by_text(LABELS[2]).first.click()
    wait_until_heard(page, 2)
    assert page.evaluate("started.length") == 3
    assert page.locator(".refimpl-compare").get_attribute("data-heard") == LABELS[2]
    page.get_by_role("button", name="Pause").wait_for()  # it never stopped


def test_it_goes_on_where_it_was_paused_or_moved_to(page):
    page.get_by_role("slider").fill("2.5")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("started.length === 3")
    assert {place for _, place in page.evaluate("started")} == {2.5}
    page.wait_for_function("document.querySelector('input[type=range]').value > 2.6")
    page.get_by_role("button", name="Pause").click()
    paused = float(page.get_by_role("slider").input_value())
    page.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("started.length === 6")
    assert page.evaluate("started[5][1]") == pytest.approx(paused, abs=0.02)
    wait_until_heard(page, 1)


def test_at_the_end_it_stops_itself(page):
    page.get_by_role("slider").fill(str(LASTS - 1))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("started.length === 3")
    page.get_by_role("button", name="Play").wait_for()
    assert page.get_by_role("slider").input_value() == "0"


FILES = """
<div class="refimpl-compare" role="group" aria-label="Two files"><div>
<figure><figcaption>A</figcaption><audio controls aria-label="A" src="http://book.test/a.mp3"></audio></figure>
<figure><figcaption>B</figcaption><audio controls aria-label="B" src="http://book.test/b.mp3"></audio></figure>
</div></div>
"""


@pytest.mark.parametrize("reachable", [True, False])
def test_sounds_may_be_files_and_stay_plain_players_where_they_cannot_be_read(browser, reachable):
    page = browser.new_page()
    mp3 = row().players[0].mp3
    shared = {"access-control-allow-origin": "*"}
    page.route(
        "http://book.test/*",
        lambda route: (
            route.fulfill(body=mp3, content_type="audio/mpeg", headers=shared)
            if reachable
            else route.abort()
        ),
    )
    script = f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"
    page.set_content(page_with(FILES + script, scripts=LISTEN))
    page.get_by_role("button", name="Play").dblclick()
    if reachable:
        page.wait_for_function("started.length === 2")
        assert page.locator("audio:visible").count() == 0
    else:
        page.locator("audio").first.wait_for()
        assert page.get_by_role("radio").count() == 0
    page.close()


def test_the_single_players_stay_within_reach(page):
    assert page.locator("audio").first.is_hidden()
    page.get_by_text("One player each").click()
    assert page.locator("audio:visible").count() == 3


def test_without_a_script_there_are_plain_players(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(page_with(row()._repr_html_()))
    assert page.locator("audio[controls]:visible").count() == 3
    assert page.get_by_text(LABELS[1]).first.is_visible()
    context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1000), ("dark", 390)])
def test_it_fits_a_phone_and_axe_finds_nothing_serious(browser, theme, width):
    page = open_page(browser, page_with(row()._repr_html_(), theme=theme), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], rule["nodes"]) for rule in found if rule["impact"] in SERIOUS] == []
    page.context.close()


def test_the_books_copy_of_the_script_is_the_packages(book):
    copy = book / "_static/compared_sounds.js"
    assert copy.read_text(encoding="utf-8") == SCRIPT.read_text(encoding="utf-8")
