"""Faults in a text: those that proselint knows, and wordings that read as translated."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proselint.checks import __register__ as EVERY_CHECK

WORDS = Path(__file__).with_name("words.toml")
# Of proselint's checks those that fit any subject; left out are matters of style, such as quotes.
KINDS = {
    "archaism",
    "cliches",
    "hedging",
    "lexical_illusions",
    "malapropisms",
    "mixed_metaphors",
    "mondegreens",
    "needless_variants",
    "nonwords",
    "oxymorons",
    "redundancy",
}
CHECKS = [check for check in EVERY_CHECK if check.path.split(".")[0] in KINDS]
LETTER = re.compile("[A-Za-z]{2}")


@dataclass(frozen=True)
class Rule:
    """A wording that reads as translated.

    Attributes:
        name: in a word or two.
        find: matches it.
        say: what English says instead.
        bad, good: examples that it finds, and that it has to leave alone.
    """

    name: str
    find: re.Pattern
    say: str
    bad: list[str]
    good: list[str]


def read_rules() -> list[Rule]:
    """Return the rules of words.toml."""
    rules = tomllib.loads(WORDS.read_text(encoding="utf-8"))["rule"]
    return [Rule(**rule | {"find": re.compile(rule["find"], re.MULTILINE)}) for rule in rules]


RULES = read_rules()


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Find what is wrong in a text.

    Args:
        text: prose, its passages between line breaks.

    Yields:
        The place in the text, and what is wrong there.
    """
    for rule in RULES:
        for found in rule.find.finditer(text):
            yield found.start(), f"“{found[0].strip()}”: say {rule.say}"
    for check in CHECKS:
        # proselint wants a character on either side of a word.
        for found in check.check_with_flags(f"\n{text}\n"):
            start, end = (max(0, place - 1) for place in found.span)
            if LETTER.search(text[start:end]):  # figures may well be repeated
                yield start, found.message
