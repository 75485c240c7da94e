"""The reference, the glossary and the bibliography: what they hold, and where they lead."""

import importlib
import re
from functools import cache

import pytest
from bs4 import BeautifulSoup


@cache  # the longest pages take seconds, and many tests read the same
def parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def entries(book):
    """The page of each entry in the reference, by the entry's full name."""
    return {
        tag["id"]: path
        for path in sorted((book / "api").glob("*.html"))
        for tag in parsed(path).select("dt.sig[id]")
    }


def lessons(book):
    return sorted((book / "lessons").glob("*.html"))


def public_names(name):
    module = importlib.import_module(name)
    return getattr(module, "__all__", [])


@pytest.mark.parametrize("module", ["audio", "mel", "metrics", "objectives", "training", "display"])
def test_every_public_name_has_an_entry_or_leads_to_one(book, entries, module):
    page = parsed(book / f"api/{module}.html")
    linked = {tag.get_text() for tag in page.select("a.reference.internal code")}
    public = public_names(f"refimpl.{module}")
    assert public
    missing = [n for n in public if f"refimpl.{module}.{n}" not in entries and n not in linked]
    assert missing == []


def test_an_entry_shows_signature_arguments_and_source(book):
    page = parsed(book / "api/mel.html")
    entry = page.find(id="refimpl.mel.mel_spectrogram").find_parent("dl")
    assert "config" in entry.select_one("dt").get_text()
    assert {"Arguments", "Returns"} <= {tag.get_text() for tag in entry.select("p.rubric")}
    sources = [a["href"] for a in entry.select("a[href*='/blob/']")]
    assert re.search(r"/blob/\w+/refimpl/mel/analysis\.py#L\d+$", sources[0])


def test_lessons_and_entries_lead_to_one_another(book, entries):
    assert lessons(book)
    for path in lessons(book):
        links = [a["href"] for a in parsed(path).select("article a[href^='../api/']")]
        names = [link.partition("#")[2] for link in links if "#refimpl." in link]
        assert len(names) >= 3, path.name
        for name in names:
            entry = parsed(entries[name]).find(id=name).find_parent("dl")
            back = {a["href"].partition("#")[0] for a in entry.select("a[href]")}
            assert f"../lessons/{path.name}" in back, f"{name} does not lead to {path.name}"


def test_a_docstring_that_names_its_lesson_leads_there(book, entries):
    entry = parsed(book / "api/audio.html").find(id="refimpl.audio.resample").find_parent("dl")
    taught = entry.find(string=re.compile("Taught in lesson")).find_next("a")
    assert taught["href"].startswith("../lessons/01-")


def test_pages_of_the_reference_are_edited_at_their_source(book):
    for name, path in {"codecs": "codecs/__init__.py", "tokenizer": "tokenizer.py"}.items():
        links = [a["href"] for a in parsed(book / f"api/{name}.html").select("a[href*='/edit/']")]
        assert links
        assert all(link.endswith(f"/refimpl/{path}") for link in links)


def test_modules_stand_in_the_order_of_the_lessons(book):
    page = parsed(book / "api/index.html")
    names = [a.get_text() for a in page.select("article table td:first-child a")]
    order = ["audio", "mel", "codecs", "tokenizer", "transformer", "objectives", "cli"]
    assert [name for name in names if name in order] == order


def test_the_command_line_is_documented(book):
    text = parsed(book / "api/cli.html").get_text()
    assert "refimpl generate" in text
    assert "--temperature" in text


TERMS = """sample;sample rate;alias;decibel;bit rate;STFT;hop;mel;codebook;centroid;distortion;
perplexity;straight-through;commitment loss;token;special token;attention;causal mask;prefix LM;
KV cache;nats;bigram;training objective;infilling;sentinel;packing;curriculum;reward;temperature;
nucleus"""


def test_the_glossary_holds_the_terms_each_with_its_lesson(book):
    page = parsed(book / "book/glossary.html")
    found = {tag.get_text().rstrip("#¶ "): tag for tag in page.select("dl.glossary dt")}
    assert {term.strip() for term in TERMS.replace("\n", "").split(";")} <= set(found)
    numbers = {int(path.stem[:2]) for path in lessons(book)}
    for term, tag in found.items():
        meaning = tag.find_next("dd")
        number = int(re.search(r"Lesson\s(\d+)\.$", meaning.get_text().strip())[1])
        links = [a["href"] for a in meaning.select("a[href^='../lessons/']")]
        assert bool(links) == (number in numbers), term
        assert all(link.startswith(f"../lessons/{number:02}-") for link in links), term


def test_every_source_has_its_place_in_the_course(book):
    page = parsed(book / "book/bibliography.html")
    full = {tag["id"] for tag in page.select("div.citation[id]")}
    assert len(full) > 40
    cited = {a["href"].removeprefix("#") for a in page.select("article ul a[href^='#']")}
    assert full <= cited


def test_sources_of_the_reference_lead_to_the_bibliography(book):
    works = {tag["id"] for tag in parsed(book / "book/bibliography.html").select("div.citation")}
    found = {}
    for path in sorted((book / "api").glob("*.html")):
        for tag in parsed(path).select("article a[href*='bibliography.html#']"):
            page, _, work = tag["href"].partition("#")
            assert page == "../book/bibliography.html"
            assert work in works
            found[path.stem] = found.get(path.stem, 0) + 1
    assert sum(found.values()) > 40
    assert {"objectives", "transformer", "codecs"} <= set(found)
