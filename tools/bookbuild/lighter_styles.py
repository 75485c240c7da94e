"""The theme's styles and its icons, without what no page of the book uses.

A page shows nothing before its styles are there. Those of the theme come from a framework for any
site: half a megabyte, of which this book uses a tenth. Its icons are three fonts of 2,000 pictures,
of which the book shows twenty. Both are cut down when the pages are finished and can be asked.

A class counts as used when its name stands in a page's `class`, or anywhere in a script.
"""

import io
import re
from collections.abc import Iterable
from pathlib import Path

import tinycss2
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# Of the theme, in the book's folder of static files.
STYLES = (
    "styles/bootstrap.css",
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
    "vendor/fontawesome/*/css/all.min.css",
    "sphinx-design.min.css",
)
FONTS = "vendor/fontawesome/*/webfonts"
CLASSES = re.compile(r'\bclass="([^"]*)"')
WORD = re.compile(r"[A-Za-z_][\w-]*")
INNER = {"media", "supports", "layer", "container"}  # rules with rules inside
# Icons in the private area of Unicode, as a style names them and as a letter.
ICON = re.compile(r"\\([ef][0-9a-f]{3})\b|([\ue000-\uf8ff])")
FACE = re.compile(r"url\(([^)]*/)([\w-]+)\.woff2\) format\(\"woff2\"\),url\([^)]*\)[^,;}]*")


def make_lighter(book: Path, pages: Iterable[str]) -> None:
    """Cut down the styles and the fonts of a finished book.

    Args:
        book: its folder.
        pages: the HTML of all pages.
    """
    static = book / "_static"
    used = used_words(pages, static.rglob("*.js"))
    texts = {}
    for path in [path for name in STYLES for path in static.glob(name)]:
        texts[path] = only_used(path.read_text(encoding="utf-8"), used)
    icons = {int(a, 16) if a else ord(b) for text in texts.values() for a, b in ICON.findall(text)}
    for folder in static.glob(FONTS):
        for font in folder.glob("*.ttf"):
            font.with_suffix(".woff").write_bytes(subset(font, icons))
        for font in [*folder.glob("*.ttf"), *folder.glob("*.woff2")]:
            font.unlink()
    for path, text in texts.items():
        path.write_text(FACE.sub(r'url(\1\2.woff) format("woff")', text), encoding="utf-8")


def used_words(pages: Iterable[str], scripts: Iterable[Path]) -> set[str]:
    """Return the names of classes that pages bear, and every word of the scripts."""
    words = {name for page in pages for found in CLASSES.findall(page) for name in found.split()}
    for script in scripts:
        words.update(WORD.findall(script.read_text(encoding="utf-8", errors="replace")))
    return words


def only_used(css: str, used: set[str]) -> str:
    """Return a style sheet without rules for classes that are not used, and without comments."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "\n".join(filter(None, (_rule(rule, used) for rule in rules))) + "\n"


def _rule(rule, used: set[str]) -> str:
    if rule.type == "qualified-rule":
        kept = [one for one in _selectors(rule.prelude) if _classes(one) <= used]
        if not kept:
            return ""
        selectors = ",".join(tinycss2.serialize(one).strip() for one in kept)
        return f"{selectors}{{{tinycss2.serialize(rule.content).strip()}}}"
    if rule.type == "at-rule" and rule.lower_at_keyword in INNER and rule.content is not None:
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        inside = "\n".join(filter(None, (_rule(one, used) for one in inner)))
        prelude = tinycss2.serialize(rule.prelude).strip()
        return f"@{rule.at_keyword} {prelude}{{{inside}}}" if inside else ""
    return rule.serialize()


def _selectors(prelude: list) -> list[list]:
    """Split the tokens before a rule's braces at its commas."""
    found: list[list] = [[]]
    for token in prelude:
        if token == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def _classes(selector: list) -> set[str]:
    """Return the classes that a selector asks for, but for those in :not() and the like."""
    return {
        name.value
        for dot, name in zip(selector, selector[1:], strict=False)
        if dot == "." and name.type == "ident"
    }


def subset(path: Path, icons: set[int]) -> bytes:
    """Return a font with these characters alone, as WOFF."""
    options = Options()
    options.notdef_outline = True
    options.layout_features = []
    with TTFont(path) as font, io.BytesIO() as file:
        cut = Subsetter(options)
        cut.populate(unicodes=icons)
        cut.subset(font)
        font.flavor = "woff"
        font.save(file)
        return file.getvalue()
