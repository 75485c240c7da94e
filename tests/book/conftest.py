"""The built book, served to a browser: `make test-book` builds it first.

Without a built book or without a browser these tests are skipped, with the reason. In continuous
integration, where REFIMPL_REQUIRE_BROWSER is set, that is a failure instead.
"""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.book.built import BOOK, page_names, quickly_visited
from tests.book.visits import visit
from tests.browsing import browser, missing  # noqa: F401  (a fixture)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `name` once for every page, and all tests of a page together."""
    if "name" in metafunc.fixturenames:
        # index.html leads to the start page at once.
        names = [name for name in page_names() if name != "index.html"]
        chosen = quickly_visited(names)
        pages = [
            name if name in chosen else pytest.param(name, marks=pytest.mark.soak) for name in names
        ]
        metafunc.parametrize("name", pages or ["no page"], scope="module")


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


@pytest.fixture
def opened(browser, address):  # noqa: F811
    """Opens a page of the book; it may not have written an error at the end."""
    visits = []

    def open_one(name, **options):
        visits.append(visit(browser, address + name, **{"color_scheme": "light"} | options))
        return visits[-1].page

    yield open_one
    for one in visits:
        assert one.errors == []
        one.page.context.close()
