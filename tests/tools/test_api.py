"""The reference is made from files that nobody imports: names, signatures, docstrings, links."""

import nbformat
import pytest
from bookbuild import docstrings, lessons, package
from bookbuild.api import Reference


@pytest.fixture
def root(tmp_path):
    """A package of a package with a front, a module, and a name that is imported lazily."""
    files = {
        "_config.yml": "repository:\n  url: https://example.org/course\n  branch: main\n",
        "refimpl/__init__.py": "",
        "refimpl/mel/__init__.py": '"""Frames. More."""\n'
        'from refimpl.mel.inner import frames, Config\n__all__ = ["frames", "Config"]\n',
        "refimpl/mel/inner.py": '''
from dataclasses import dataclass
@dataclass
class Config:
    """Settings.

    Attributes:
        hop: samples from one frame to the next.
    """
    hop: int = 512
    @property
    def rate(self) -> float:
        """Frames a second."""
    def _hidden(self): ...
def frames(audio, *, n_fft: int = 2048) -> list:
    """Cut `audio` into frames, as `Config` says: 2 * 3 <|START|> in a_b. Taught in lesson 2.

    Args:
        audio: (n_samples,), in [-1, 1],
            mono.
        n_fft: size.

    Returns:
        A list, see lessons 1 and 2.
    """
def masks(): "Not in front."
''',
        "refimpl/errors.py": "MAX = 3  # at most\nclass UserError(ValueError):\n    'Told.'\n",
        "refimpl/show.py": '_HOME = {"MAX": "errors"}\n__all__ = []\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def reference(root, used=None):
    return Reference(root, {1: "01-one", 2: "02-two"}, used or {})


def test_public_names_are_found_where_they_are_defined(root):
    modules = {module.name: module for module in package.read_package(root)}
    assert list(modules) == ["refimpl.errors", "refimpl.mel", "refimpl.show"]
    frames, config = modules["refimpl.mel"].entries
    assert frames.signature == "(audio, *, n_fft: int=2048) -> list"
    assert frames.path == "refimpl/mel/inner.py"
    assert config.signature == "(hop: int = 512)"
    assert [(m.name, m.kind) for m in config.members] == [("rate", "property")]
    kinds = {entry.name: entry.kind for entry in modules["refimpl.errors"].entries}
    assert kinds == {"MAX": "data", "UserError": "exception"}


def test_a_name_that_is_defined_nowhere_is_an_error(root):
    (root / "refimpl/show.py").write_text('__all__ = ["gone"]')
    with pytest.raises(LookupError, match="gone"):
        package.read_package(root)


def test_a_page_leads_to_source_lessons_and_other_entries(root):
    text = reference(root, {"refimpl.mel.frames": [1]}).pages()["api/mel.md"]
    assert "{py:obj}`Config <refimpl.mel.Config>`" in text
    assert "`audio` into frames" in text  # an argument is no other entry
    assert "Taught in lesson [2](../lessons/02-two.ipynb)" in text
    assert "lessons [1](../lessons/01-one.ipynb) and [2](../lessons/02-two.ipynb)" in text
    assert "Used in lesson [1](../lessons/01-one.ipynb)." in text
    assert "https://example.org/course/blob/main/refimpl/mel/inner.py#L" in text


def test_what_a_lesson_takes_from_inside_a_package_gets_an_entry(root):
    made = reference(root, {"refimpl.mel.inner.masks": [2], "refimpl.mel.inner.frames": [2]})
    assert "refimpl.mel.inner.masks" in made.entries
    said = made.of_lesson(2)
    assert "<refimpl.mel.inner.masks>" in said
    assert "<refimpl.mel.frames>" in said  # which has one already
    assert made.of_lesson(1) == ""


def test_plain_text_stays_plain():
    text = docstrings.to_markdown("2 * 3 <|START|> a_b $x$ [1] in packer.py, and *this*.")
    assert text == r"2 \* 3 \<\|START\|\> a_b \$x\$ \[1\] in packer\.py, and *this*.".replace(
        "a_b", r"a\_b"
    )


def test_sections_become_lists_and_examples_code():
    text = docstrings.to_markdown("One.\n\nArgs:\n    n, m: two\n        lines.\n\n>>> f(1)\n2")
    assert "```{rubric} Arguments" in text
    assert "`n`, `m`\n: two lines." in text
    assert "```pycon\n>>> f(1)\n2\n```" in text


def test_imports_of_a_notebook_are_found():
    cells = [
        "%matplotlib inline\nfrom refimpl.mel import frames as f",
        "import refimpl.metrics as metrics\nmetrics.usage([1])",
        "import numpy\nthis is no Python",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    assert lessons.imported_by(notebook) == ["refimpl.mel.frames", "refimpl.metrics.usage"]


def test_a_link_to_a_lesson_that_is_not_there_is_its_text():
    text = "[lesson 1](lesson:1), [lesson\n9](lesson:9)"
    assert lessons.resolve(text, {1: "01-a"}) == "[lesson 1](../lessons/01-a.ipynb), lesson\n9"


def test_of_two_classes_of_one_name_a_signature_says_which(root):
    (root / "refimpl/other.py").write_text(
        "from refimpl.mel.inner import Config as _\nclass Config:\n    'Other settings.'\n"
    )
    (root / "refimpl/user.py").write_text(
        "from refimpl.mel.inner import Config\n"
        "def use(config: Config | None, Config_name: str) -> list[Config]:\n    'Use it.'\n"
    )
    pages = Reference(root, {}, {}).pages()
    full = "~refimpl.mel.Config"
    assert f"use(config: {full} | None, Config_name: str) -> list[{full}]" in pages["api/user.md"]
    assert "~" not in pages["api/other.md"]


def test_lessons_of_two_digits_are_lessons():
    text = docstrings.to_markdown("Taught in lessons 5 and 12.")
    assert "[5](lesson:5) and [12](lesson:12)" in text


def test_the_reference_has_the_order_of_the_map_in_the_readme(root):
    (root / "README.md").write_text(
        f"{package.ORDER_HEADING}\n\n| lesson | read | to find |\n| 1 | `show`, `mel` | all |\n"
    )
    names = [module.name for module in package.read_package(root)]
    assert names[:2] == ["refimpl.show", "refimpl.mel"]
