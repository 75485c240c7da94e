"""Where the built book is, and which pages it has."""

from pathlib import Path

BOOK = Path(__file__).parents[2] / "_build/html"


def page_names() -> list[str]:
    """Return every page of the book that a reader can open, such as "book/results.html"."""
    names = sorted(path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.html"))
    return [name for name in names if not name.startswith("_static/")]  # the theme's own parts
