"""The page in a browser, from a disk: a listener takes the test, loses nothing, and is analysed."""

import json
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from refimpl.listening import read_result
from tests.book.visits import SERIOUS
from tests.listening.examples import small_key, small_site

# Writes down when and where each sound starts, and which one is turned up.
LISTEN = """
  window.started = [];
  window.gains = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...details) {
    started.push([...details, this.loop, this.buffer.duration]);
    return start.apply(this, details);
  };
  const Gain = window.GainNode;
  window.GainNode = class extends Gain {
    constructor(...details) { super(...details); gains.push(this); }
  };
"""
MUSHRA = {"consent": "You may stop.", "ask": ("Do you play?",), "contact": "to me@example.org"}
PLAYS = "button[aria-pressed]"


def open_test(browser, site, *, context=None, scheme="light", width=1000, query=""):
    context = context or browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, accept_downloads=True
    )
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.add_init_script(LISTEN)
    page.goto(f"file://{site}/index.html{query}")
    return page


def title(page) -> str:
    return page.locator("h1").text_content()


def wait_for(page, text) -> None:
    page.wait_for_function("t => document.querySelector('h1').textContent === t", arg=text)


def begin(page) -> None:
    if page.get_by_label("agree").count():
        page.get_by_label("agree").check()
    page.get_by_role("button", name="Begin").click()
    page.locator(PLAYS).first.wait_for()


def hear_all(page) -> None:
    for button in page.locator(PLAYS).all():
        button.click()


def rate_all(page, ratings=None) -> None:
    for n, slider in enumerate(page.locator(".rows input").all()):
        slider.fill(str(ratings[n] if ratings else 10 * n))


def go_on(page) -> None:
    before = title(page)
    page.get_by_role("button", name="Next").click()
    page.wait_for_function("t => document.querySelector('h1').textContent !== t", arg=before)
    page.locator(f"{PLAYS}, textarea").first.wait_for()


def saved(page) -> dict:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save my answers").click()
    assert download.value.suggested_filename.startswith("listener-")
    return json.loads(download.value.path().read_text(encoding="utf-8"))


def test_a_listener_takes_a_mushra_test_and_the_file_can_be_read(browser, tmp_path):
    page = open_test(browser, small_site("mushra", **MUSHRA))
    page.get_by_role("button", name="Begin").click()
    assert "agree" in page.get_by_role("alert").text_content()
    begin(page)
    for name in ("Training", "Trial 1 of 3", "Trial 2 of 3", "Trial 3 of 3"):
        assert title(page) == name
        hear_all(page)
        rate_all(page)
        go_on(page)
    page.get_by_label("Do you play?").fill("The kazoo")
    page.get_by_role("button", name="To the end").click()
    assert title(page) == "Thank you" and page.get_by_text("to me@example.org").is_visible()
    written = saved(page)
    (tmp_path / "one.json").write_text(json.dumps(written))
    key = small_key("mushra", **MUSHRA)
    result = read_result(tmp_path / "one.json", key)
    assert result.complete and len(result.answers) == 3
    assert result.about == {"Do you play?": "The kazoo"}
    for answer in result.answers:
        assert sorted(r for (r,) in answer.ratings.values()) == [0, 10, 20, 30, 40]
    shown = [(key.trials[one["trial"]], one["order"]) for one in written["answers"]]
    orders = [tuple(map(trial.sounds.get, order)) for trial, order in shown if not trial.training]
    assert len(set(orders)) > 1  # by chance one order for all comes once in 14,400 times
    assert page.errors == []
    page.context.close()


def test_all_sounds_start_together_and_switching_starts_nothing_anew(browser):
    page = open_test(browser, small_site("mushra"))
    begin(page)
    page.get_by_label("Loop", exact=True).check()
    page.keyboard.press("r")
    page.wait_for_function("started.length === 6")
    assert len({tuple(one) for one in page.evaluate("started")}) == 1
    sounds = page.locator(".row button").all()
    page.wait_for_function("gains.filter(({ gain }) => gain.value > 0.95).length === 1")
    for key, button in zip("12", sounds[1:3], strict=True):
        page.keyboard.press(key)
        page.wait_for_function("gains.filter(({ gain }) => gain.value > 0.95).length === 1")
        assert button.get_attribute("aria-pressed") == "true"
    assert page.evaluate("started.length") == 6
    page.keyboard.press("Space")  # pauses: the focus is on no button
    page.wait_for_function("!document.querySelector('[aria-pressed=true]')")
    assert page.errors == []
    page.context.close()


def test_a_loop_has_the_length_that_was_asked_for_and_never_less_than_half_a_second(browser):
    page = open_test(browser, small_site("ab"))
    begin(page)
    page.get_by_label("Loop", exact=True).check()
    page.get_by_label("Loop from").fill("0.5")
    page.get_by_label("Loop to").fill("0.6")
    assert float(page.get_by_label("Loop to").input_value()) == pytest.approx(1.0)
    page.get_by_role("button", name="Play A").click()
    page.wait_for_function("started.length === 2")
    _, offset, loops, seconds = page.evaluate("started[0]")
    assert (offset, loops) == (0, True) and seconds == pytest.approx(0.5, abs=0.001)
    page.get_by_label("Start over").check()
    page.keyboard.press("b")
    page.wait_for_function("started.length === 4")
    page.context.close()


def test_a_closed_tab_loses_no_answer(browser):
    page = open_test(browser, small_site("mushra"))
    context = page.context
    begin(page)
    hear_all(page)
    rate_all(page)
    go_on(page)
    page.locator(".rows input").nth(2).fill("77")  # in the middle of a trial, one sound heard
    page.locator(PLAYS).nth(1).click()
    code = page.evaluate("JSON.parse(Object.values(localStorage)[0]).listener")
    page.close()
    again = open_test(browser, small_site("mushra"), context=context)
    wait_for(again, "Trial 1 of 3")
    again.locator(".rows input").first.wait_for()
    assert again.locator(".rows input").nth(2).input_value() == "77"
    assert again.locator(".unrated").count() == 4
    again.get_by_text("Stop here").click()
    again.get_by_role("button", name="To the answers so far").click()
    result = saved(again)
    assert (result["listener"], result["complete"], len(result["answers"])) == (code, False, 1)
    again.get_by_role("button", name="Continue").click()
    wait_for(again, "Trial 1 of 3")
    context.close()


def test_a_lost_connection_loses_no_answer(browser, tmp_path):
    site = shutil.copytree(small_site("ab"), tmp_path / "site")
    page = open_test(browser, site)
    begin(page)
    hear_all(page)
    page.get_by_role("radio", name="A").check()
    (site / "sounds").rename(site / "away")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Try again").wait_for()
    assert "All your answers are kept" in page.get_by_role("alert").text_content()
    (site / "away").rename(site / "sounds")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("radio", name="A").wait_for()
    page.get_by_role("button", name="Back").click()
    wait_for(page, "Training")
    page.get_by_role("radio", name="A").wait_for()
    assert page.get_by_role("radio", name="A").is_checked()
    page.context.close()


def test_nobody_goes_on_without_having_heard_and_answered(browser):
    page = open_test(browser, small_site("questions"))
    begin(page)
    page.get_by_role("button", name="Next").click()
    assert "listen first" in page.get_by_role("alert").text_content()
    page.get_by_role("button", name="Play the sound").click()
    page.get_by_role("button", name="Next").click()
    assert "overall quality" in page.get_by_role("alert").text_content()
    page.get_by_role("slider", name="overall quality").press("Home")
    page.get_by_role("slider", name="fit the text").press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.unrated').length === 0")
    assert page.get_by_role("slider", name="fit the text").get_attribute("aria-valuetext") == "51"
    go_on(page)
    assert title(page) == "Trial 1 of 6"
    page.context.close()


def test_questions_and_comparisons_can_be_read_too(browser, tmp_path):
    for kind in ("ab", "questions"):
        page = open_test(browser, small_site(kind), query="?listener=3")
        begin(page)
        while page.locator(PLAYS).count():
            hear_all(page)
            for slider in page.locator("fieldset input[type=range]").all():
                slider.fill("64")
            if kind == "ab":
                page.get_by_role("radio", name="B").check()
            go_on(page)
        page.get_by_role("button", name="To the end").click()
        said = saved(page)
        (tmp_path / "one.json").write_text(json.dumps(said))
        result = read_result(tmp_path / "one.json", small_key(kind))
        assert result.complete and said["plan"] == 2
        if kind == "ab":
            assert all(answer.preferred == answer.pair[1] for answer in result.answers)
        else:
            assert {r for a in result.answers for r in a.ratings.values()} == {(64, 64)}
        page.context.close()


def test_answers_can_be_copied_and_the_next_listener_begins_anew(browser):
    page = open_test(browser, small_site("ab"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    begin(page)
    first = page.evaluate("JSON.parse(Object.values(localStorage)[0]).listener")
    page.get_by_text("Stop here").click()
    page.get_by_role("button", name="To the answers so far").click()
    page.get_by_role("button", name="Copy them instead").click()
    page.get_by_text("Copied.").or_(page.locator("details[open] textarea")).first.wait_for()
    assert json.loads(page.locator("textarea").input_value())["listener"] == first
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Another listener").click()
    wait_for(page, "Listening test")
    assert page.locator(".code").text_content() != first
    assert first in str(page.evaluate("Object.keys(localStorage)"))
    page.context.close()


def test_a_browser_that_keeps_nothing_says_so(browser):
    context = browser.new_context()
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page = open_test(browser, small_site("ab"), context=context)
    assert "do not close this tab" in page.get_by_role("status").first.text_content()
    begin(page)
    context.close()


def test_shortcuts_can_be_switched_off(browser):
    page = open_test(browser, small_site("ab"))
    begin(page)
    page.get_by_text("Keys", exact=True).click()
    page.get_by_label("Keyboard shortcuts").uncheck()
    page.keyboard.press("a")
    assert page.evaluate("started.length") == 0
    page.context.close()


@pytest.mark.parametrize(
    ("kind", "scheme", "width"),
    [
        ("mushra", "light", 1000),
        ("mushra", "dark", 390),
        ("questions", "dark", 1000),
        ("ab", "light", 390),
    ],
)
def test_it_fits_a_phone_and_axe_finds_nothing_serious(browser, kind, scheme, width):
    options = MUSHRA if kind == "mushra" else {}
    page = open_test(browser, small_site(kind, **options), scheme=scheme, width=width)
    check(page, width)
    begin(page)
    page.get_by_label("Loop", exact=True).check()
    page.locator(PLAYS).first.click()
    page.get_by_role("button", name="Next").click()
    check(page, width)
    page.get_by_text("Stop here").click()
    page.get_by_role("button", name="To the answers so far").click()
    page.get_by_text("See the file").click()
    check(page, width)
    page.context.close()


def check(page, width) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], rule["nodes"]) for rule in found if rule["impact"] in SERIOUS] == []


def test_without_a_script_the_page_says_what_it_needs(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{small_site('ab')}/index.html")
    assert page.get_by_text("needs JavaScript").is_visible()
    context.close()
