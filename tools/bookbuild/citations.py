"""From "Raffel et al. 2020", as a docstring says it, to a link to the work in the bibliography.

The rule: the first author's surname and, in the same sentence, the next year. Between them may
stand other authors, the title and where it appeared; the bibliography says all that again. A
docstring that gives its source may also name a work of `NAMED`.
"""

import re
from pathlib import Path

from pybtex.database import parse_file

BIBLIOGRAPHY = Path("book/references.bib")
# What has one name throughout the course, in paragraphs that begin with "Source:".
NAMED = {
    "the report": "steinle2025",
    "the paper": "blouir2024",
    "ITU-R BS.1770-5": "itu1770",
    "ITU-R BS.1534-3": "itu1534",
}
SOURCE = re.compile(r"^[ \t]*Sources?:.*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)
YEAR = r"\b(?:18|19|20)\d\d\b"
SENTENCE_ENDS = r"(?<!\bal)(?<!\b[A-Z])\.\s"  # but not after "et al." and initials
# Stands for a link while the text around it becomes Markdown; no docstring has these characters.
MARK = re.compile("\ue000([tp])(\\w+)\ue001")


class Works:
    """What the bibliography holds, to be found in docstrings.

    Args:
        path: the bibliography; without the file there are no works.
    """

    def __init__(self, path: Path):
        self.keys: dict[tuple[str, str], str] = {}  # by first author and year
        for key, work in parse_file(path).entries.items() if path.exists() else ():
            author = work.persons["author"][0]
            name = " ".join(author.prelast_names + author.last_names)
            other = self.keys.setdefault((name, work.fields["year"]), key)
            if other != key:
                raise ValueError(f"{path}: {other} and {key} have the same first author and year")
        names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name, _ in self.keys)
        # No other work's author, but a name in a title, such as that of Griffin-Lim, or one that
        # comes second here and first elsewhere: "Ho and Salimans 2022".
        other = rf"(?<![\w-])(?<!\band )(?<!& )(?:{names})\b(?!-)"
        between = rf"(?:(?!{other}|{YEAR}|{SENTENCE_ENDS})[^;`\ue000])+?"
        self.pattern = re.compile(
            rf"(?:\b[A-Z]\.\s*)*(?<![\w-])(?P<name>{names})\b(?P<between>{between})(?P<year>{YEAR})"
            r"(?P<bracket>\)?)"
        )

    def marked(self, doc: str) -> str:
        """Return a docstring in which marks stand for works."""
        if not self.keys:
            return doc
        return SOURCE.sub(self._named, self.pattern.sub(self._cited, doc))

    def _cited(self, match: re.Match) -> str:
        key = self.keys.get((re.sub(r"\s+", " ", match["name"]), match["year"]))
        if key is None:
            return match[0]
        opened = match["between"].count("(") - match["between"].count(")")
        return f"\ue000t{key}\ue001{'' if opened else match['bracket']}"

    def _named(self, match: re.Match) -> str:
        text = match[0]
        for name, key in NAMED.items():
            text = re.sub(rf"\b{re.escape(name)}\b", f"{name} \ue000p{key}\ue001", text, count=1)
        return text


def with_roles(text: str) -> str:
    """Return Markdown in which links to the bibliography stand for the marks."""
    return MARK.sub(r"{cite:\1}`\2`", text)
