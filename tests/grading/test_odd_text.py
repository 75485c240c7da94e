"""Whatever text a stranger writes, and wherever: it is stored and shown, and stops nobody else."""

import csv
import json
import os
import sqlite3
import zipfile
from html.parser import HTMLParser

import numpy as np
import pytest

from refimpl.course.grading import grade as grading
from refimpl.course.grading.answer_key import make_answer_key
from refimpl.course.grading.cleaning import clean, clean_name, short_name
from refimpl.course.grading.grade import grade
from refimpl.course.grading.judging import judge, report
from refimpl.course.grading.replies import Trial
from refimpl.course.grading.report import GRADER_ERROR, ExerciseReport, Report
from tests.grading.notebooks import write
from tests.grading.settings import SECRET, TASK

ODD = {
    "half a character": "a\ud800b",
    "a byte that is no text": "a\udcffb",
    "zero": "a\x00b",
    "a terminal's code": "a\x1b[2Jb",
    "all control characters": "".join(map(chr, [*range(32), *range(127, 160)])),
    "lines": "a\r\nb\u2028c\x85d\x0be",
    "turned round": "a\u202egpj.b",
    "marks": "\ufeff\u200fa\u2066b\u200d",
    "no character": "a\uffff\U0010ffffb",
    "markup": "</pre><script>alert(1)</script>&lt;",
    "quotes": '"a\',\'b""',
    "very long": "x" * 200_000,
    "long and odd": "\ud800" * 100_000,
    "emoji": "👩‍💻 Zoë 名前 ünï",
}
IDS = ["1.1", "1.2", "1.3", "1.4", "1.5"]


def right():
    return Report("graded", exercises=[ExerciseReport(name, 4, 4, "right") for name in IDS])


def wrong(text):
    odd = ExerciseReport("1.3", 0, 4, "error", reason=text, feedback=text, remark=text)
    return Report("graded", exercises=[*right().exercises[:2], odd])


@pytest.fixture
def engine(monkeypatch):
    """An engine that gives the reports that a test wants, by the order of students."""

    def use(*reports):
        def made(task, submissions, n_workers):
            yield from zip(submissions, reports, strict=True)

        monkeypatch.setattr(grading, "on_this_machine", made)
        monkeypatch.setattr(grading, "prepare", lambda task: None)

    return use


def check_files(out, n_students):
    """All that was written can be read by what reads such files, and shows what it holds."""
    with sqlite3.connect(out / "gradebook.sqlite") as book:
        for table in ("files", "gradings", "results", "all_attempts", "exercises"):
            for row in book.execute(f"SELECT * FROM {table}"):
                check_texts(one for one in row if isinstance(one, str))
    with (out / "lesson-01/grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == n_students + 1 and len({len(row) for row in rows}) == 1
    check_texts(cell for row in rows for cell in row)
    for path in (
        *out.glob("lesson-01/feedback/*.html"),
        *out.glob("lesson-01/gradescope/*/results.json"),
    ):
        text = path.read_text(encoding="utf-8")
        check_texts([text.replace("\n", "")], longest=20_000)
        if path.suffix == ".json":
            assert json.loads(text)["tests"]
        else:
            page = Tags()
            page.feed(text)
            assert "script" not in page.tags
    for line in (out / "lesson-01/look-at.txt").read_text(encoding="utf-8").splitlines():
        check_texts([line], longest=5000)


def check_texts(texts, longest=4000):
    for text in texts:
        assert len(text) < longest
        assert text.replace("\n", "").replace("\t", "").isprintable()


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)


@pytest.mark.parametrize("name", ODD)
def test_in_messages(name, tmp_path, engine):
    write(tmp_path / "in/ada.ipynb", [""])
    write(tmp_path / "in/bob.ipynb", [""])
    write(tmp_path / "in/eve.ipynb", [""])
    engine(wrong(ODD[name]), Report("unreadable", ODD[name]), right())
    outcome = grade(tmp_path / "in", tmp_path / "out", TASK)
    assert outcome.n_now == 3 and outcome.rows[2].report == right()
    assert [row.submission.student for row in outcome.rows] == ["ada", "bob", "eve"]
    (tmp_path / "out/lesson-01/gradescope/bob-attempt-1/results.json").unlink()  # it has no tests
    check_files(tmp_path / "out", 3)


@pytest.mark.parametrize("name", ODD)
def test_in_names_of_a_zip(name, tmp_path, engine):
    text = (
        ODD[name]
        .replace("/", "")
        .replace("\\", "")
        .encode("utf-8", "surrogatepass")
        .decode("latin-1")
    )
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for student in ("ada", f"b{text[:9000]}.{text[:9000]}", "eve"):
            info = zipfile.ZipInfo("x")
            info.filename = f"{student}.ipynb"  # `ZipInfo` itself would cut it short
            archive.writestr(info, "{}")
    engine(right(), right(), right())
    outcome = grade(tmp_path / "in.zip", tmp_path / "out", TASK)
    assert len({row.submission.student for row in outcome.rows}) == 3
    check_files(tmp_path / "out", 3)


@pytest.mark.parametrize("name", [name for name in ODD if "long" not in name])
def test_in_names_of_a_folder(name, tmp_path, engine):
    text = os.fsencode(ODD[name].replace("\ud800", "\udced\udca0\udc80")).translate(None, b"\0/")
    write(tmp_path / "in/ada.ipynb", [""])
    folder = os.fsencode(tmp_path / "in")
    for path in (
        folder + b"/b" + text + b".ipynb",
        folder + b"/c" + text + b"/" + text + b".ipynb",
    ):
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 (bytes)
        with open(path, "w") as file:  # noqa: PTH123
            file.write("{}")
    engine(right(), right(), right())
    outcome = grade(tmp_path / "in", tmp_path / "out", TASK)
    assert len({row.submission.student for row in outcome.rows}) == 3
    check_files(tmp_path / "out", 3)


@pytest.mark.parametrize("name", ODD)
def test_in_results(name):
    """What a function returns is quoted in what is said about it."""
    for question in make_answer_key(1, SECRET):
        for odd in (np.array(ODD[name]), np.array([ODD[name]] * 2)):
            trials = [Trial("called", results=dict.fromkeys(question.expected[0], odd))]
            came = judge(question, trials, None, [])
            assert came.status == "wrong"
            check_texts([came.reason, came.feedback])


def test_text_is_the_same_once_it_is_clean():
    for text in ODD.values():
        for make in (lambda t: clean(t, 100), clean_name, lambda t: short_name(clean_name(t))):
            assert make(make(text)) == make(text)
    assert clean("naïve 名前\n\tx") == "naïve 名前\n\tx"
    assert clean_name("Zo\udcc3\udcab") == "Zoë"  # as Python has it where all is ASCII
    assert short_name("a" * 500 + "b" * 500) != short_name("a" * 501 + "b" * 499)


def test_what_cannot_be_written_down_is_a_fault_and_stops_nobody(tmp_path, engine):
    for name in ("ada", "bob", "eve"):
        write(tmp_path / f"in/{name}.ipynb", [""])
    no_row = ExerciseReport("1.1", 2**70, 4, "right")  # larger than a number in SQLite
    engine(right(), Report("graded", exercises=[no_row]), right())
    outcome = grade(tmp_path / "in", tmp_path / "out", TASK)
    assert [row.report.status for row in outcome.rows] == ["graded", GRADER_ERROR, "graded"]
    assert [line.split(":")[0] for line in outcome.look_at] == ["bob (bob.ipynb)"]
    assert [row.report.points for row in outcome.rows] == [20, 0, 20]
    engine(right())
    assert grade(tmp_path / "in", tmp_path / "out", TASK).n_now == 1  # it is tried again


def test_a_page_that_cannot_be_written_is_listed_and_stops_nobody(tmp_path, engine):
    for name in ("ada", "bob"):
        write(tmp_path / f"in/{name}.ipynb", [""])
    engine(right(), right())
    (tmp_path / "out/lesson-01/feedback/ada.html/x").mkdir(parents=True)
    outcome = grade(tmp_path / "in", tmp_path / "out", TASK)
    assert [line.split(":")[0] for line in outcome.look_at] == ["ada"]
    assert "could not be written" in outcome.look_at[0]
    assert (tmp_path / "out/lesson-01/feedback/bob.html").exists()
    assert (tmp_path / "out/lesson-01/look-at.txt").read_text().splitlines() == outcome.look_at


def test_a_report_of_an_odd_question_is_clean():
    (question, *_) = make_answer_key(1, SECRET)
    for text in ODD.values():
        one = report(question, "error", f"raised {text}", text)
        check_texts([one.reason, one.feedback, one.remark])
