"""From a docstring, which is plain text with a few customs, to the Markdown of a page.

The customs are those of this package: sections such as `Args:`, code between backticks or behind
`>>>`, and sentences that name the lesson, such as "Taught in lesson 3."
"""

import re
from collections.abc import Callable
from textwrap import dedent

from bookbuild.citations import Works, with_roles

SECTIONS = {
    "Args": "Arguments",
    "Attributes": "Attributes",
    "Returns": "Returns",
    "Yields": "Yields",
    "Raises": "Raises",
}
SECTION = re.compile(rf"^({'|'.join(SECTIONS)}):$")
NAMED = {"Args", "Attributes", "Raises"}  # sections that say something of each of several names
ITEM = re.compile(r"^(\*{0,2}[\w., ]+?): *(.*)$", re.DOTALL)
CODE = re.compile(r"(`[^`]+`)")
EMPHASIS = re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")
TO_ESCAPE = re.compile(r"[\\*_$<>\[\]{}|~^#@]")
FILE_NAME = re.compile(r"(?<=\w)\.(?=\w)")  # or it would be taken for an address in the web
LESSONS = re.compile(r"\b([Ll]essons? )(\d(?:(?:,| and| to|\s*\([^)]*\)|\s)*\d)*)")
# Turns what stands in a code span into a link, or returns None if it is no name that has an entry.
Linker = Callable[[str], str | None]


def to_markdown(doc: str, link: Linker = lambda name: None, works: Works | None = None) -> str:
    """Return a docstring as Markdown.

    Args:
        doc: the docstring, its indentation removed.
        link: asked about each code span.
        works: what can be cited.
    """
    parts: list[tuple[str, list[str]]] = [("", [])]
    doc = works.marked(doc) if works else doc
    for line in doc.splitlines():
        if match := SECTION.match(line):
            parts.append((match[1], []))
        elif parts[-1][0] and line and not line.startswith(" "):
            parts.append(("", [line]))  # a section ends where the indentation does
        else:
            parts[-1][1].append(line)
    text = "\n\n".join(filter(None, (section(name, lines, link) for name, lines in parts)))
    return with_roles(text)


def section(name: str, lines: list[str], link: Linker) -> str:
    """Return a section as Markdown; one without a name is prose."""
    text = dedent("\n".join(lines)).strip("\n")
    if not text.strip():
        return ""
    if not name:
        return prose(text, link)
    title = f"```{{rubric}} {SECTIONS[name]}\n```"
    if name not in NAMED:
        return f"{title}\n\n{prose(text, link)}"
    found = [term(item, link) for item in items(text)]
    return f"{title}\n\n" + "\n\n".join(found)


def items(text: str) -> list[str]:
    """Split a section at the lines that are not indented: each begins what is said of a name."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and found or not line:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    return [re.sub(r"\s+", " ", item).strip() for item in found]


def term(item: str, link: Linker) -> str:
    """Return a name and what is said of it, as an entry of a list of definitions."""
    match = ITEM.match(item)
    if not match:
        return inline(item, link)
    names = ", ".join(f"`{name.strip()}`" for name in match[1].split(","))
    return f"{names}\n: {inline(match[2], link)}"


def prose(text: str, link: Linker) -> str:
    """Return paragraphs, lists and examples as Markdown."""
    blocks = re.split(r"\n[ \t]*\n", text)
    return "\n\n".join(block(one, link) for one in blocks if one.strip())


def block(text: str, link: Linker) -> str:
    """Return one paragraph, list or piece of code as Markdown."""
    lines = text.splitlines()
    if lines[0].startswith(">>>"):
        return f"```pycon\n{text}\n```"
    if all(line.startswith("    ") for line in lines):
        return f"```text\n{dedent(text)}\n```"
    marker = re.compile(r"^(\s*(?:[-*]|\d+\.) )(.*)$")
    done = []
    for line in lines:
        match = marker.match(line)
        done.append(f"{match[1]}{inline(match[2], link)}" if match else inline(line, link))
    return "\n".join(done)


def inline(text: str, link: Linker) -> str:
    """Return running text as Markdown: only what is meant to be a mark is one."""
    pieces = []
    for piece in CODE.split(text):
        if CODE.fullmatch(piece):
            pieces.append(link(piece[1:-1]) or piece)
        else:
            pieces.append(plain(piece))
    return "".join(pieces)


def plain(text: str) -> str:
    """Return text without code, with links to lessons."""
    text = EMPHASIS.sub("\0\\1\1", text)
    text = TO_ESCAPE.sub(r"\\\g<0>", text)
    text = FILE_NAME.sub(r"\\.", text)
    text = LESSONS.sub(lambda match: match[1] + number_links(match[2]), text)
    return text.replace("\0", "*").replace("\1", "*")


def number_links(numbers: str) -> str:
    """Return the numbers of lessons as links; `lessons.resolve` knows where they lead."""
    return re.sub(r"\d+", lambda match: f"[{match[0]}](lesson:{match[0]})", numbers)


def summary(doc: str) -> str:
    """Return the first sentence of a docstring, as it is written."""
    text = re.sub(r"\s+", " ", doc.strip().split("\n\n")[0])
    found = re.match(r".+?[.!?](?= [A-Z`]|$)", text)
    return (found[0] if found else text).rstrip(":")
