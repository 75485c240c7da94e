"""A browser for tests of pages, or the reason why there is none.

Without a browser these tests are skipped. In continuous integration, where REFIMPL_REQUIRE_BROWSER
is set, that is a failure instead.
"""

import os
import shutil
from collections.abc import Callable

import pytest

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


def missing(what: str) -> None:
    """Skip, or fail where nothing may be missing."""
    if os.environ.get("REFIMPL_REQUIRE_BROWSER"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests of a file.

    As long as it is there, an event loop runs, and nothing else in the process can start one.
    """
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
