"""The book as a whole: links, search, theme, the ways into a lesson."""

import json
import re
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.book.built import page_names
from tests.book.visits import visit

HOST = "http://book/"


@pytest.fixture(scope="module")
def soups(book):
    """Every page, parsed."""
    return {
        name: BeautifulSoup((book / name).read_text(encoding="utf-8"), "html.parser")
        for name in page_names()
    }


@pytest.fixture
def page(browser, address):
    """The start page on a desktop."""
    visited = visit(browser, address, color_scheme="light")
    visited.page.wait_for_url("**/book/index.html")
    yield visited.page
    visited.page.context.close()


def test_every_link_inside_the_book_leads_somewhere(book, soups):
    targets = {name: {tag["id"] for tag in soup.select("[id]")} for name, soup in soups.items()}
    broken = []
    for name, soup in soups.items():
        for tag in soup.select("a[href], link[href], img[src], audio[src], script[src]"):
            url, anchor = urldefrag(urljoin(HOST + name, tag.get("href") or tag.get("src")))
            if not url.startswith(HOST):
                continue
            path = unquote(urlparse(url).path).lstrip("/") or "index.html"
            if not (book / path).is_file():
                broken.append(f"{name}: {path} is not there")
            elif anchor and path in targets and unquote(anchor) not in targets[path]:
                broken.append(f"{name}: {path} has no #{anchor}")
    assert broken == []


def test_search_finds_a_term_and_the_result_opens(page, address):
    page.goto(f"{address}search.html?q=Nyquist")
    first = page.locator("#search-results li a", has_text="Audio basics").first
    first.wait_for()
    first.click()
    page.get_by_role("heading", level=1, name=re.compile("Audio basics")).wait_for()


def test_the_theme_switch_changes_the_theme(page):
    switch = page.locator("button.theme-switch-button:visible").first
    themes = set()
    for _ in range(3):
        switch.press("Enter")  # by keyboard; a click does the same
        themes.add(page.evaluate("document.documentElement.dataset.theme"))
    assert themes == {"light", "dark"}


def test_the_contents_open_on_a_phone(browser, address):
    size = {"width": 390, "height": 844}
    visited = visit(browser, f"{address}book/how-to-use.html", viewport=size)
    contents = visited.page.locator(".bd-sidebar-primary")
    assert not contents.is_visible() or contents.bounding_box()["x"] < 0
    visited.page.locator("button.primary-toggle:visible").click()
    link = contents.get_by_role("link", name=re.compile("Audio basics")).first
    link.click()
    visited.page.get_by_role("heading", level=1, name=re.compile("Audio basics")).wait_for()
    visited.page.context.close()


def test_a_lesson_opens_in_colab_and_is_edited_at_its_source(book, soups, pytestconfig):
    root = pytestconfig.rootpath
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]
    owner_and_name = config["url"].removeprefix("https://github.com/")
    blob = f"{owner_and_name}/blob/{config['branch']}"
    lessons = sorted((book / "lessons").glob("*.html"))
    assert lessons
    for path in lessons:
        soup = soups[f"lessons/{path.name}"]
        links = {tag["href"] for tag in soup.select("a[href]")}
        notebook = f"lessons/{path.stem}.ipynb"
        assert f"https://colab.research.google.com/github/{blob}/{notebook}" in links
        assert (root / notebook).exists()
        edits = [link for link in links if "/edit/" in link]
        assert edits == [f"{config['url']}/edit/{config['branch']}/book/lessons/{path.stem}.md"]


def test_the_download_button_gives_the_open_notebook(book):
    for path in (book / "_sources/lessons").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)
        assert "BEGIN SOLUTION" not in path.read_text(encoding="utf-8")
