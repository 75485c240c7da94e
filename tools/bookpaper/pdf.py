"""PDF: each page as the browser prints it, and the book as one file behind a page of contents."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import pypdfium2

TITLE = "h1"
FRONT = """\
<!doctype html><html lang="en"><head><title>{title}</title><style>
@page {{ size: A4; margin: 25mm 20mm; }}
body {{ font: 11pt/1.5 sans-serif; }}
h1 {{ font-size: 26pt; }}
li {{ display: flex; justify-content: space-between; gap: 2em; }}
ol {{ list-style: none; padding: 0; }}
</style></head><body><h1>{title}</h1>
<p>With all sounds, and explorers that answer: <a href="{address}">{address}</a></p>
<ol>{lines}</ol></body></html>
"""


def make_pdfs(
    opened: Callable, names: list[str], folder: Path, title: str, address: str
) -> list[Path]:
    """Write each page as `NAME.pdf`, and all of them as `book.pdf`.

    Args:
        opened: opens a page of the book (`bookpaper.reading.opened_book`).
        names: of the pages, in order.
        folder: for the files.
        title: of the book.
        address: of the published book.

    Returns:
        The files, the book first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, titles = [], []
    page = None
    for name in names:
        page = opened(name)
        titles.append(
            page.locator(TITLE).first.evaluate("one => one.firstChild.textContent.trim()")
        )
        path = folder / f"{Path(name).name}.pdf"
        path.write_bytes(printed(page))
        written.append(path)
        print(f"paper: {path.name}", flush=True)
    whole = folder / "book.pdf"
    documents = [pypdfium2.PdfDocument(path) for path in written]
    lengths = [len(document) for document in documents]
    with pypdfium2.PdfDocument.new() as book:
        # Nobody knows how many pages the contents take before they are printed.
        n_front = 1
        for _ in range(2):
            starts = [1 + n_front + sum(lengths[:i]) for i in range(len(lengths))]
            front = contents(page, title, address, titles, starts)
            n_front = len(front)
        for document in (front, *documents):
            book.import_pages(document)
        book.save(whole)
    return [whole, *written]


def printed(page) -> bytes:
    """Return a page that is open and at rest as PDF."""
    return page.pdf(format="A4", prefer_css_page_size=True, tagged=True, print_background=True)


def contents(page, title: str, address: str, titles: list[str], starts: list[int]):
    """Return the front of the book as a document: its title, and where each page begins."""
    lines = "".join(
        f"<li><span>{escape(one)}</span><span>{start}</span></li>"
        for one, start in zip(titles, starts, strict=True)
    )
    filled = FRONT.format(title=escape(title), address=escape(address), lines=lines)
    page.set_content(filled)
    return pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, tagged=True))
