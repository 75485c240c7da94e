"""Pictures that follow their sounds: by a row, by a player, and by the setting of a knob."""

ROW, KNOBS = "lessons/02-mel-spectrograms.html", "lessons/03-k-means-vector-quantization.html"


def click_at(part, share):
    box = part.bounding_box()
    part.click(position={"x": share * box["width"], "y": box["height"] / 2})


def test_a_click_plays_a_row_from_there_and_the_line_follows(opened):
    page = opened(ROW)
    part = page.locator(".hearable").first
    click_at(part, 0.5)
    sound = "document.querySelector('.refimpl-compare').refimplSound"
    page.wait_for_function(f"{sound}.plays()")
    assert page.evaluate(f"{sound}.position()") > 3  # of eight seconds
    place = "parseFloat(document.querySelector('.hearable .playhead').style.left)"
    page.wait_for_function(f"{place} > 50")
    page.get_by_role("button", name="Pause").first.click()
    assert part.locator(".playhead").is_visible()  # it stays where it was


def test_pictures_of_a_knob_follow_the_player_of_their_setting(opened):
    page = opened(KNOBS)
    parts = page.locator(".refimpl-knobs section .hearable")
    assert parts.count() >= 5
    shown = page.locator(".refimpl-knobs section[data-current] .hearable")
    click_at(shown.first, 0.25)
    playing = """() => [...document.querySelectorAll(".refimpl-knobs audio")]
      .filter((one) => !one.paused && one.currentTime > 1)
      .map((one) => one.closest("section").hasAttribute("data-current"))"""
    # One look for both: a second one may come when the sound is over.
    page.wait_for_function(f"({playing})().join() === 'true'")


def test_a_picture_without_a_sound_of_its_length_is_left_alone(opened):
    page = opened(ROW)
    alone = page.locator("img[data-time]").evaluate_all(
        "all => all.filter((one) => !one.closest('.follows')).map((one) => one.alt)"
    )
    assert any("tones" in alt for alt in alone)
