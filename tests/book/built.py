"""Where the built book is, and which pages it has."""

from pathlib import Path

BOOK = Path(__file__).parents[2] / "_build/html"
PARTS = ("_static/", "_media/")  # the theme's own, and what a page shows in a frame
REFERENCE = "api/"
EVERY = 6


def page_names() -> list[str]:
    """Return every page of the book that a reader can open, such as "book/results.html"."""
    names = sorted(path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.html"))
    return [name for name in names if not name.startswith(PARTS)]


def quickly_visited(names: list[str]) -> set[str]:
    """Return the pages that `make test` visits; `make soak` visits all.

    Two thirds of the book are pages of the reference, which one template makes of docstrings. Of
    them it visits every sixth, and the longest.
    """
    reference = [name for name in names if name.startswith(REFERENCE)]
    longest = sorted(reference, key=lambda name: -(BOOK / name).stat().st_size)[:1]
    return set(names) - set(reference) | set(reference[::EVERY]) | set(longest)
