"""Every command in the pages for instructors does what the page says.

Where a page needs what only a reader has (an export of their system), the test makes it.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.cli.parser import build_parser, parse
from tests.grading.guide_class import hand_in, write_exports
from tests.guide_pages import GUIDE, PAGES, ROOT, Command, Diff, pieces, steps

# Commands that other tests run, or that only install something: here their names are looked up.
ELSEWHERE = {
    "make": "tests of notebooks and of the book, and `make` itself",
    "git clone": "nothing to clone from",
    ".venv/bin/python -m pip": "installs",
    "export": "a variable of the reader's shell",
    "mkdir": "the reader's folder",
    "cp": "the reader's folder",
    "cd": "the reader's folder",
    "nbgrader": "tests/course/test_nbgrader.py",
    "refimpl grade-export nbgrader": "tests/grading/test_nbgrader_export.py",
}
MENTIONED = re.compile(r"`(refimpl [a-z][^`]*)`")


def is_elsewhere(command):
    return any(command.text.startswith(start) for start in ELSEWHERE)


class Reader:
    """Somebody who types what the guide says, in a copy of the course."""

    def __init__(self, folder):
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        commands = folder.parent / "bin"
        commands.mkdir()
        for name, words in (("refimpl", "-P -m refimpl"), ("python", "-P")):
            path = commands / name
            path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {words} "$@"\n')
            path.chmod(0o755)
        me = {
            f"GIT_{who}_{what}": "guide@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        self.environment = (
            os.environ
            | me
            | {
                "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(folder),
                "LC_ALL": "C.UTF-8",
            }
        )
        self.shell("git init --quiet && git add --all && git commit --quiet --message start")

    def shell(self, text):
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout

    def do(self, step):
        """Do what a page says, and compare what is printed."""
        if isinstance(step, Diff):
            path = self.folder.parent / "change.diff"
            path.write_text(step.text, encoding="utf-8")
            said = self.shell(f"git apply --unidiff-zero {shlex.quote(str(path))}")
            assert not said, said
        elif listed := re.fullmatch(r"cat (\S+)\n", step.text):
            (self.folder / listed[1]).write_text(step.output, encoding="utf-8")
        else:
            said = self.shell(step.text.replace(".venv/bin/python", "python"))
            self.compare(step, said)

    def compare(self, step, said):
        plain, place = " ".join(said.split()), 0
        for piece in pieces(step.output):
            found = plain.find(piece, place)
            assert found >= 0, f"$ {step.text}\nprinted:\n{said}\nand not:\n{piece}"
            place = found + len(piece)


@pytest.mark.usefixtures("sandbox")
def test_the_guide_is_followed_word_by_word(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    reader = Reader(folder)
    hand_in(folder / "week-1")
    n_run = 0
    for step in steps(GUIDE):
        if isinstance(step, Command) and is_elsewhere(step):
            continue
        reader.do(step)
        n_run += 1
    assert n_run > 15


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.stem)
def test_the_page_of_each_system(page, tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    reader = Reader(folder)
    write_exports(folder)
    if page.stem != "grading-with-moodle":
        reader.shell("refimpl grade week-1/ --lesson 1 --out grades/ --roster students.csv")
    n_run = 0
    for step in steps(page):
        if not is_elsewhere(step):
            reader.do(step)
            n_run += 1
    assert n_run or page.stem == "grading-with-nbgrader"


def printed_commands():
    """All commands of this package in pages: in blocks, and named in a sentence."""
    for page in sorted({*PAGES, *ROOT.glob("*.md"), *(ROOT / "book").glob("*.md")}):
        text = page.read_text(encoding="utf-8")
        found = [step.text for step in steps(page) if isinstance(step, Command)]
        found += [*re.findall(r"^refimpl (?:.*\\\n)*.*", text, re.MULTILINE)]
        found += [one for one in MENTIONED.findall(text) if "--" in one or "…" not in one]
        for command in found:
            if command.startswith("refimpl ") and not command.startswith("refimpl: "):
                yield pytest.param(command, id=f"{page.stem}: {command.split(chr(10))[0][:60]}")


@pytest.mark.parametrize("command", list(printed_commands()))
def test_printed_commands_have_names_and_options_that_exist(command):
    words = shlex.split(command.replace("\\\n", " "), comments=True)[1:]
    if any(word in ("|", ">", "&&") for word in words):
        words = words[: min(words.index(w) for w in ("|", ">", "&&") if w in words)]
    parser = build_parser()
    if len(words) > 1 and "--help" not in words and "--version" not in words:
        parse(parser, words)
    else:
        assert words[0] in parser.commands or words[0].startswith("-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_targets_of_make_that_pages_name_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", Path(ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:^\$ |`|class )make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert set(named) <= targets
