"""Sounds, pictures and explorers leave the pages for files, so that a page shows before they come.

A notebook's outputs hold their media as base64: right for one file that one opens anywhere, and
megabytes that a page's reader would wait for before the first word. In the finished pages each gets
a file of its own, named after its contents, and is loaded when somebody wants it: a picture as it
comes near, a sound as it is played, the state of the explorers as the first of them comes near.

A page opened from a disk may read no file but by an element made for it. What scripts read (the
sounds of A/B rows, and the explorers' state) therefore lies in a script as well.
"""

import base64
import hashlib
import html
import io
import re
from pathlib import Path

from PIL import Image

FOLDER = "_media"  # in the book
SUFFIXES = {"audio/mpeg": "mp3", "image/webp": "webp", "image/png": "png"}
EMBEDDED = re.compile(
    rf"<(?P<tag>img|audio)\b(?P<before>[^>]*?)\bsrc=\"data:(?P<kind>{'|'.join(SUFFIXES)});base64,"
    r"(?P<data>[A-Za-z0-9+/=]+)\"(?P<after>[^>]*)>"
)
SMALL = 2000  # bytes: a smaller picture costs less in its page than as a file
# The plain players of an A/B row, which is what stands in its first element, and their files.
COMPARED = re.compile(r'<div class="refimpl-compare\b.*?</div>', re.DOTALL)
SOUND_FILE = re.compile(r'(?<= src=")[^":]+\.mp3(?=")')
# Each row and each set of knobs brings its script with it; a page loads one for all of them.
OWN_SCRIPT = re.compile(
    r'(<div class="refimpl-(?:compare|knobs)\b(?:(?!<script>).)*)<script>.*?</script>', re.DOTALL
)
STATE = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-state\+json">(.*?)</script>', re.DOTALL
)
# A page inside a page, such as a listening test, with all of its sounds.
PAGE = re.compile(r'(<iframe class="refimpl-page"[^>]*?) srcdoc="([^"]*)"')
PRELOAD = re.compile(r' preload="metadata"')
# 700 kB with its fonts, for formulas that are rarely on the first screen.
MATHJAX = re.compile(r'<script [^>]*\bsrc="([^"]*mathjax/startup\.js[^"]*)"[^>]*></script>')


def into_files(page: str, folder: Path, book: Path) -> str:
    """Return a finished page whose media lie in files, and write these.

    Args:
        page: HTML.
        folder: that the page is in.
        book: the book's folder.
    """
    up = "../" * len(folder.relative_to(book).parts)

    def moved(match: re.Match) -> str:
        data = base64.b64decode(match["data"])
        if match["tag"] == "img" and len(data) < SMALL:
            return match[0]
        address = up + kept(book, data, SUFFIXES[match["kind"]])
        more = size_of(data, match[0]) if match["tag"] == "img" else ""
        return f'<{match["tag"]}{match["before"]}src="{address}"{more}{match["after"]}>'

    def state_moved(match: re.Match) -> str:
        script = f"globalThis.refimplWidgets = {match[1].strip()};"
        address = up + kept(book, script.encode(), "js")
        return match[0].replace(match[1], "").replace("<script", f'<script data-src="{address}"')

    def page_moved(match: re.Match) -> str:
        return f'{match[1]} src="{up}{kept(book, html.unescape(match[2]).encode(), "html")}"'

    page = PAGE.sub(page_moved, page)
    page = MATHJAX.sub(r'<script type="text/plain" data-later="\1"></script>', page)
    page = PRELOAD.sub(' preload="none"', OWN_SCRIPT.sub(r"\1", page))
    page = STATE.sub(state_moved, EMBEDDED.sub(moved, page))
    for row in COMPARED.findall(page):
        for address in SOUND_FILE.findall(row):
            write_script(folder / address)
    return page


def kept(book: Path, data: bytes, suffix: str) -> str:
    """Keep data in a file named after it, and return its address in the book."""
    name = f"{FOLDER}/{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
    path = book / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return name


def size_of(data: bytes, tag: str) -> str:
    """Return what keeps a picture's place in its page until it comes, and lets it come late."""
    width, height = Image.open(io.BytesIO(data)).size
    if shown := re.search(r'\bwidth="(\d+)"', tag):
        # The style of the tag keeps the ratio; the browser only needs to know it.
        return f' loading="lazy" height="{round(int(shown[1]) * height / width)}"'
    return ' loading="lazy"'


def write_script(sound: Path) -> None:
    """Write a sound's bytes into a script beside it, for pages that are read from a disk."""
    script = sound.with_name(f"{sound.name}.js")
    if sound.exists() and not script.exists():
        text = base64.b64encode(sound.read_bytes()).decode()
        script.write_text(f'(globalThis.refimplSounds ??= {{}})["{sound.name}"] = "{text}";\n')


def remove_unused(book: Path, pages: list[str]) -> None:
    """Remove the files of media that no page names any more."""
    wanted = {name for page in pages for name in re.findall(rf"{FOLDER}/([\w.]+)", page)}
    for path in (book / FOLDER).glob("*"):
        if path.name not in wanted and path.name.removesuffix(".js") not in wanted:
            path.unlink()
