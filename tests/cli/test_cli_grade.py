"""`refimpl grade`: a class in one command, and what it says where it cannot."""

import sys

import pytest

from refimpl.course.grading import sandbox
from tests.grading.notebooks import cells_of, write


@pytest.fixture
def submissions(tmp_path):
    write(tmp_path / "in/ada.ipynb", cells_of("solutions", 1))
    (tmp_path / "in/bob.ipynb").write_text("half a note")
    return tmp_path / "in"


def grade(refimpl, submissions, *more):
    return refimpl("grade", submissions, "--lesson", "1", "--out", "grades", *more)


def test_a_class(refimpl, submissions, tmp_path, sandbox):
    done = grade(refimpl, submissions, "--workers", "1")
    assert done.code == 0, done.err
    assert done.out.strip() == "grades/lesson-01/grades.csv"
    assert "new hidden seeds in grades/seeds.txt" in done.err
    assert "bob (bob.ipynb): unreadable" in done.err
    rows = (tmp_path / "grades/lesson-01/grades.csv").read_text().splitlines()
    assert rows[1].startswith("ada,4,4,4,3,5,20,20,graded")
    assert "2 submissions graded; 2 students" in done.err
    again = grade(refimpl, submissions)
    assert "0 submissions graded, 2 graded before" in again.err


@pytest.mark.parametrize("where", ["win32", "darwin", "linux"])
def test_without_a_sandbox_it_refuses_and_says_why(
    refimpl, submissions, monkeypatch, tmp_path, where
):
    monkeypatch.setattr(sys, "platform", where)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    done = grade(refimpl, submissions)
    assert done.code == 2
    assert "sandbox" in done.error and "--trust" in done.error
    assert not (tmp_path / "grades").exists()  # no empty gradebook, and no seeds


def test_trust_says_what_it_means_and_grades(refimpl, submissions, tmp_path):
    done = grade(refimpl, submissions, "--trust", "--workers", "1")
    assert done.code == 0
    assert "may read and delete your files" in done.err
    assert "\nada,4,4,4,3,5,20,20" in (tmp_path / "grades/lesson-01/grades.csv").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lesson", "99"], "lesson 99"),
        (["--naming", "("], "naming rule"),
        (["--lesson", "one"], "'one' is not a whole number"),
        (["--workers", "0"], "--workers: '0' is not a whole number from 1"),
        (["--timeout", "-1"], "--timeout: '-1' is not a number above 0"),
        (["--memory", "much"], "--memory: 'much' is not a number above 0"),
        (["--attempt", "first"], "--attempt"),
        (["--seeds", "in"], "in is a folder: give --seeds a file"),
        (["--out", "in/bob.ipynb"], "is a file: give --out a folder"),
    ],
)
def test_wrong_words(refimpl, submissions, tmp_path, words, said):
    done = grade(refimpl, submissions, *words)
    assert done.code == 2
    assert said in done.error
    assert not (tmp_path / "grades").exists()


def test_nothing_there(refimpl, tmp_path):
    done = refimpl("grade", tmp_path / "none", "--lesson", "1", "--out", "grades")
    assert done.code == 2 and "none" in done.error
    assert not (tmp_path / "grades").exists()


def test_no_notebook_there(refimpl, tmp_path):
    (tmp_path / "empty").mkdir()
    done = grade(refimpl, tmp_path / "empty")
    assert done.code == 2 and "holds no notebook" in done.error
    assert not (tmp_path / "grades").exists()


def test_one_is_one(refimpl, submissions):
    (submissions / "ada.ipynb").unlink()
    done = grade(refimpl, submissions, "--trust")
    assert "1 submission graded; 1 student\n" in done.err


def test_rules_are_given_once(refimpl, submissions, tmp_path):
    (tmp_path / "students.csv").write_text("id,name\nada,Ada Lovelace\ncleo,Cleo\n")
    rules = ["--roster", "students.csv", "--due", "2099-11-20", "--late", "10 % a day"]
    done = grade(refimpl, submissions, "--trust", "--workers", "1", *rules)
    assert done.code == 0, done.err
    assert "lesson 1: nothing from 1: cleo" in done.err
    kept = (tmp_path / "grades/course.toml").read_text()
    assert 'roster = "../students.csv"' in kept and 'due = "2099-11-20"' in kept
    again = grade(refimpl, submissions, "--trust")
    assert "0 submissions graded" in again.err
    assert (tmp_path / "grades/course.toml").read_text() == kept
    table = (tmp_path / "grades/lesson-01/grades.csv").read_text()
    assert "2099-11-20 23:59" in table and "\ncleo,0,0,0,0,0,0,20,not handed in" in table


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--due", "tomorrow"], "is no date"),
        (["--zone", "Nowhere"], "there is no time zone"),
        (["--late", "a lot"], "late rule"),
        (["--roster", "none.csv"], "cannot be read"),
        (["--overrides", "in/bob.ipynb"], "has no column"),
    ],
)
def test_wrong_rules(refimpl, submissions, tmp_path, words, said):
    done = grade(refimpl, submissions, *words)
    assert done.code == 2 and said in done.error
    assert not (tmp_path / "grades").exists()
