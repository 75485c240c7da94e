"""`refimpl grade-report` and `refimpl grade-export` as words on a command line."""

import zipfile

import pytest

from refimpl.cli import main
from tests.grading.notebooks import ROOT


@pytest.fixture
def graded(course, monkeypatch):
    course.hand_in("in", ada=8, bob=20)
    course.run("in")
    monkeypatch.chdir(course.folder)
    return course


def call(capsys, *words):
    code = main([str(word) for word in words])
    told = capsys.readouterr()
    return code, told.out.strip(), told.err


def test_a_report(graded, capsys):
    code, out, err = call(capsys, "grade-report", "out")
    assert (code, out) == (0, "out/report/index.html")
    assert "not in the course's repository" in err and "1 lesson\n" in err
    assert (graded.folder / out).exists()


def test_a_report_for_graders(graded, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    code, out, err = call(capsys, "grade-report", graded.out, "--anonymous")
    assert code == 0 and "keep that file to yourself" in err and "repository" not in err
    assert out.endswith("out/report-anonymous/index.html")


def test_exports(graded, capsys):
    code, out, err = call(capsys, "grade-export", "canvas", "out", "--out", "c.csv")
    assert (code, out) == (0, "c.csv") and "2 grades filled in" in err and "by name alone" in err
    table = graded.folder / "b.csv"
    table.write_text("OrgDefinedId,Lesson 1 Points Grade,End-of-Line Indicator\n#ada,,#\n#eve,,#\n")
    words = ("grade-export", "brightspace", "out", "--table", table, "--out", "d.csv")
    code, out, err = call(capsys, *words)
    assert code == 0 and "not known here: eve" in err and "not in the table: bob" in err
    assert "#ada,8,#" in (graded.folder / "d.csv").read_text()


def test_an_autograder_takes_limits_and_secret_of_the_course(graded, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    (graded.out / "seeds.txt").write_text("a secret of the tests\n")
    out = graded.folder / "autograder.zip"
    words = ("grade-export", "gradescope", graded.out, "--lesson", "1", "--out", out)
    code, _, err = call(capsys, *words)
    assert code == 0 and "it holds your secret" in err
    with zipfile.ZipFile(out) as archive:
        assert archive.read("seeds.txt") == b"a secret of the tests\n"
        assert b'"seconds": 60.0' in archive.read("autograder.json")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade-report", "nowhere"), "nowhere holds no gradebook.sqlite"),
        (("grade-export", "canvas", "in", "--out", "x"), "in holds no gradebook.sqlite"),
        (("grade-export", "blackboard", "out", "--out", "x"), "invalid choice: 'blackboard'"),
        (("grade-export", "moodle", "out", "--out", "x"), "give --lesson"),
        (("grade-export", "moodle", "out", "--lesson", "1", "--out", "x"), "as --table"),
        (("grade-export", "canvas", "out", "--table", "t", "--out", "t"), "is the table itself"),
        (("grade-export", "canvas", "out", "--table", "none.csv", "--out", "x"), "cannot be read"),
        (("grade-export", "gradescope", "out", "--out", "x"), "give --lesson"),
    ],
)
def test_wrong_words(graded, capsys, words, said):
    code, _, err = call(capsys, *words)
    assert code == 2 and said in err
    assert not (graded.folder / "x").exists()
