"""Self-check questions in a browser: marks once opened, explanations, and a count."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.book.visits import SERIOUS
from tests.book.widget_page import STATIC, open_page, page_with

QUESTIONS = """
<p><strong>Question 1.</strong> What is a sample?</p>
<details class="choice wrong"><summary>A song</summary><p>Not so: one number.</p></details>
<details class="choice right"><summary>A number</summary><p>Right: one number.</p></details>
<p><strong>Question 2.</strong> What is a frame?</p>
<details class="choice right"><summary>A row</summary><p>Right: of bands.</p></details>
<details class="choice wrong"><summary>A tune</summary><p>Not so: a moment.</p></details>
<h2>Where it goes from here</h2>
"""


def checks_page(browser, theme="light", width=1000):
    style = f"<style>{(STATIC / 'checks.css').read_text(encoding='utf-8')}</style>"
    script = f"<script>{(STATIC / 'checks.js').read_text(encoding='utf-8')}</script>"
    html = page_with(QUESTIONS, theme=theme, scripts=style)
    return open_page(browser, html.replace("</body>", f"{script}</body>"), width=width)


@pytest.fixture
def page(browser):
    page = checks_page(browser)
    yield page
    assert page.errors == []
    page.context.close()


def mark(choice) -> str:
    content = "['::before', '::after'].map((part) => getComputedStyle(one, part).content)"
    return "".join(choice.locator("summary").evaluate(f"one => {content}"))


def test_nothing_tells_right_from_wrong_before_a_choice_is_opened(page):
    looks = {mark(choice) for choice in page.locator("details").all()}
    assert looks == {'"○"none'}
    borders = "choices => choices.map((one) => getComputedStyle(one).borderColor)"
    assert len(set(page.locator("details").evaluate_all(borders))) == 1


def test_an_opened_choice_explains_itself_by_symbol_and_word_and_keeps_its_mark(page):
    wrong, right, *_ = page.locator("details").all()
    wrong.locator("summary").press("Enter")
    assert wrong.get_by_text("Not so: one number.").is_visible()
    assert mark(wrong) == '"✗""not this one"'
    right.locator("summary").click()
    assert right.get_by_text("Right: one number.").is_visible()
    assert mark(right) == '"✓""right"'
    wrong.locator("summary").press("Enter")
    assert not wrong.get_by_text("Not so: one number.").is_visible()
    assert mark(wrong) == '"✗""not this one"'


def test_the_page_counts_first_tries_and_starts_again(page):
    score = page.get_by_role("status")
    assert score.text_content().startswith("0 of 2 questions")
    for number in (0, 1, 2):  # the first question wrong, then right; the second right
        page.locator("summary").nth(number).press("Enter")
    page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('2')")
    assert "2 of 2 questions answered, 1 of them right" in score.text_content()
    page.get_by_role("button", name="Start again").press("Enter")
    page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('0')")
    assert page.locator("details[open], details.opened").count() == 0
    assert page.locator("summary").first.evaluate("one => one === document.activeElement")


def test_choices_are_grouped_under_their_question(page):
    names = page.get_by_role("group").filter(has=page.locator("details.choice"))
    assert names.count() == 2
    assert page.get_by_role("group", name="Question 2. What is a frame?").count() == 1


@pytest.mark.parametrize(("theme", "width"), [("light", 1000), ("dark", 390)])
def test_axe_finds_nothing_serious_in_open_choices(browser, theme, width):
    page = checks_page(browser, theme, width)
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_role("button").wait_for()
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], rule["nodes"]) for rule in found if rule["impact"] in SERIOUS] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
