"""The prose in Markdown: paragraphs, headings, items, cells of tables, and words between tags."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from prose import python
from prose.passages import CODE, Passage, paragraphs

PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(front_matter_plugin)
    .use(dollarmath_plugin)
    .use(colon_fence_plugin)
)
BLOCKS = {"fence", "colon_fence"}
WITH_PROSE = re.compile(r"\{(note|tip|warning|div|list-table|admonition|dropdown)\}")
CODE_CELL = "{code-cell}"
OPTION = re.compile(r"^:[\w-]+:.*$", re.MULTILINE)
NO_WORDS = re.compile(r"<(script|style|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"</?(\w+)[^>]*>")
INLINE_TAGS = {"b", "code", "em", "i", "strong", "sub", "sup"}  # words go on through these


def prose(text: str, first_line: int = 1) -> Iterator[Passage]:
    """Find the passages of a Markdown text.

    Args:
        text: Markdown, with MyST's additions.
        first_line: number of its first line in the file.
    """
    for token in PARSER.parse(text):
        if token.type == "inline":
            yield inline(token, first_line + token.map[0])
        elif token.type == "html_block":
            yield from between_tags(token.content, first_line + token.map[0])
        elif token.type in BLOCKS:
            inside = first_line + token.map[0] + 1
            if token.info.startswith(CODE_CELL):
                yield from python.prose(OPTION.sub("", token.content), inside)
            elif WITH_PROSE.match(token.info):
                yield from prose(OPTION.sub("", token.content), inside)


def inline(token: Token, line: int) -> Passage:
    """Return what a paragraph, a heading or a cell says, without its marks."""
    passage = Passage()
    passage.begin_line(line)
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
            passage.begin_line(line)
        elif child.type in ("code_inline", "math_inline", "image"):
            passage.text += CODE
            line += child.content.count("\n")
        elif child.type == "text":
            passage.text += child.content
    return passage


def between_tags(html: str, first_line: int) -> list[Passage]:
    """Return the words of a block of HTML; each tag but a few begins a passage of its own."""
    html = NO_WORDS.sub(lambda found: "\n" * found[0].count("\n"), html)
    parts, line, found = TAG.split(html), first_line, []
    held = ""
    # TAG has one group: text and names of tags take turns.
    for text, tag in zip(parts[::2], [*parts[1::2], ""], strict=True):
        held += text
        if tag not in INLINE_TAGS:
            found += paragraphs(held, line)
            line += held.count("\n")
            held = ""
    return found
