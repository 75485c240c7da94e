"""A whole run: what it writes, what it leaves out the second time, and what it tells whom."""

import csv
import json
import sqlite3
from html.parser import HTMLParser
from threading import Thread

import pytest

from refimpl.course.grading import grade as grading
from refimpl.course.grading.answer_key import make_answer_key
from refimpl.course.grading.exports import file_names
from refimpl.course.grading.grade import grade
from refimpl.course.grading.gradebook import Gradebook
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.report import GRADER_ERROR, STALLED, ExerciseReport, Report
from refimpl.course.grading.seeds import keep_secret, read_secret
from refimpl.course.grading.term.rules import Rules
from refimpl.errors import UserError
from refimpl.files import alone
from tests.grading.notebooks import answered, write
from tests.grading.settings import SECRET, TASK

IDS = ["1.1", "1.2", "1.3", "1.4", "1.5"]
# An answer that tells hidden inputs to whoever reads the feedback, if it can.
TELLTALE = """
calls = []
def signal_to_noise(clean, noisy):
    calls.append(clean[0])
    if len(calls) > N_VISIBLE:
        raise type("HIDDEN", (ValueError,), {})(f"HIDDEN {clean[0]}")
    return 10 * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))
"""


def made_up(points, status="right", **more):
    """A report without a sandbox: one exercise came to something, the others are right."""
    exercises = [ExerciseReport(name, 4, 4, "right") for name in IDS]
    exercises[2] = ExerciseReport("1.3", points, 4, status, **more)
    return Report("graded", exercises=exercises)


@pytest.fixture
def engine(monkeypatch):
    """An engine that gives the reports that a test wants, by student, and notes who was graded."""

    class Engine:
        reports: dict = {}
        graded: list = []

        def __call__(self, task, submissions, n_workers):
            for submission in submissions:
                self.graded.append((submission.student, submission.attempt))
                report = self.reports.get(submission.student, made_up(4))
                if isinstance(report, list):
                    report = report[submission.attempt - 1]
                if isinstance(report, BaseException):
                    raise report
                yield submission, report

    made = Engine()
    made.reports, made.graded = {}, []
    monkeypatch.setattr(grading, "on_this_machine", made)
    monkeypatch.setattr(grading, "prepare", lambda task: None)
    return made


@pytest.fixture
def folder(tmp_path):
    for name in ("ada/1", "ada/2", "bob/1", "eve/1"):
        write(tmp_path / f"in/{name}.ipynb", [f"# {name}"])
    return tmp_path


def rows(folder):
    with (folder / "out/lesson-01/grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_row_a_student(folder, engine):
    engine.reports = {
        "bob": made_up(0, "timeout", reason="took\nlong"),
        "eve": Report("unreadable", "cut"),
    }
    outcome = grade(folder / "in", folder / "out", TASK)
    table = rows(folder)
    assert list(table) == ["ada", "bob", "eve"]
    assert (table["ada"]["total"], table["ada"]["attempts"]) == ("20", "2")
    assert (table["bob"]["1.3"], table["bob"]["total"], table["bob"]["of"]) == ("0", "16", "20")
    assert table["eve"]["status"] == "unreadable"
    assert [line.split(":")[0] for line in outcome.look_at] == [
        "bob (bob/1.ipynb)",
        "eve (eve/1.ipynb)",
    ]
    assert (folder / "out/lesson-01/look-at.txt").read_text().splitlines() == outcome.look_at


def test_what_only_a_human_can_decide_costs_no_points_and_is_listed(folder, engine):
    engine.reports = {"bob": made_up(0, STALLED, reason="slept"), "eve": Report(GRADER_ERROR, "no")}
    outcome = grade(folder / "in", folder / "out", TASK)
    table = rows(folder)
    assert (table["bob"]["1.3"], table["bob"]["total"]) == ("", "16")
    assert {table["eve"][name] for name in IDS} == {""}
    assert [line.split(":")[0] for line in outcome.look_at] == [
        "bob (bob/1.ipynb)",
        "eve (eve/1.ipynb)",
    ]
    page = (folder / "out/lesson-01/feedback/bob.html").read_text(encoding="utf-8")
    assert "no points yet" in page and "0 of 4" not in page


@pytest.mark.parametrize(("attempt", "total"), [("last", "16"), ("best", "20")])
def test_the_last_attempt_counts_or_the_best(folder, engine, attempt, total):
    engine.reports = {"ada": [made_up(4), made_up(0, "wrong")]}
    grade(folder / "in", folder / "out", TASK, rules=Rules(attempt=attempt))
    assert rows(folder)["ada"]["total"] == total


def test_nothing_is_graded_twice_and_late_ones_are_added(folder, engine):
    grade(folder / "in", folder / "out", TASK)
    write(folder / "in/zoe/1.ipynb", ["late"])
    outcome = grade(folder / "in", folder / "out", TASK)
    assert (outcome.n_now, outcome.n_before) == (1, 4)
    assert len(engine.graded) == len(set(engine.graded)) == 5


def test_another_secret_grades_anew_and_keeps_what_was(folder, engine):
    grade(folder / "in", folder / "out", TASK)
    other = type(TASK)(1, "another secret of theirs", TASK.limits)
    assert grade(folder / "in", folder / "out", other).n_now == 4
    with sqlite3.connect(folder / "out/gradebook.sqlite") as book:
        assert book.execute("SELECT count(*) FROM all_attempts").fetchone() == (8,)
        assert book.execute("SELECT count(*) FROM attempts").fetchone() == (3,)


def test_a_stopped_run_writes_what_it_has_and_goes_on(folder, engine):
    engine.reports = {"bob": KeyboardInterrupt()}
    outcome = grade(folder / "in", folder / "out", TASK)
    assert (outcome.n_now, outcome.n_left) == (2, 2)
    table = rows(folder)
    assert {who: row["status"] for who, row in table.items()} == {
        "ada": "graded",
        "bob": "not graded yet",
        "eve": "not graded yet",
    }
    assert (table["bob"]["1.1"], table["bob"]["total"]) == ("", "")
    engine.reports = {}
    outcome = grade(folder / "in", folder / "out", TASK)
    assert (outcome.n_now, outcome.n_before, outcome.n_left) == (2, 2, 0)


def test_faults_of_the_grader_are_tried_again(folder, engine):
    engine.reports = {"bob": Report(GRADER_ERROR, "no room")}
    outcome = grade(folder / "in", folder / "out", TASK)
    assert any("no room" in line for line in outcome.look_at)
    engine.reports = {}
    outcome = grade(folder / "in", folder / "out", TASK)
    assert outcome.n_now == 1 and not outcome.look_at


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_feedback_is_a_page_of_its_own_that_runs_nothing(folder, engine):
    hostile = "<script>alert(1)</script>"
    engine.reports = {"bob": made_up(0, "wrong", reason="SECRET", feedback=hostile)}
    grade(folder / "in", folder / "out", TASK)
    text = (folder / "out/lesson-01/feedback/bob.html").read_text(encoding="utf-8")
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "en"}) in page.tags
    assert tags.count("h1") == 1 and tags.count("h2") == 5 and "main" in tags and "title" in tags
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert hostile in page.text and "SECRET" not in page.text


def test_gradescope(folder, engine):
    engine.reports = {"bob": made_up(0, "wrong", reason="SECRET", feedback="take abs()")}
    grade(folder / "in", folder / "out", TASK)
    results = json.loads(
        (folder / "out/lesson-01/gradescope/bob-attempt-1/results.json").read_text()
    )
    assert results["score"] == 16
    assert [test["score"] for test in results["tests"]] == [4, 4, 0, 4, 4]
    assert results["tests"][2]["output"] == "take abs()"
    assert "SECRET" not in json.dumps(results)
    assert len(list((folder / "out/lesson-01/gradescope").iterdir())) == 4


def test_formulas_in_names_are_text(tmp_path, engine):
    write(tmp_path / "in/=1+1.ipynb", [""])
    write(tmp_path / "in/b.ipynb", [""])
    grade(tmp_path / "in", tmp_path / "out", TASK)
    assert "'=1+1" in rows(tmp_path)


def test_file_names_are_safe_and_different():
    students = ["../../etc/passwd", "Ada", "ada", "a/b", "a b", "名前", "", "x" * 300, "CON\x00"]
    names = file_names(students)
    assert len({name.lower() for name in names}) == len(students)
    assert all(name and len(name) < 70 and name.replace("-", "").isalnum() for name in names)


def test_two_runs_do_not_write_into_one_folder(folder, engine):
    refused = []

    def second_run():
        try:
            grade(folder / "in", folder, TASK)
        except UserError as error:
            refused.append(str(error))

    with alone(folder, "grading into"):
        thread = Thread(target=second_run)
        thread.start()
        thread.join()
    assert len(refused) == 1 and "another process is grading into" in refused[0]


def test_the_gradebook_keeps_every_attempt_with_its_reasons(tmp_path):
    book = Gradebook(tmp_path / "book.sqlite")
    one = Submission("ada", tmp_path / "x", "x.ipynb", 1, "digest")
    (number,) = book.see(1, [one]).values()
    report = made_up(0, "wrong", reason="because", feedback="hint", remark="look")
    book.add(number, "key", report)
    book.add(number, "key", made_up(4))  # the first report stays
    assert book.gradings(1, "key")[number].report == report
    assert book.graded(1, "key") == {number} and book.graded(1, "other key") == set()
    assert book.gradings(1, "other key")[number].key == "key"  # until it is graded anew


def test_a_file_that_is_no_gradebook(tmp_path):
    (tmp_path / "book.sqlite").write_text("something else, long enough to be looked at" * 50)
    with pytest.raises(UserError, match="no gradebook"):
        Gradebook(tmp_path / "book.sqlite")


def test_seeds_are_made_once_and_kept(tmp_path):
    secret, is_new = read_secret(tmp_path / "new/seeds.txt")
    assert is_new and len(secret) == 64 and not (tmp_path / "new").exists()
    keep_secret(tmp_path / "new/seeds.txt", secret)
    with pytest.raises(UserError, match="another run"):
        keep_secret(tmp_path / "new/seeds.txt", "another secret")
    assert read_secret(tmp_path / "new/seeds.txt") == (secret, False)
    assert (tmp_path / "new/seeds.txt").stat().st_mode & 0o077 == 0
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(UserError, match="no secret"):
        read_secret(tmp_path / "empty.txt")


def test_hidden_inputs_stay_hidden(sandbox, tmp_path):
    (question,) = (one for one in make_answer_key(1, SECRET) if one.exercise.id == "1.3")
    cell = TELLTALE.replace("N_VISIBLE", str(question.n_visible))
    write(tmp_path / "in/eve.ipynb", answered(cell))
    outcome = grade(tmp_path / "in", tmp_path / "out", TASK)
    assert any("HIDDEN" in line for line in outcome.look_at)  # the instructor sees it
    for path in [
        *tmp_path.glob("out/lesson-01/feedback/*"),
        *tmp_path.glob("out/lesson-01/gradescope/*/*"),
    ]:
        assert "HIDDEN" not in path.read_text(encoding="utf-8")
