"""Styles and icons without what no page uses; what pages, scripts or tags use stays."""

import pytest
from bookbuild.lighter_styles import make_lighter, only_used, used_words
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".used{color:red}", ".used{color:red}"),
        (".unused{color:red}", ""),
        ("p, a:hover{color:red}", "p,a:hover{color:red}"),
        (".used .unused{color:red}", ""),
        (".unused, .used p{color:red}", ".used p{color:red}"),
        ("p:not(.unused){color:red}", "p:not(.unused){color:red}"),
        ("@media print{.unused{color:red}.used{color:red}}", "@media print{.used{color:red}}"),
        ("@media print{.unused{color:red}}", ""),
        ("/* words */ #id[data-a]{color:red}", "#id[data-a]{color:red}"),
        ('@charset "utf-8";', '@charset "utf-8";'),
        ("@keyframes turn{to{opacity:0}}", "@keyframes turn{to{opacity:0}}"),
        (":root{--a:url(data:image/svg+xml,.x)}", ":root{--a:url(data:image/svg+xml,.x)}"),
    ],
)
def test_rules_stay_when_all_their_classes_are_used(css, kept):
    assert only_used(css, {"used"}).strip() == kept


def test_a_class_is_used_by_a_page_or_by_a_script(tmp_path):
    (tmp_path / "some.js").write_text("one.classList.add('from-script')")
    used = used_words(['<p class="one two">three</p>'], tmp_path.glob("*.js"))
    assert {"one", "two", "from-script"} <= used and "three" not in used


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "_static/vendor/fontawesome/6/webfonts"
    folder.mkdir(parents=True)
    icons = {0xF001: "one", 0xF002: "two", 0xF003: "three"}
    glyph = TTGlyphPen(None)
    for point in ((0, 0), (0, 9), (9, 9)):
        (glyph.moveTo if point == (0, 0) else glyph.lineTo)(point)
    glyph.closePath()
    names = [".notdef", *icons.values()]
    font = FontBuilder(100, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(icons)
    font.setupGlyf(dict.fromkeys(names, glyph.glyph()))
    font.setupHorizontalMetrics(dict.fromkeys(names, (10, 0)))
    font.setupHorizontalHeader()
    font.setupNameTable({})
    font.setupOS2()
    font.setupPost()
    font.save(folder / "fa-solid-900.ttf")
    (folder / "fa-solid-900.woff2").write_bytes(b"compressed")
    (folder.parent / "css").mkdir()
    (folder.parent / "css/all.min.css").write_text(
        "@font-face{font-family:F;src:url(../webfonts/fa-solid-900.woff2) "
        'format("woff2"),url(../webfonts/fa-solid-900.ttf) format("truetype")}'
        '.fa-one:before{content:"\\f001"}.fa-two:before{content:"\\f002"}'
    )
    (tmp_path / "_static/styles").mkdir()
    (tmp_path / "_static/styles/pydata-sphinx-theme.css").write_text('a{--icon:"\uf003"}')
    return tmp_path


def test_fonts_keep_the_icons_that_styles_still_name(book):
    make_lighter(book, ['<i class="fa-one"></i>'])
    folder = book / "_static/vendor/fontawesome/6"
    (font,) = (folder / "webfonts").iterdir()
    assert set(TTFont(font).getBestCmap()) == {0xF001, 0xF003}
    css = (folder / "css/all.min.css").read_text()
    assert 'src:url(../webfonts/fa-solid-900.woff) format("woff")' in css
    assert "woff2" not in css and "fa-two" not in css
