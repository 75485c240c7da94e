"""A reader's progress: a file goes into the browser's storage, shows, and is forgotten."""

import json

import pytest

from tests.book.built import BOOK
from tests.book.visits import visit

PAGE = "book/progress.html"
LESSON = "lessons/01-audio-basics.html"


def file_of(exercises, version=1):
    """A progress file as the notebooks write it."""
    text = json.dumps({"version": version, "exercises": exercises})
    return {"name": "progress.json", "mimeType": "application/json", "buffer": text.encode()}


SOLVED = file_of(
    {
        "1.1": {"points": 4, "of": 4, "when": "2026-03-01T12:00+00:00"},
        "1.2": {"points": 1, "of": 4, "when": "2026-03-01T12:00+00:00"},
    }
)


@pytest.fixture
def opened(browser, address):
    """The page of one's progress in a browser that knows nothing yet."""
    visited = visit(browser, address + PAGE, color_scheme="light")
    yield visited
    visited.page.context.close()


def choose(page, file):
    """Hand the page a file, and wait until it has said something."""
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function(
        "[...document.querySelectorAll('[data-progress-tool] [role]')].some(e => e.textContent)"
    )


def test_a_file_shows_on_the_page_and_beside_the_exercises(opened, address):
    page = opened.page
    choose(page, SOLVED)
    assert "2 exercises" in page.get_by_role("status").inner_text()
    assert "1 of" in page.locator("[data-in-all]").inner_text()
    assert page.locator('[data-exercise="1.1"] [data-earned]').inner_text() == "✓ 4 of 4"
    assert page.locator('[data-exercise="1.2"] [data-earned]').inner_text() == "1 of 4"
    assert page.locator('[data-lesson="1"] [data-sum]').inner_text().startswith("5 of ")
    before = len(opened.requests)
    page.goto(address + LESSON)
    page.locator("h3 .exercise-badge").nth(1).wait_for()
    assert page.locator("h3 .exercise-badge").all_inner_texts() == ["✓ solved", "1 of 4 points"]
    assert all(url.startswith((address, "data:", "blob:")) for url in opened.requests[before:])
    assert opened.errors == []


def test_of_two_files_the_better_result_counts(opened):
    choose(opened.page, SOLVED)
    choose(opened.page, file_of({"1.1": {"points": 0, "of": 4}, "1.2": {"points": 4, "of": 4}}))
    page = opened.page
    page.locator('[data-exercise="1.2"] [data-earned]', has_text="✓").wait_for()
    assert page.locator('[data-exercise="1.1"] [data-earned]').inner_text() == "✓ 4 of 4"


def test_it_is_forgotten_by_keyboard(opened, address):
    page = opened.page
    choose(page, SOLVED)
    page.get_by_role("button", name="Forget my progress").press("Enter")
    assert "holds no progress" in page.get_by_role("status").inner_text()
    assert page.evaluate("localStorage.getItem('refimpl-progress')") is None
    page.goto(address + LESSON)
    assert page.locator(".exercise-badge").count() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "no JSON"),
        (b"[]", 'no "exercises"'),
        (b'{"version": 2, "exercises": {}}', "version 2"),
        (b'{"version": 1, "exercises": {"<b>": {"points": 1, "of": 1}}}', "is no exercise"),
        (b'{"version": 1, "exercises": {"1.1": {"points": 5, "of": 4}}}', "exercise 1.1"),
        (b'{"version": 1, "exercises": {"1.1": 4}}', "exercise 1.1"),
        (b" " * 1_000_001, "too many"),
    ],
)
def test_a_file_that_is_no_progress_is_refused_in_words(opened, content, words):
    page = opened.page
    choose(page, SOLVED)
    choose_bad = {"name": "other.json", "mimeType": "application/json", "buffer": content}
    page.locator("input[type=file]").set_input_files(choose_bad)
    page.get_by_role("alert").filter(has_text="was not read").wait_for()
    assert words in page.get_by_role("alert").inner_text()
    assert page.locator('[data-exercise="1.1"] [data-earned]').inner_text() == "✓ 4 of 4"


def test_an_exercise_of_another_course_is_named(opened):
    choose(opened.page, file_of({"77.7": {"points": 1, "of": 1}}))
    assert "77.7" in opened.page.get_by_role("status").inner_text()
    assert opened.page.locator("[data-in-all]").inner_text().startswith("0 of ")


def test_it_works_from_the_disk_without_a_server(book, browser):
    page = browser.new_context().new_page()
    page.goto((BOOK / PAGE).as_uri())
    choose(page, SOLVED)
    assert page.locator('[data-exercise="1.1"] [data-earned]').inner_text() == "✓ 4 of 4"
    page.context.close()


def test_the_file_can_be_chosen_and_forgotten_by_keyboard_alone(opened):
    page = opened.page
    page.bring_to_front()  # of all pages that are open, this one gets the keys
    page.locator("input[type=file]").focus()
    choosers = []
    page.on("filechooser", lambda one: choosers.append(one))  # a built-in will not do
    for _ in range(100):  # a busy browser may get the first key before it knows who waits
        page.keyboard.press("Space")
        page.wait_for_timeout(500)
        if choosers:
            break
    choosers[0].set_files(SOLVED)
    page.get_by_role("status").filter(has_text="read:").wait_for()
    page.keyboard.press("Tab")
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Forget my progress"


def test_every_exercise_is_listed_and_leads_to_its_heading(opened):
    from refimpl.course.exercises import all_exercises

    listed = opened.page.locator("[data-exercise]").evaluate_all(
        "rows => rows.map(row => [row.dataset.exercise, Number(row.dataset.points)])"
    )
    numbers = {int(path.stem[:2]) for path in (BOOK / "lessons").glob("*.html")}
    wanted = [
        [e.id, e.points] for e in all_exercises().values() if int(e.id.split(".")[0]) in numbers
    ]
    assert listed == wanted
