"""EPUB 3: the pages' text as XHTML, formulas as MathML, pictures as files, sounds as links.

A reading program runs no script and often plays no sound. So each player becomes a link to its
sound in the published book, and an explorer the sentence that says what it shows there.
"""

import io
import re
import uuid
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from PIL import Image

KINDS = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
STYLE = (Path(__file__).parent / "epub.css").read_text(encoding="utf-8")
TAKE = (Path(__file__).parent / "epub.js").read_text(encoding="utf-8")
PAGE = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 xml:lang="en" lang="en"><head><title>{title}</title>
<link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>{body}</body></html>
"""
CONTAINER = """\
<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
PACKAGE = """\
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{identifier}</dc:identifier>
<dc:title>{title}</dc:title><dc:language>en</dc:language><dc:creator>{author}</dc:creator>
<dc:source>{address}</dc:source><meta property="dcterms:modified">{modified}</meta></metadata>
<manifest>{manifest}</manifest><spine>{spine}</spine></package>
"""


def make_epub(
    opened: Callable,
    names: list[str],
    html: Path,
    path: Path,
    *,
    title: str,
    author: str,
    address: str,
    modified: str,
) -> Path:
    """Write the pages as one EPUB.

    Args:
        opened: opens a page of the book (`bookpaper.reading.opened_book`).
        names: of the pages, in order.
        html: the built book.
        path: of the file.
        title: of the book.
        author: of the book.
        address: of the published book.
        modified: when, as `2026-01-31T12:00:00Z`.

    Returns:
        The path.
    """
    files = {f"{address}{name}.html": f"{name.replace('/', '-')}.xhtml" for name in names}
    pictures: dict[str, bytes] = {}
    pages, properties = {}, {}
    for name in names:
        here = f"{address}{name}.html"
        taken = opened(name).evaluate(TAKE)
        body = linked(taken["body"], here, files, taken["ids"])
        body = with_pictures(body, here, address, html, pictures)
        pages[files[here]] = (taken["title"], PAGE.format(title=escape(taken["title"]), body=body))
        found = [kind for kind, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in body]
        properties[files[here]] = " ".join(found)
        print(f"paper: {files[here]}", flush=True)
    pages_by_name = {file: text for file, (_, text) in pages.items()}
    lead_to_what_is_there(pages_by_name)
    lines = "".join(f'<li><a href="{file}">{escape(t)}</a></li>' for file, (t, _) in pages.items())
    nav = f'<nav epub:type="toc"><h1>{escape(title)}</h1><ol>{lines}</ol></nav>'
    inside = {"nav.xhtml": PAGE.format(title=escape(title), body=nav), "style.css": STYLE}
    inside |= pages_by_name | pictures
    inside["content.opf"] = package(inside, properties, title, author, address, modified)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        # The first one tells what the file is, and may not be compressed.
        file.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        file.writestr("META-INF/container.xml", CONTAINER)
        for name, data in inside.items():
            file.writestr(f"book/{name}", data)
    return path


def linked(body: str, here: str, files: dict[str, str], ids: list[str]) -> str:
    """Return a page whose links lead to the pages that are in the book, or else to the web."""

    def link(match: re.Match) -> str:
        address, place = urldefrag(urljoin(here, match[1].replace("&amp;", "&")))
        if address == here:
            return f'href="#{place}"' if place in ids else 'href="#top"'
        target = files.get(address, address.replace("&", "&amp;"))
        return f'href="{target}{"#" + place if place else ""}"'

    return re.sub(r'(?<=\s)href="([^"]*)"', link, body)


def lead_to_what_is_there(pages: dict[str, str]) -> None:
    """Lead links to places that a page does not have to the page itself; changes the pages."""
    ids = {name: set(re.findall(r'\sid="([^"]+)"', text)) for name, text in pages.items()}

    def link(match: re.Match) -> str:
        name, place = match.groups()
        return match[0] if name not in ids or place in ids[name] else f'href="{name}"'

    for name, text in pages.items():
        pages[name] = re.sub(r'href="([\w-]+\.xhtml)#([^"]*)"', link, text)


def with_pictures(body: str, here: str, address: str, html: Path, pictures: dict) -> str:
    """Return a page whose pictures are files of the EPUB, which are added to the others."""

    def picture(match: re.Match) -> str:
        source = urljoin(here, match[1]).split("?")[0]
        path = html / source.removeprefix(address)
        name, data = path.name, path.read_bytes()
        if path.suffix == ".webp":  # older reading programs know only older kinds
            name, data = f"{path.stem}.png", as_png(data)
        pictures[name] = data
        return f'src="{name}"'

    return re.sub(r'(?<=\s)src="([^"]*)"', picture, body)


def as_png(data: bytes) -> bytes:
    """Return a picture as PNG with few colours, on white: text readers have light pages mostly."""
    with Image.open(io.BytesIO(data)) as image, io.BytesIO() as file:
        image.convert("RGBA").quantize(128, method=Image.Quantize.FASTOCTREE).save(file, "PNG")
        return file.getvalue()


def package(
    inside: dict, properties: dict, title: str, author: str, address: str, modified: str
) -> str:
    """Return the file that lists all others, and in which order pages are read."""
    manifest = spine = ""
    for number, name in enumerate(inside):
        suffix = name.rsplit(".", 1)[1]
        kind = {"xhtml": "application/xhtml+xml", "css": "text/css"}.get(suffix) or KINDS[suffix]
        more = "nav" if name == "nav.xhtml" else properties.get(name, "")
        more = f' properties="{more}"' if more else ""
        manifest += f'<item id="i{number}" href="{name}" media-type="{kind}"{more}/>\n'
        spine += f'<itemref idref="i{number}"/>' if suffix == "xhtml" else ""
    return PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, address).urn,
        title=escape(title),
        author=escape(author),
        address=escape(address),
        modified=modified,
        manifest=manifest,
        spine=spine,
    )
