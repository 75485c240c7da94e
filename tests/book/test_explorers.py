"""The explorers and A/B rows on a page without a kernel: by mouse, by keyboard, and to axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.book.visits import SERIOUS, SLOW_SOUND
from tests.book.widget_page import drawn_explorers, open_page, page_with

# Writes down what is started to sound: where in its sound, and for how long.
LISTEN = f"""
<script>{SLOW_SOUND}</script>
<script>
  window.started = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...details) {{
    started.push(details);
    return start.apply(this, details);
  }};
</script>
"""


@pytest.fixture(scope="module")
def explorers():
    return drawn_explorers()


@pytest.fixture
def opened(browser, explorers):
    """Open a page with one of the explorers, and look for errors at the end."""
    pages = []

    def open_one(name: str, **options):
        pages.append(open_page(browser, page_with(explorers[name], scripts=LISTEN), **options))
        return pages[-1]

    yield open_one
    for page in pages:
        assert page.errors == []
        page.context.close()


def wait_until_started(page, count: int) -> list:
    page.wait_for_function(f"started.length >= {count}")
    return page.evaluate("started")


def test_the_token_explorer_tells_a_code_and_plays_its_codeword(opened, explorers):
    page, explorer = opened("tokens"), explorers["tokens"]
    strip = page.get_by_role("slider")
    box = strip.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 20)
    middle = len(explorer.codes) // 2
    assert f"code {explorer.codes[middle]}" in page.locator(".readout").text_content()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 20)
    ((_, begin, lasts),) = wait_until_started(page, 1)
    place = explorer.names.index(explorer.codes[middle])
    assert begin == pytest.approx(place * explorer.every)
    assert lasts == pytest.approx(explorer.lasts)


def test_the_token_explorer_answers_to_keys(opened, explorers):
    page, explorer = opened("tokens"), explorers["tokens"]
    strip = page.get_by_role("slider")
    strip.press("End")
    strip.press("ArrowLeft")
    n_tokens = len(explorer.codes)
    assert strip.get_attribute("aria-valuenow") == str(n_tokens - 1)
    said = strip.get_attribute("aria-valuetext")
    assert f"token {n_tokens - 1} of {n_tokens}, code {explorer.codes[-2]}" in said
    strip.press("Enter")
    (_, begin, _), *_ = wait_until_started(page, 1)
    assert begin == pytest.approx(explorer.names.index(explorer.codes[-2]) * explorer.every)


def test_the_token_explorer_plays_the_tune_and_follows_it(opened):
    page = opened("tokens")
    page.get_by_role("button").press("Enter")
    page.wait_for_function("document.querySelector('[role=slider]').ariaValueNow > 5")
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_role("button", name="Play from here").wait_for()


def test_the_map_chooses_the_codeword_under_the_mouse(opened, explorers):
    page, explorer = opened("map"), explorers["map"]
    page.locator("circle").nth(3).click()
    assert f"Code {explorer.codes[3]}" in page.locator(".readout").text_content()
    ((_, begin, _),) = wait_until_started(page, 1)
    assert begin == pytest.approx(3 * explorer.every)


def test_every_codeword_of_the_map_is_reached_by_keys_in_each_direction(opened, explorers):
    page, places = opened("map"), explorers["map"].places
    area = page.get_by_role("application")
    code_of = "() => Number(document.querySelector('.readout strong').textContent.slice(5))"
    for key, axis in (("ArrowRight", 0), ("ArrowUp", 1)):
        for _ in places:
            before = page.evaluate(code_of)
            area.press(key)
            after = page.evaluate(code_of)
            if after != before:
                i, j = (explorers["map"].codes.index(code) for code in (before, after))
                assert places[j][axis] > places[i][axis]
        assert places[explorers["map"].codes.index(after)][axis] == 1  # as far as it goes
    area.press("Enter")
    wait_until_started(page, 1)


def test_the_mask_explorer_tells_what_a_position_sees(opened, explorers):
    page, rows = opened("mask"), explorers["mask"].rows
    names = [row["name"] for row in rows]
    page.get_by_role("combobox").select_option("infilling")
    row = rows[names.index("infilling")]
    n_positions = len(row["reads"])
    assert page.locator("tbody tr").count() == n_positions
    assert page.locator("td.pair.seen").count() == sum(sees.count("1") for sees in row["sees"])
    page.locator("tbody tr").nth(2).hover()
    said = page.locator(".readout").text_content()
    assert said.startswith(f"Position 2 reads {row['reads'][2]}, sees {row['sees'][2].count('1')}")
    assert said.endswith("has no label.")
    page.locator("tbody button").nth(2).press("End")
    said = page.locator(".readout").text_content()
    assert f"(0 to {n_positions - 1})" in said
    assert said.endswith(f"has to say {row['says'][-1]}.")
    page.keyboard.press("ArrowUp")
    assert f"Position {n_positions - 2}" in page.locator(".readout").text_content()


def test_the_sampling_explorer_keeps_the_position_when_the_temperature_changes(opened, explorers):
    page, explorer = opened("sampling"), explorers["sampling"]
    page.get_by_role("slider").fill("11")
    page.get_by_role("radio").first.press("ArrowRight")
    assert page.get_by_role("radio").nth(1).is_checked()
    said = page.locator(".readout").text_content()
    assert "Token 11 of" in said
    assert "temperature 1" in said
    assert f"code {explorer.runs[1]['ids'][10]} was drawn" in said
    page.get_by_role("slider").press("ArrowRight")
    assert "Token 12 of" in page.locator(".readout").text_content()
    shares = page.locator(".bars .number").all_text_contents()
    assert 90 < sum(float(share.strip("< %")) for share in shares) < 110
    page.get_by_role("button").press("Enter")
    (_, begin, _), *_ = wait_until_started(page, 1)
    assert begin == pytest.approx(11 / explorer.tokens_per_second)


def test_the_book_explorer_switches_books_on_while_it_plays(opened, explorers):
    page, explorer = opened("books"), explorers["books"]
    slider = page.get_by_role("slider")
    assert "1 of 3 books" in slider.get_attribute("aria-valuetext")
    page.get_by_role("button").press("Enter")
    ((_, begin, lasts),) = wait_until_started(page, 1)
    assert (begin, lasts) == (0, pytest.approx(explorer.lasts))
    page.get_by_role("button", name="Stop").wait_for()
    slider.press("ArrowRight")
    _, (_, begin, lasts) = wait_until_started(page, 2)
    position = begin - explorer.every
    assert 0 <= position <= explorer.lasts
    assert position + lasts == pytest.approx(explorer.lasts)
    said = page.locator(".readout").text_content()
    assert "2 of 3 books" in said
    assert f"{explorer.rates[1]:.0f} bits per second" in said
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Play").wait_for()
    slider.press("Home")
    assert page.evaluate("started.length") == 2  # what is silent stays silent


def test_the_stages_explorer_moves_through_the_stages_while_it_plays(opened, explorers):
    page, explorer = opened("stages"), explorers["stages"]
    slider = page.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "fainter by 0 %"
    page.get_by_role("button").press("Enter")
    ((_, begin, lasts),) = wait_until_started(page, 1)
    assert (begin, lasts) == (0, pytest.approx(explorer.lasts))
    page.get_by_role("button", name="Stop").wait_for()
    slider.press("ArrowRight")
    _, (_, begin, lasts) = wait_until_started(page, 2)
    position = begin - explorer.every
    assert 0 <= position <= explorer.lasts
    assert position + lasts == pytest.approx(explorer.lasts)
    assert "fainter by 50 %" in page.locator(".readout").text_content()
    page.get_by_role("radio").nth(1).check()
    *_, (_, begin, _) = wait_until_started(page, 3)
    assert 0 <= begin - 4 * explorer.every <= explorer.lasts  # the other way's second stage
    assert "softer by 50 %" in page.locator(".readout").text_content()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Play").wait_for()
    slider.press("End")
    assert page.evaluate("started.length") == 3  # what is silent stays silent


def test_the_similarity_explorer_plays_the_two_bars_of_a_cell(opened, explorers):
    page, explorer = opened("bars"), explorers["bars"]
    square, lines = page.get_by_role("application"), explorer.bars[0]
    box = square.bounding_box()
    place = box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"]  # row 3, column 2
    page.mouse.move(*place)
    assert "Bars 2 and 3: 0 % alike" in page.locator(".readout").text_content()
    page.mouse.click(*place)
    first, second = wait_until_started(page, 2)
    assert first[1:] == [pytest.approx(lines[1]), pytest.approx(lines[2] - lines[1])]
    assert second[1:] == [pytest.approx(lines[2]), pytest.approx(lines[3] - lines[2])]


def test_the_similarity_explorer_answers_to_keys_and_changes_the_tune(opened, explorers):
    page, explorer = opened("bars"), explorers["bars"]
    square = page.get_by_role("application")
    square.press("ArrowDown")
    assert "Bars 1 and 2: 100 % alike" in page.locator(".readout").text_content()
    square.press("ArrowLeft")  # there is nothing further to the left
    assert "Bars 1 and 2" in page.locator(".readout").text_content()
    page.get_by_label("ABC").check()
    square.press("ArrowDown")
    assert "Bars 1 and 2: 0 % alike" in page.locator(".readout").text_content()
    square.press("Enter")
    ((_, begin, lasts),) = wait_until_started(page, 1)
    lines = explorer.bars[1]
    assert (begin, lasts) == (pytest.approx(lines[0]), pytest.approx(lines[1] - lines[0]))


def test_the_similarity_explorer_plays_a_whole_tune_until_it_is_stopped(opened, explorers):
    page, lines = opened("bars"), explorers["bars"].bars[0]
    page.get_by_role("button", name="Whole tune").click()
    ((_, begin, lasts),) = wait_until_started(page, 1)
    assert (begin, lasts) == (0, pytest.approx(lines[-1]))
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Whole tune").wait_for()


def test_the_words_explorer_plays_the_tune_of_the_words_that_are_chosen(opened, explorers):
    page, places = opened("words"), explorers["words"].places
    assert page.locator(".readout").text_content() == "calm, with bass"
    page.get_by_label("with drums").check()
    page.get_by_label("sad").check()
    assert page.locator(".readout").text_content() == "sad, with drums"
    played = [started[1:] for started in wait_until_started(page, 2)]
    assert played == [pytest.approx(places[1]), pytest.approx(places[3])]
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Play").wait_for()


@pytest.mark.parametrize(("theme", "width"), [("light", 1000), ("dark", 390)])
def test_they_fit_a_phone_and_axe_finds_nothing_serious(browser, explorers, theme, width):
    page = open_page(browser, page_with(*explorers.values(), theme=theme), width=width)
    for name in ("infilling", "copying"):
        page.get_by_role("combobox").select_option(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], rule["nodes"]) for rule in found if rule["impact"] in SERIOUS] == []
    assert page.errors == []
    page.context.close()
