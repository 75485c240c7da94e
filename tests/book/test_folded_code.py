"""Folded code: a line in its stead, one switch for all of a page, remembered from page to page."""

import pytest

from tests.book.visits import visit

FIRST, SECOND = "lessons/05-transformer.html", "lessons/01-audio-basics.html"


@pytest.fixture
def page(browser, address):
    visited = visit(browser, address + FIRST, color_scheme="light")
    yield visited.page
    assert visited.errors == []
    visited.page.context.close()


def open_ones(page):
    return page.locator("details.hide[open]").count()


def test_imports_are_folded_and_answers_are_not(page):
    imports = page.locator("details.hide", has_text="import numpy as np").first
    assert not imports.locator("pre").is_visible()
    assert imports.locator("summary").inner_text() == "Show code"
    imports.locator("summary").press("Enter")
    assert imports.locator("pre").is_visible()
    answers = page.locator(".cell_input:not(details *)", has_text="raise NotImplementedError")
    assert answers.count() == 6
    assert answers.first.is_visible()


def test_one_switch_opens_all_and_is_remembered(page, address):
    folded = page.locator("details.hide").count()
    assert folded > 5
    assert open_ones(page) == 0
    page.get_by_role("button", name="Show all code").press("Enter")
    assert open_ones(page) == folded
    page.goto(address + SECOND)
    assert open_ones(page) == page.locator("details.hide").count() > 5
    page.get_by_role("button", name="Fold the code").click()
    assert open_ones(page) == 0
    page.reload()
    assert open_ones(page) == 0


def test_without_a_script_each_cell_opens_by_itself(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + FIRST)
    page.locator("details.hide > summary").first.click()
    assert page.locator("details.hide pre").first.is_visible()
    assert page.get_by_role("button", name="Show all code").count() == 0
    context.close()
