"""PDF and EPUB of the book: nothing is lost, and all links lead to the published book."""

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from tests.browsing import BROWSERS, missing

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools/build_paper.py"
PAGES = ["lessons/02-mel-spectrograms", "book/glossary"]
ADDRESS = "https://owner.github.io/REPOSITORY/"
EPUBCHECK = Path("/usr/share/java/epubcheck.jar")
XHTML = "{http://www.w3.org/1999/xhtml}"


def make(kind, html, folder, pages):
    """Run the script on some pages."""
    command = [sys.executable, SCRIPT, kind, *pages, "--html", html, "--out", folder]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def epub(book, tmp_path_factory):
    if not any(map(shutil.which, BROWSERS)):
        missing("no browser")
    folder = tmp_path_factory.mktemp("paper")
    done = make("epub", book, folder, PAGES)
    assert done.returncode == 0, done.stderr
    return folder / "epub/book.epub"


def pages_of(epub):
    with zipfile.ZipFile(epub) as file:
        assert file.infolist()[0].filename == "mimetype"
        names = [name for name in file.namelist() if name.endswith(".xhtml")]
        return set(file.namelist()), {name: ET.fromstring(file.read(name)) for name in names}


def test_an_epub_holds_text_formulas_and_pictures_and_links_to_sounds(epub):
    files, pages = pages_of(epub)
    lesson = pages["book/lessons-02-mel-spectrograms.xhtml"]
    text = "".join(lesson.itertext())
    assert "Exercise 2.1" in text and "uncertainty principle" in text
    assert lesson.find(".//{http://www.w3.org/1998/Math/MathML}math") is not None
    sounds = [one.get("href") for one in lesson.iter(f"{XHTML}a") if one.get("class") == "sound"]
    assert sounds and all(one.startswith(ADDRESS) and one.endswith(".mp3") for one in sounds)
    pictures = [one.get("src") for one in lesson.iter(f"{XHTML}img")]
    assert pictures and all(f"book/{one}" in files for one in pictures)


def test_links_of_an_epub_lead_to_its_pages_or_to_the_web(epub):
    files, pages = pages_of(epub)
    ids = {name: {one.get("id") for one in page.iter()} for name, page in pages.items()}
    for name, page in pages.items():
        for link in (one.get("href") for one in page.iter(f"{XHTML}a") if one.get("href")):
            if link.startswith(("http", "mailto:")):
                assert "127.0.0.1" not in link
                continue
            target, _, place = link.partition("#")
            target = f"book/{target}" if target else name
            assert target in files and (not place or place in ids[target]), link


def test_epubcheck_finds_nothing(epub):
    if not EPUBCHECK.exists() or not shutil.which("java"):
        pytest.skip("no epubcheck: the workflow that publishes the book has it")
    done = subprocess.run(["java", "-jar", EPUBCHECK, epub], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_pdf_has_each_page_and_the_book_with_its_contents(epub, book, tmp_path):
    done = make("pdf", book, tmp_path, PAGES[1:])
    assert done.returncode == 0, done.stderr
    alone, whole = (pypdfium2.PdfDocument(tmp_path / f"pdf/{n}.pdf") for n in ("glossary", "book"))
    assert len(whole) == len(alone) + 1
    front = whole[0].get_textpage().get_text_range()
    assert ADDRESS in front and "Glossary" in front
    assert "aliasing" in whole[1].get_textpage().get_text_range().lower()


def test_without_a_book_it_says_what_to_do(tmp_path):
    if not any(map(shutil.which, BROWSERS)):
        missing("no browser")
    done = make("pdf", tmp_path / "nothing", tmp_path, PAGES)
    assert done.returncode == 1
    assert "make book" in done.stderr
