"""The built book, served to a browser: `make test-book` builds it first.

Without a built book or without a browser these tests are skipped, with the reason. In continuous
integration, where REFIMPL_REQUIRE_BROWSER is set, that is a failure instead.
"""

import os
import shutil
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from built import BOOK, page_names

from tests.patience import PATIENCE

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `name` once for every page, and all tests of a page together."""
    if "name" in metafunc.fixturenames:
        # index.html leads to the start page at once.
        names = [name for name in page_names() if name != "index.html"]
        metafunc.parametrize("name", names or ["no page"], scope="module")


def missing(what: str) -> None:
    """Skip, or fail where nothing may be missing."""
    if os.environ.get("REFIMPL_REQUIRE_BROWSER"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the built book."""
    if not (BOOK / "index.html").exists():
        missing("the book is not built: run `make book` first")
    return BOOK


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line for each on the screen."""

    def log_message(self, *args) -> None:
        pass


@pytest.fixture(scope="session")
def address(book):
    """Where the book is served, ending in a slash."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=book)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests of a worker."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        missing(f"no browser: install one of {', '.join(BROWSERS)}")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        patience = 1000 * PATIENCE  # milliseconds
        browser = started.chromium.launch(executable_path=program, args=FLAGS, timeout=patience)
        for name in ("new_context", "new_page"):
            setattr(browser, name, patient(getattr(browser, name), patience))
        yield browser
        browser.close()


def patient(make: Callable, milliseconds: float) -> Callable:
    """Return a maker of pages or contexts that wait longer than 30 s for what must come."""

    def made(**options):
        page_or_context = make(**options)
        page_or_context.set_default_timeout(milliseconds)
        return page_or_context

    return made
