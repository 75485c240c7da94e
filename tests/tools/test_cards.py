"""Links with cards in a lesson's text: the first use of each name, whole words only."""

import re

import pytest
from bookbuild.cards import LONGEST, Card, cut, linked


@pytest.fixture
def cards():
    """A term with its plural, and a term that begins like it."""
    token, tokenizer = Card("glossary.html#token", "A <number>."), Card("glossary.html#t", "It.")
    return {"token": token, "tokens": token, "tokenizer": tokenizer}


def shown(text, cards):
    """The text with links, as HTML."""
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(cards, key=len, reverse=True))})\b", re.I)
    return "".join(part.astext() for part in linked(text, pattern, cards))


def test_a_name_is_linked_once_in_the_form_that_it_has(cards):
    first = shown("Tokens, a token, a tokenizer.", cards)
    assert first.count("<a ") == 2
    assert 'data-card="A &lt;number&gt;.">Tokens</a>, a token, a ' in first
    assert ">tokenizer</a>." in first
    assert cards == {}


def test_a_text_without_names_stays_as_it_is(cards):
    assert linked("Nothing here.", re.compile("token"), cards) == []


def test_a_long_text_is_cut_between_words():
    assert cut("short") == "short"
    long = cut("word " * 200)
    assert len(long) <= LONGEST + 2
    assert long.endswith("word …")
