"""Media leave the pages for files: nothing is lost, and nothing that is not used stays."""

import base64
import io
import json
import re

import pytest
from bookbuild.media import FOLDER, SMALL, into_files, remove_unused
from PIL import Image

MP3 = b"\xff\xfb" + bytes(range(256)) * 20


def coded(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def webp(width: int = 200, height: int = 100) -> bytes:
    noise = Image.effect_noise((width, height), 90)
    with io.BytesIO() as file:
        noise.convert("RGB").save(file, "WEBP", lossless=True)
        return file.getvalue()


@pytest.fixture
def book(tmp_path):
    (tmp_path / "lessons").mkdir()
    return tmp_path


def finished(book, html: str, folder: str = "lessons") -> str:
    (book / folder).mkdir(exist_ok=True)
    return into_files(html, book / folder, book)


def addressed(book, page: str, pattern: str, folder: str = "lessons") -> bytes:
    """The bytes of the file that a page names."""
    return (book / folder / re.search(pattern, page)[1]).read_bytes()


@pytest.mark.parametrize("folder", ["lessons", "a/deeper", "."])
def test_a_sound_becomes_a_file_that_is_loaded_when_it_is_played(book, folder):
    (book / folder).mkdir(parents=True, exist_ok=True)
    source = f'src="{coded(MP3, "audio/mpeg")}"'
    html = f'<audio controls preload="metadata" aria-label="A" {source}>A</audio>'
    page = into_files(html, book / folder, book)
    assert addressed(book, page, 'src="([^"]+)"', folder) == MP3
    assert 'preload="none"' in page and 'aria-label="A"' in page and "base64" not in page


def test_a_picture_becomes_a_file_and_keeps_its_place(book):
    data = webp(200, 100)
    assert len(data) >= SMALL
    html = f'<img alt="Noise" width="400" style="height: auto" src="{coded(data, "image/webp")}">'
    page = finished(book, html)
    assert addressed(book, page, 'src="([^"]+)"') == data
    assert 'loading="lazy"' in page and 'width="400"' in page and 'height="200"' in page
    assert 'alt="Noise"' in page


def test_a_small_picture_and_other_data_stay(book):
    small = f'<img alt="" src="{coded(webp(4, 4), "image/webp")}">'
    other = f'<a href="{coded(b"text", "text/plain")}">text</a>'
    assert finished(book, small + other) == small + other
    assert not (book / FOLDER).exists()


def test_the_same_sound_is_one_file(book):
    audio = f'<audio src="{coded(MP3, "audio/mpeg")}"></audio>'
    finished(book, audio * 2)
    finished(book, audio, "solutions")
    assert len(list((book / FOLDER).iterdir())) == 1


def test_the_sounds_of_a_row_lie_in_scripts_too(book):
    (book / "own.mp3").write_bytes(MP3 + b"2")
    players = f'<audio src="{coded(MP3, "audio/mpeg")}"></audio><audio src="../own.mp3"></audio>'
    row = f'<div class="refimpl-compare"><div>{players}</div><script>let row;</script></div>'
    page = finished(book, row)
    assert "<script>" not in page  # the book brings it once for all
    for sound in (*(book / FOLDER).glob("*.mp3"), book / "own.mp3"):
        text = sound.with_name(f"{sound.name}.js").read_text()
        name, data = re.search(r'\["([^"]+)"\] = "([^"]+)"', text).groups()
        assert name == sound.name and base64.b64decode(data) == sound.read_bytes()
    alone = finished(book, f'<audio src="{coded(b"alone" * 99, "audio/mpeg")}"></audio>')
    assert addressed(book, alone, 'src="([^"]+)"') == b"alone" * 99
    assert len(list((book / FOLDER).glob("*.js"))) == 1  # a player alone needs none


def test_the_state_of_widgets_becomes_a_script(book):
    kind = "application/vnd.jupyter.widget-state+json"
    state = {"state": {"a": {"model_module": "anywidget", "state": {"text": "<\\/script>"}}}}
    html = f'<script type="{kind}">\n{json.dumps(state)}\n</script><p>text</p>'
    page = finished(book, html)
    assert page.endswith("<p>text</p>") and "anywidget" not in page and kind in page
    script = addressed(book, page, 'data-src="([^"]+)"').decode()
    assert json.loads(script.removeprefix("globalThis.refimplWidgets = ").rstrip(";")) == state


def test_the_script_for_formulas_waits(book):
    page = finished(book, '<script defer="defer" src="../_static/mathjax/startup.js?v=1"></script>')
    assert (
        page == '<script type="text/plain" data-later="../_static/mathjax/startup.js?v=1"></script>'
    )


def test_a_page_inside_a_page_becomes_a_file(book):
    frame = '<iframe class="refimpl-page" title="T" srcdoc="&lt;p a=&quot;1&quot;&gt;é"></iframe>'
    page = into_files(frame, book / "lessons", book)
    address = re.fullmatch(
        rf'<iframe class="refimpl-page" title="T" src="\.\./({FOLDER}/\w+\.html)"></iframe>',
        page,
    )[1]
    assert (book / address).read_text(encoding="utf-8") == '<p a="1">é'
    other = '<iframe srcdoc="&lt;p&gt;"></iframe>'
    assert into_files(other, book / "lessons", book) == other


def test_a_finished_page_stays_as_it_is(book):
    audio = f'<audio preload="metadata" src="{coded(MP3, "audio/mpeg")}"></audio>'
    row = f'<div class="refimpl-compare"><div>{audio}</div></div>'
    page = finished(book, row + f'<img src="{coded(webp(), "image/webp")}">')
    assert finished(book, page) == page


def test_files_that_no_page_names_are_removed(book):
    page = finished(book, f'<audio src="{coded(MP3, "audio/mpeg")}"></audio>')
    row = f'<div class="refimpl-compare"><audio src="{coded(MP3 * 2, "audio/mpeg")}"></audio></div>'
    both = [page, finished(book, row)]
    remove_unused(book, both)
    assert len(list((book / FOLDER).iterdir())) == 3
    remove_unused(book, [page])
    assert [path.read_bytes() for path in (book / FOLDER).iterdir()] == [MP3]
