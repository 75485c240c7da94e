"""A browser that sees the built book at its published address, and the order of its pages."""

import mimetypes
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlparse

import yaml

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
# What is of no use on paper: it is looked up, or shows what a reader has done.
LEFT_OUT = ("api/", "solutions/", "book/progress", "book/index")
READY = """
async () => {
  document.dispatchEvent(new Event("refimpl-load-all"));
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const missing = () =>
    [...document.images].some((one) => !one.complete) ||
    document.querySelectorAll('script[type$="widget-view+json"]').length >
      document.querySelectorAll(".anywidget[data-shown]").length ||
    [...document.querySelectorAll(".math")].some((one) => !one.querySelector("mjx-container"));
  for (let tries = 0; tries < 1200 && missing(); tries++) await wait(50);
  if (missing()) throw new Error("a picture, an explorer or a formula does not come");
  await document.fonts.ready;
}
"""


class PaperFailed(Exception):
    """What is missing for paper, in words."""


def published_at(root: Path) -> str:
    """Return the address of the published book, which ends in a slash, as GitHub gives it."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    if address := config.get("html", {}).get("baseurl"):
        return address.rstrip("/") + "/"
    owner, name = urlparse(config["repository"]["url"]).path.strip("/").split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def page_names(html: Path, toc: Path) -> list[str]:
    """Return the pages for paper in the order of the contents, such as `lessons/01-audio-basics`.

    Args:
        html: the built book.
        toc: the contents that it was built from.
    """
    contents = yaml.safe_load(toc.read_text(encoding="utf-8"))
    found: dict[str, None] = {}

    def collect(entry: dict) -> None:
        if "glob" in entry:
            pages = sorted(html.glob(f"{entry['glob']}.html"))
            names = [page.relative_to(html).with_suffix("").as_posix() for page in pages]
        else:
            names = [entry.get("file", "")]
        found.update(dict.fromkeys(name for name in names if (html / f"{name}.html").exists()))
        for inner in entry.get("sections", []):
            collect(inner)

    for part in contents.get("parts", []):
        for chapter in part["chapters"]:
            collect(chapter)
    return [name for name in found if not name.startswith(LEFT_OUT)]


@contextmanager
def opened_book(html: Path, address: str) -> Iterator:
    """Give a function that opens a page of the book by its name, with everything on it loaded.

    Args:
        html: the built book.
        address: where it seems to be.

    Raises:
        PaperFailed: there is no browser, or no book.
    """
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise PaperFailed(f"no browser: install one of {', '.join(BROWSERS)}")
    if not (html / "index.html").exists():
        raise PaperFailed(f"{html}: no book there; run `make book` first")

    def answer(route) -> None:
        path = html / unquote(urlparse(route.request.url).path[len(urlparse(address).path) :])
        if not route.request.url.startswith(address) or not path.is_file():
            route.abort()
            return
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        route.fulfill(body=path.read_bytes(), content_type=kind)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_context(color_scheme="light").new_page()
        page.route("**/*", answer)

        def opened(name: str):
            page.goto(f"{address}{name}.html", wait_until="load", timeout=300_000)
            page.evaluate(READY)
            return page

        yield opened
        browser.close()
