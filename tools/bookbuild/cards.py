"""Links from a lesson to the glossary and the bibliography, with what stands there on a card.

The first use of a term in a lesson leads to the glossary, from the lesson on that introduces it. A
work that is named by its first author and year leads to the bibliography. `book/static/cards.js`
shows the cards.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from docutils import nodes
from pybtex.database import parse_file
from sphinx.application import Sphinx

from bookbuild.citations import BIBLIOGRAPHY, Works

GLOSSARY = "book/glossary"
LESSON = re.compile(r"\s*\bLessons?\s+(\d+)[^.]*\.\s*$")
# Words that mostly mean something else in a sentence: no card of theirs would be of use.
EVERYDAY = {"chance", "code", "fill", "position"}
LONGEST = 320  # letters on a card
# A link, a heading or code holds no further link; below it nothing is looked at.
CLOSED = (nodes.reference, nodes.title, nodes.literal, nodes.literal_block, nodes.raw, nodes.math)


@dataclass
class Card:
    """Where a link leads, and what its card says."""

    address: str
    text: str

    def link(self, shown: str) -> nodes.raw:
        """Return the link as HTML."""
        html = (
            f'<a class="card-link" href="{escape(self.address)}" '
            f'data-card="{escape(self.text)}">{escape(shown)}</a>'
        )
        return nodes.raw("", html, format="html")


def link_first_uses(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the terms and the works in a lesson's text, each where it comes first."""
    if not docname.startswith("lessons/"):
        return
    number = int(docname.removeprefix("lessons/")[:2])
    cards = terms(app, docname, number) | works(app, docname)
    if not cards:
        return
    names = "|".join(re.escape(name) for name in sorted(cards, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)
    for text in list(doctree.findall(nodes.Text)):
        if is_prose(text) and (parts := linked(text.astext(), pattern, cards)):
            text.parent.replace(text, parts)


def linked(text: str, pattern: re.Pattern, cards: dict[str, Card]) -> list[nodes.Node]:
    """Return a text's parts with links in them, or nothing; what was linked loses its card."""
    parts, done = [], 0
    for match in pattern.finditer(text):
        if card := cards.get(match[0].lower()):
            for name in [name for name, other in cards.items() if other is card]:
                del cards[name]
            parts += [nodes.Text(text[done : match.start()]), card.link(match[0])]
            done = match.end()
    return [*parts, nodes.Text(text[done:])] if parts else []


def is_prose(text: nodes.Text) -> bool:
    """Tell whether a text stands in a paragraph, and in nothing that holds no links."""
    node, in_paragraph = text.parent, False
    while node is not None:
        if isinstance(node, CLOSED) or node.get("nb_element"):
            return False
        in_paragraph = in_paragraph or isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


def terms(app: Sphinx, docname: str, number: int) -> dict[str, Card]:
    """Return the cards of the terms that a lesson may use, by name and by plural."""
    if GLOSSARY not in app.env.all_docs:
        return {}
    page = app.builder.get_relative_uri(docname, GLOSSARY)
    found = {}
    for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item):
        term, definition = item[0], item[-1]
        said = " ".join(definition.astext().split())
        lesson = LESSON.search(said)
        if lesson is None or int(lesson[1]) > number:
            continue
        card = Card(f"{page}#{term['ids'][0]}", cut(LESSON.sub("", said)))
        name = term.astext().lower()
        if name in EVERYDAY:
            continue
        found[name] = found[f"{name}s"] = card
    return found


def works(app: Sphinx, docname: str) -> dict[str, Card]:
    """Return the cards of all works, by "Surname 2020" and the other ways to name them."""
    path = Path(app.srcdir) / BIBLIOGRAPHY
    if not path.exists() or "cite" not in app.env.domains:
        return {}
    entries = parse_file(path).entries
    places = {one.key: one for one in app.env.get_domain("cite").citations}
    found = {}
    for (name, year), key in Works(path).keys.items():
        if key not in places:
            continue
        place = places[key]
        page = app.builder.get_relative_uri(docname, place.bibliography_key.docname)
        card = Card(f"{page}#{place.citation_id}", described(entries[key], name, year))
        authors = [person.last_names[-1] for person in entries[key].persons["author"]]
        named = name if len(authors) == 1 else f"{name} et al."
        if len(authors) == 2:
            named = f"{name} and {authors[1]}"
        found |= {f"{named} {year}".lower(): card, f"{named} ({year})".lower(): card}
    return found


def described(entry, name: str, year: str) -> str:
    """Return a work in one line."""
    others = " and others" if len(entry.persons["author"]) > 1 else ""
    title = entry.fields["title"].replace("{", "").replace("}", "")
    return cut(f"{name}{others}: {title}. {year}.")


def cut(text: str) -> str:
    """Return a text that fits a card."""
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
