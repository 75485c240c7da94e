"""The repository's own promises: versions, commands, files that name one another."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from refimpl.course.linting.shape import WIDEST_LINE

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name):
    """The versions that a lock file pins, by canonical name."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in wanted), "only NAME==VERSION"
    return {canonicalize_name(n): v for n, v in (line.split("==") for line in wanted)}


def toc_files():
    """The pages in the book's contents, without their endings."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"]]
    for chapter in (chapter for part in toc["parts"] for chapter in part["chapters"]):
        if "glob" in chapter:
            found = sorted(ROOT.glob(chapter["glob"] + ".md"))
            names += [path.relative_to(ROOT).with_suffix("").as_posix() for path in found]
        else:
            names.append(chapter["file"])
            names += [section["file"] for section in chapter.get("sections", [])]
    return names


@pytest.mark.parametrize("extra", ["", "lessons", "book", "lab", "test"])
def test_the_lock_holds_what_the_package_asks_for(extra):
    locked = pins("requirements.txt")
    asked = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    for requirement in map(Requirement, asked):
        if requirement.name != "refimpl":
            version = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} but {version} locked"


@pytest.mark.parametrize(("extra", "what"), [("bench", "transformers"), ("mutants", "cosmic-ray")])
def test_a_further_lock_adds_to_the_common_one(extra, what):
    further = pins(f"requirements-{extra}.txt")
    assert what in further
    assert not set(further) & set(pins("requirements.txt"))


FENCED = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.M | re.S)


@pytest.mark.parametrize("page", sorted((ROOT / "book").glob("*.md")), ids=lambda page: page.stem)
def test_a_page_cuts_no_line_of_code(page):
    fenced = FENCED.findall(page.read_text(encoding="utf-8"))
    # A directive that is not a code block holds prose or a picture.
    blocks = [text for _, kind, text in fenced if not kind.startswith("{") or "{code" in kind]
    lines = [line for block in blocks for line in block.splitlines()]
    assert [line for line in lines if len(line) > WIDEST_LINE] == []


def test_the_package_itself_pins_nothing():
    # A learner's environment keeps its own torch and numpy.
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert {specifier.operator for specifier in requirement.specifier} == {">="}


def test_every_page_in_the_contents_exists():
    for name in toc_files():
        assert any((ROOT / f"{name}{suffix}").exists() for suffix in (".md", ".ipynb")), name


def test_every_page_is_in_the_contents():
    # A page that is not would silently be left out of the book.
    assert {f"book/{path.stem}" for path in (ROOT / "book").glob("*.md")} <= set(toc_files())


def test_every_lesson_is_in_the_contents():
    lessons = {f"lessons/{path.stem}" for path in (ROOT / "book/lessons").glob("*.md")}
    assert lessons == {name for name in toc_files() if name.startswith("lessons/")}


def test_settings_have_no_key_twice():
    # Of two equal keys the loader silently drops one.
    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
            assert len(keys) == len(set(keys)), f"twice in {keys}"
            return super().construct_mapping(node, deep)

    for path in [ROOT / "_config.yml", ROOT / "_toc.yml", *(ROOT / ".github").rglob("*.yml")]:
        yaml.load(path.read_text(encoding="utf-8"), Strict)  # noqa: S506


def test_the_makefile_explains_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)", text, re.MULTILINE)[1].split())
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert targets == explained


def test_scripts_that_make_names_exist():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in set(re.findall(r"\btools/\w+\.py", text)):
        assert (ROOT / name).exists(), name


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["cff-version"] == "1.2.0"


def test_relative_links_of_the_documents_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "book").glob("*.md")]:
        # "lesson:3" leads to that lesson's page, and the reference is written with the book.
        for target in re.findall(
            r"\]\((?!https?:|lesson:|\.\./api/|#)([^)#]+)", path.read_text(encoding="utf-8")
        ):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script, for Linux")
def test_the_continuous_integration_script_is_sound():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111, ".ci/run is executable"
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    assert "make test" in script.read_text(encoding="utf-8")


def test_importing_the_package_is_quick_work():
    # `refimpl --help` and a check in a notebook must not wait for torch.
    code = "import sys, refimpl, refimpl.course; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_map_of_the_package_names_every_module():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("### The package, in the order of the lessons")[1].split("\n## ")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row)}
    package = ROOT / "refimpl"
    files = [path.relative_to(package) for path in package.rglob("*.*") if path.suffix != ".pyc"]
    assert named == {Path(path.parts[0]).stem for path in files} - {"__init__", "__main__"}
