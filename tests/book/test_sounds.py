"""The sounds of a page: one at a time, whatever plays them, and a length for every clip."""

PAGE = "lessons/03-k-means-vector-quantization.html"
SHORT = "lessons/05-transformer.html"
SOUNDING = "players => players.filter((one) => !one.paused).length"


def play(player):
    player.evaluate("async (one) => { one.muted = true; one.loop = true; await one.play(); }")


def test_a_player_stops_the_others(opened):
    page = opened("book/results.html")
    players = page.locator("audio")
    for number in (0, 3, 1):
        play(players.nth(number))
        page.wait_for_function(
            "n => [...document.querySelectorAll('audio')].every((a, i) => a.paused === (i !== n))",
            arg=number,
        )


def test_a_player_and_a_row_of_stages_stop_each_other(opened):
    page = opened(PAGE)
    row = page.locator(".refimpl-compare").first
    single = page.locator(".refimpl-knobs audio").last
    play(single)
    row.get_by_role("button", name="Play").click()
    row.get_by_role("button", name="Pause").wait_for()
    assert page.locator("audio").evaluate_all(SOUNDING) == 0
    play(single)
    row.get_by_role("button", name="Play").wait_for()
    assert page.locator("audio").evaluate_all(SOUNDING) == 1


def test_an_explorer_and_a_row_of_stages_stop_each_other(opened):
    page = opened(PAGE)
    row = page.locator(".refimpl-compare").first
    explorer = page.locator(".refimpl-explorer").first
    row.get_by_role("button", name="Play").click()
    row.get_by_role("button", name="Pause").wait_for()
    explorer.get_by_role("button").first.click()
    row.get_by_role("button", name="Play").wait_for()
    explorer.get_by_role("button", name="Stop").wait_for()
    row.get_by_role("button", name="Play").click()
    row.get_by_role("button", name="Pause").wait_for()
    assert explorer.get_by_role("button", name="Stop").count() == 0


def test_a_clip_shorter_than_the_clock_says_its_length_and_plays(opened):
    page = opened(SHORT)
    button = page.get_by_role("button", name="Play 93 milliseconds")
    assert button.inner_text() == "▶ 0.09 s"
    page.evaluate("document.addEventListener('ended', () => { window.over = true; }, true)")
    button.press("Enter")
    page.wait_for_function("window.over === true")
