"""`refimpl new-lesson`: what it writes passes every check as it stands."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from refimpl.cli import main
from refimpl.course.exercises import lesson_numbers
from refimpl.course.scaffolding import write_new_lesson
from refimpl.course.scaffolding.contents import with_lesson
from refimpl.errors import UserError

ROOT = Path(__file__).parents[2]
CONTENTS = """\
root: book/index
parts:
  - caption: Lessons  # in their order
    chapters:
      - file: lessons/01-first
      - file: lessons/03-third
  - caption: Reference
    chapters:
      - file: book/results
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A project that holds two empty lessons and no package."""
    root = tmp_path / "a project"
    (root / "book/lessons").mkdir(parents=True)
    for name in ("01-first.md", "03-third.md"):
        (root / "book/lessons" / name).touch()
    (root / "_toc.yml").write_text(CONTENTS)
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of what a lesson needs of the project."""
    root = tmp_path_factory.mktemp("copy") / "a copy"
    for name in ("refimpl", "book/lessons", "tests/exercises"):
        ignored = shutil.ignore_patterns("__pycache__", "lesson_*" if "tests" in name else "")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("_toc.yml", "_config.yml", "conftest.py", "pyproject.toml"):
        shutil.copyfile(ROOT / name, root / name)
    return root


def run(root, *words):
    """Run Python in the copy, with the copy's package."""
    environment = os.environ | {"PYTHONPATH": str(root), "REFIMPL_QUIET": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_lesson_passes_all_checks_as_it_stands(copied):
    number = max(lesson_numbers()) + 1
    written = run(copied, "-m", "refimpl", "new-lesson", "Vocoders: sound, again").splitlines()
    stem = f"{number:02}-vocoders-sound-again"
    assert written[0] == f"book/lessons/{stem}.md"
    assert all((copied / name).exists() for name in written)

    told = run(copied, "-m", "refimpl.course.notebooks", f"{number:02}")
    assert f"lessons/{stem}.ipynb, solutions/{stem}.ipynb" in told
    assert run(copied, "-m", "refimpl", "lint-lesson", str(number)) == ""
    pytest_words = ("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist")
    proofs = run(copied, *pytest_words, "tests/exercises", "-k", f"{number}.1")
    assert "passed" in proofs and "failed" not in proofs
    # 7 wrong answers and 2 right ones, and what is asked of every exercise
    assert int(proofs.split(" passed")[0].split()[-1]) >= 15
    style = run(copied, "-m", "ruff", "check", "--no-cache", *filter_python(written))
    assert "All checks passed" in style


def filter_python(names):
    return [name for name in names if name.endswith(".py")]


def test_the_title_stands_in_the_lesson_and_gives_the_name(small):
    written = write_new_lesson(small, "  Überall  Klänge! ")
    assert (written.number, written.stem) == (4, "04-uberall-klange")
    text = (small / "book/lessons/04-uberall-klange.md").read_text(encoding="utf-8")
    assert "# 4. Überall Klänge!\n" in text
    assert 'check("4.1", frame_levels)' in text and "progress(4)" in text
    assert "0.1:" not in text


def test_a_lesson_gets_its_place_in_the_contents_and_nothing_else_changes():
    for stem, place in (("04-x", 6), ("02-x", 5), ("00-x", 4)):
        lines = with_lesson(CONTENTS, stem).splitlines()
        assert lines.pop(place) == f"      - file: lessons/{stem}"
        assert lines == CONTENTS.splitlines()
    chapters = yaml.safe_load(with_lesson(CONTENTS, "02-x"))["parts"][0]["chapters"]
    assert [chapter["file"][8:] for chapter in chapters] == ["01-first", "02-x", "03-third"]
    with pytest.raises(UserError, match="add one by hand"):
        with_lesson("root: book/index\n", "02-x")


def files(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Again", "--number", "3"], "there is a lesson 3 already; taken are 1, 3"),
        (["Again", "--number", "0"], "from 1"),
        (["Again", "--number", "100"], "from 1"),
        (["!?"], "no letters a-z or digits"),
        ([""], "no letters a-z or digits"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(small, capsys, words, said):
    before = files(small)
    assert main(["new-lesson", *words]) == 2
    assert said in capsys.readouterr().err
    assert files(small) == before


def test_nothing_is_written_over(small, capsys):
    record = small / "refimpl/course/exercises/lesson_04/mine.py"
    answers = small / "tests/exercises/lesson_05/frame_levels.py"
    for path in (record, answers):
        path.parent.mkdir(parents=True)
        path.write_text("mine")
    for number in (4, 5):
        with pytest.raises(UserError, match=f"there is a lesson {number} already"):
            write_new_lesson(small, "Again", number)
    assert write_new_lesson(small, "Again").number == 6
    assert record.read_text() == answers.read_text() == "mine"


def test_it_says_what_to_do_next(small, capsys):
    assert main(["new-lesson", "Next"]) == 0
    told = capsys.readouterr()
    assert "book/lessons/04-next.md" in told.out and "_toc.yml" in told.out
    assert "refimpl lint-lesson 4" in told.err
