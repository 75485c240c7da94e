"""A listening test in a notebook: one file with its sounds, in a frame of its own."""

import json
import re
from functools import cache
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe

from refimpl.listening import (
    ListeningError,
    PageOptions,
    design_test,
    embed_test,
    page_with_sounds,
    read_key,
    read_result,
)
from refimpl.listening.site import MAX_PAGE
from tests.book.visits import SERIOUS
from tests.folders import folder_of_the_run
from tests.listening.examples import RATE, write_folders

TITLE = "Which & <why>?"


@cache
def shown():
    """The HTML that a cell shows, and the folder of the key."""
    folder = folder_of_the_run("embedded")
    systems = write_folders(folder)
    test = design_test(systems, "ab", sample_rate=RATE, show=False)
    found = embed_test(test, folder / "new/key.json", PageOptions(title=TITLE))
    return found._repr_html_(), folder


def in_a_page(browser):
    """A long page with the test at its end, opened from a disk; and the test's frame."""
    frame, folder = shown()
    path = folder / "page.html"
    head = '<!doctype html><html lang="en"><title>Lesson</title><main><h1>Lesson</h1>'
    path.write_text(f'{head}<p style="height: 4000px">Text</p>{frame}</main>', encoding="utf-8")
    page = browser.new_page(accept_downloads=True)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    return page, page.frame_locator("iframe")


def test_the_page_stays_where_it_is_until_the_test_is_used(browser):
    page, test = in_a_page(browser)
    page.locator("iframe").scroll_into_view_if_needed()
    test.get_by_role("heading", name=TITLE).wait_for()
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    test.get_by_role("button", name="Begin").click()
    test.get_by_role("heading", name="Training").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    page.close()


def test_a_listener_takes_it_within_the_page_and_the_key_reads_the_answers(browser, tmp_path):
    page, test = in_a_page(browser)
    page.locator("iframe").scroll_into_view_if_needed()
    test.get_by_role("button", name="Begin").click()
    for name in ("Training", "Trial 1 of 3", "Trial 2 of 3", "Trial 3 of 3"):
        test.get_by_role("heading", name=name, exact=True).wait_for()
        for button in test.locator("button[aria-pressed]").all():
            button.click()
        test.get_by_role("radio").first.check()
        test.get_by_role("button", name="Next").click()
    test.get_by_role("button", name="To the end").click()
    with page.expect_download() as download:
        test.get_by_role("button", name="Save my answers").click()
    (tmp_path / "one.json").write_bytes(download.value.path().read_bytes())
    result = read_result(tmp_path / "one.json", read_key(shown()[1] / "new/key.json"))
    assert result.complete and len(result.answers) == 3
    outside = [url for url in page.asked if not url.startswith(("about:", "blob:", "data:"))]
    assert len(outside) == 1  # the page itself
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
    assert serious == []
    page.close()


def test_nothing_in_the_frame_names_a_system_and_all_sounds_are_as_long():
    frame, folder = shown()
    page = unescape(re.search(r'srcdoc="([^"]*)"', frame)[1])
    config = re.search(r'<script id="test" type="application/json">(.*?)</script>', page)[1]
    assert not re.search(r"\bgood\b|\bbad\b|\breal\b", config)
    sounds = re.findall(r'<script>SOUND\("\w+",".*?"\) *\n</script>', page)
    assert len(sounds) == 8 and len(set(map(len, sounds))) == 1
    assert len(page) - sum(map(len, sounds)) < MAX_PAGE / 5
    assert set(json.loads((folder / "new/key.json").read_text())["systems"]) == {"good", "bad"}


def test_a_rate_that_mp3_lacks_is_refused(tmp_path):
    test = design_test(write_folders(tmp_path), "ab", sample_rate=10_000, show=False)
    with pytest.raises(ListeningError, match="MP3 has no sample rate of 10000 Hz; give one of"):
        page_with_sounds(test)
