"""Docstrings name papers in plain text; on the pages of the reference these are links."""

import ast
import re
from pathlib import Path

import pytest
from bookbuild import docstrings
from bookbuild.citations import BIBLIOGRAPHY, MARK, SOURCE, Works

ROOT = Path(__file__).parents[2]
# What a docstring may name as its source although it is no work of the bibliography.
NO_WORKS = ["github.com/samblouir/birdie", "SoX resampler", "ISO/IEC 11172-3"]
# An author and a year, as any citation has them.
CITATION = re.compile(
    r"\bet al\b\.?[^;.]{0,60}?\b(?:19|20)\d\d|[A-Z]\w+ (?:&|and) [A-Z]\w+ (?:19|20)\d\d"
)


@pytest.fixture(scope="module")
def works():
    return Works(ROOT / BIBLIOGRAPHY)


@pytest.fixture(scope="module")
def marked(works):
    """The docstrings of the package with their marks, each with the place where it stands."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [
        (f"{path.relative_to(ROOT)}: {getattr(node, 'name', 'the module')}", works.marked(doc))
        for path in sorted((ROOT / "refimpl").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, kinds) and (doc := ast.get_docstring(node))
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("van den Oord et al. 2017, appendix A.1.", "{cite:t}`vandenoord2017`, appendix A.1."),
        ("Juang & Gray 1982 and (Zeghidour et al.\n2021, III).",
         "{cite:t}`juang1982` and ({cite:t}`zeghidour2021`, III)."),
        ('Klapuri, "Multiple F0" (ISMIR 2006), on', "{cite:t}`klapuri2006`, on"),
        ("N. H. Fletcher and T. D. Rossing, *The\nP* (1998), on", "{cite:t}`fletcher1998`, on"),
        ("(after Beauregard, Harish and Wyse, 2015).", "(after {cite:t}`beauregard2015`)."),
        ("Ho and Salimans 2022; Salimans et al. 2016", "{cite:t}`ho2022`; {cite:t}`salimans2016`"),
        ('Perraudin, Balazs, "A fast Griffin-Lim", 2013', "{cite:t}`perraudin2013`"),
        ("Source: the paper, figure 1.", "Source: the paper {cite:p}`blouir2024`, figure 1."),
    ],
)  # fmt: skip
def test_author_and_year_become_a_link(works, written, shown):
    assert docstrings.to_markdown(written, works=works) == shown.replace("A.1", r"A\.1")


@pytest.mark.parametrize(
    "text",
    [
        "Raffel et al. 1999",  # another year
        "Graves chose it. In 2017 it was new",  # another sentence
        "the paper that it is written on",  # no source
        "Klapuri; 2003",
        "Lion 2017",  # only a part of a name, "Li"
    ],
)
def test_other_text_stays(works, text):
    assert "cite" not in docstrings.to_markdown(text, works=works)


def test_without_a_bibliography_text_stays(tmp_path):
    works = Works(tmp_path / "none.bib")
    assert docstrings.to_markdown("Lloyd 1982", works=works) == "Lloyd 1982"


def test_two_works_must_not_look_alike(tmp_path):
    path = tmp_path / "two.bib"
    entry = "@misc{{{}, author = {{Lloyd, Ann}}, title = {{T}}, year = {{1982}}}}\n"
    path.write_text(entry.format("a") + entry.format("b"))
    with pytest.raises(ValueError, match="a and b"):
        Works(path)


def test_every_source_is_in_the_bibliography(marked):
    """Each part of a "Source:" names a work, or what the list of exceptions has."""
    found, missing = 0, []
    for where, doc in marked:
        for match in SOURCE.finditer(doc):
            text = re.split(r"\bTaught\s+in\b", match[0])[0]
            for part in text.split(";"):
                found += 1
                if not MARK.search(part) and not any(name in part for name in NO_WORKS):
                    missing.append(f"{where}: {' '.join(part.split())}")
    assert found > 40
    assert missing == []


def test_every_citation_is_in_the_bibliography(marked):
    missing = [f"{where}: {match[0]}" for where, doc in marked for match in CITATION.finditer(doc)]
    assert missing == []


def test_every_paper_that_a_lesson_cites_is_in_the_bibliography(works):
    for path in sorted((ROOT / "book/lessons").glob("*.md")):
        text = works.marked(path.read_text(encoding="utf-8"))
        assert [match[0] for match in CITATION.finditer(text)] == [], path.name


def test_the_bibliography_says_of_every_work_where_it_is_used(works):
    text = (ROOT / "book/bibliography.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\{cite:t\}`(\w+)`", text)) == set(works.keys.values())
