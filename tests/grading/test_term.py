"""A term with a class: attempts over exports, a roster, dates, decisions of people, re-grading."""

import os
import sqlite3
from dataclasses import replace
from fractions import Fraction

import pytest

from refimpl.course.grading.gradebook import Gradebook
from refimpl.course.grading.task import Task
from refimpl.course.grading.term.people import Label, People, Person
from refimpl.course.grading.term.rules import Rules, read_rules
from refimpl.course.grading.term.times import days_late, parse_late_rule, parse_time
from refimpl.errors import UserError
from tests.grading.settings import LIMITS, SECRET

# ------------------------------------------------------------------ attempts, over all exports


def test_the_best_counts_also_of_an_earlier_export(course):
    course.hand_in("first", ada=16)
    course.run("first", attempt="best")
    course.hand_in("second", ada=4)
    course.run("second")
    row = course.table()["ada"]
    assert (row["total"], row["attempt"], row["attempts"]) == ("16", "1", "2")


def test_the_last_counts_over_all_exports(course):
    course.hand_in("first", ada=16)
    course.run("first")
    course.hand_in("second", ada=4)
    course.run("second")
    assert (course.table()["ada"]["total"], course.table()["ada"]["attempt"]) == ("4", "2")


def test_a_query_sees_what_counts_and_nothing_else(course):
    course.hand_in("first", ada=0, bob=0)
    course.run("first")
    course.hand_in("second", ada=20, bob=0)
    course.run("second")
    ((share,),) = course.ask("SELECT sum(1.0 * points) / sum(of) FROM exercises")
    assert share == 0.5
    assert course.ask("SELECT count(*) FROM attempts") == [(2,)]
    # Bob's second notebook says something else, so all four are kept.
    assert course.ask("SELECT count(*), sum(counts) FROM all_attempts") == [(4, 2)]


def test_the_same_notebook_again_is_no_other_attempt(course):
    course.hand_in("first", ada=8)
    course.run("first")
    (course.out.parent / "again").mkdir()
    same = (course.out.parent / "first/ada.ipynb").read_bytes()
    (course.out.parent / "again/ada (1).ipynb").write_bytes(same)
    course.run("again")
    assert course.table()["ada"]["attempts"] == "1" and course.graded == ["ada"]


def test_a_notebook_that_is_not_at_hand_is_graded_anew_from_the_gradebook(course):
    course.hand_in("first", ada=12)
    course.run("first", attempt="best")
    course.hand_in("second", bob=4)
    course.bonus = 3  # the exercises were mended meanwhile
    outcome = course.run("second", Task(1, "another secret of theirs", LIMITS))
    assert sorted(course.graded) == ["ada", "ada", "bob"]
    assert course.table()["ada"]["total"] == "15"
    assert [line for line in outcome.changes if "ada" in line]


# ------------------------------------------------------------------ re-grading that tells


def test_limits_stay_with_the_gradebook(course):
    course.hand_in("in", ada=8)
    course.run("in", seconds=5.0)
    assert read_rules(course.out).seconds == 5.0
    course.run("in")
    assert read_rules(course.out).seconds == 5.0 and course.graded == ["ada"]


def test_it_is_said_why_and_who_has_other_points(course):
    course.hand_in("in", ada=8, bob=4)
    course.run("in")
    course.bonus = -4
    longer = Task(1, SECRET, replace(LIMITS, seconds=9.0))
    outcome = course.run("in", longer)
    assert outcome.why == [f"the limit of seconds: {LIMITS.seconds} → 9.0"]
    assert outcome.lower == [
        "lesson 1, ada: 1.2: 4 → 0, total 8 → 4",
        "lesson 1, bob: 1.1: 4 → 0, total 4 → 0",
    ]
    written = (course.out / "lesson-01/changes.txt").read_text(encoding="utf-8")
    assert all(line in written for line in outcome.lower)
    assert course.run("in", longer).why == []


# ------------------------------------------------------------------ the roster


def test_everybody_on_the_roster_has_a_row(course):
    roster = "id;Full name;E-Mail;Section\na1;Ada Lovelace;ada@example.org;A\nb2;Bob;b@x.org;B\n"
    name = course.keep("students.csv", roster)
    course.hand_in("in", ada=8, stranger=4)
    outcome = course.run("in", roster=name)
    table = course.table()
    assert table["a1"]["name"] == "Ada Lovelace" and table["a1"]["total"] == "8"
    assert (table["b2"]["status"], table["b2"]["total"]) == ("not handed in", "0")
    assert table["stranger"]["roster"] == "unknown"
    assert any("stranger is not on the roster" in line for line in outcome.look_at)
    assert any("nothing from 1: b2" in line for line in outcome.look_at)


def test_whoever_leaves_the_roster_keeps_a_row(course):
    name = course.keep("students.csv", "id,name\nada,Ada\nbob,Bob\n")
    course.hand_in("in", ada=8, bob=4)
    course.run("in", roster=name)
    course.keep("students.csv", "id,name\nada,Ada\n")
    course.run("in")
    assert (course.table()["bob"]["roster"], course.table()["bob"]["total"]) == ("left", "4")


def test_one_person_under_two_names_is_one(course):
    name = course.keep("students.csv", "id,name,also\na1,Ada Lovelace,ada;countess\n")
    course.hand_in("first", ada=16)
    course.run("first", roster=name)
    course.hand_in("second", countess=4)
    outcome = course.run("second")
    assert list(course.table()) == ["a1"] and course.table()["a1"]["attempts"] == "2"
    assert any("a1 has handed in as ada and as countess" in line for line in outcome.look_at)


def test_a_moodle_number_is_nobodys_id():
    people = People(
        [Person("4711", "Bob"), Person("a1", "Ada Lovelace")],
        [Label("Ada Lovelace_4711", "Ada Lovelace", 1), Label("lovelaceada_77", "lovelaceada", 2)],
    )
    assert {person.id for person in people.by_label.values()} == {"a1"}


def test_two_of_one_name_are_told_apart_by_a_number_or_not_at_all():
    roster = [Person("1", "Ada Lovelace"), Person("2", "Ada Lovelace")]
    people = People(roster, [Label("Ada Lovelace_2", "Ada Lovelace", 1)])
    assert people.by_label["Ada Lovelace_2"].id == "2"
    people = People(roster, [Label("Ada Lovelace_9", "Ada Lovelace", 1)])
    assert people.by_label["Ada Lovelace_9"].status == "unknown"


# ------------------------------------------------------------------ dates


def test_days_that_have_begun():
    due = parse_time("2026-11-20 23:59", None)
    assert days_late(parse_time("2026-11-20 23:59", None), due) == 0
    assert days_late(parse_time("2026-11-21 00:00:01", None), due) == 1
    assert days_late(parse_time("2026-11-21 23:59", None), due) == 1
    assert days_late(parse_time("2026-11-22", None), due) == 2


def test_zones_decide_what_is_late():
    rules = Rules(zone="Europe/Berlin")
    due = parse_time("2026-11-20 23:59", rules.time_zone)
    assert days_late(parse_time("2026-11-20T22:59:00+00:00", None), due) == 0
    assert days_late(parse_time("2026-11-20T23:05:00+00:00", None), due) == 1
    with pytest.raises(UserError, match="time zone"):
        _ = Rules(zone="Berlin").time_zone


@pytest.mark.parametrize(
    ("rule", "earned", "days", "off"),
    [
        ("none", 20, 9, 0),
        ("10 % a day", 16, 1, Fraction("1.6")),
        ("10 % a day, at most 50 %", 16, 9, 8),
        ("2 points a day", 16, 3, 6),
        ("2 points a day, at most 5 points", 16, 3, 5),
        ("30 points a day", 16, 1, 16),
        ("33 % per day", 1, 1, Fraction("0.33")),
    ],
)
def test_what_lateness_costs(rule, earned, days, off):
    assert parse_late_rule(rule).deduction(Fraction(earned), days) == off


@pytest.mark.parametrize("rule", ["10", "10 % a week", "a day", "10 % a day; at most 50 %"])
def test_a_late_rule_that_is_none(rule):
    with pytest.raises(UserError, match="late rule"):
        parse_late_rule(rule)


def test_late_work_and_an_extension(course):
    source = course.hand_in("in", ada=16, bob=16)
    moment = parse_time("2026-11-21 10:00", None).timestamp()
    for path in source.iterdir():
        os.utime(path, (moment, moment))
    extensions = course.keep("extensions.csv", "student,lesson,until,why\nbob,1,2026-11-25,ill\n")
    course.run("in", due="2026-11-20", late="10 % a day", extensions=extensions)
    table = course.table()
    assert (table["ada"]["days late"], table["ada"]["total"]) == ("1", "14.4")
    assert (table["bob"]["days late"], table["bob"]["total"]) == ("0", "16")
    page = (course.out / "lesson-01/feedback/ada.html").read_text(encoding="utf-8")
    assert "1 day late" in page and "14.4 of 20 points" in page


def test_free_days_are_used_up(course):
    source = course.hand_in("in", ada=16)
    moment = parse_time("2026-11-23 10:00", None).timestamp()
    os.utime(source / "ada.ipynb", (moment, moment))
    course.run("in", due="2026-11-20", late="10 % a day, 2 free days")
    row = course.table()["ada"]
    assert (row["days late"], row["free days"], row["total"]) == ("3", "2", "14.4")
    assert course.table("course.csv")["ada"]["free days left"] == "0"


def test_copying_a_file_later_makes_nobody_late(course):
    source = course.hand_in("in", ada=16)
    course.run("in", due="2001-12-31", late="10 % a day")
    later = parse_time("2026-11-23", None).timestamp()
    os.utime(source / "ada.ipynb", (later, later))
    course.run("in")
    assert course.table()["ada"]["days late"] == "0"


def test_nothing_was_handed_in_after_it_was_here(course):
    source = course.hand_in("in", ada=16)
    wrong_clock = parse_time("2099-12-24", None).timestamp()
    os.utime(source / "ada.ipynb", (wrong_clock, wrong_clock))
    course.run("in", due="2099-12-01", late="10 % a day")
    assert (course.table()["ada"]["days late"], course.table()["ada"]["total"]) == ("0", "16")


# ------------------------------------------------------------------ decisions of people


def test_decisions_outlive_a_regrading_and_stand_on_the_page(course):
    overrides = course.keep(
        "overrides.csv",
        "student,exercise,points,comment,who,when\n"
        "ada,1.3,3,half of it was right,Prof. X,2026-11-25\n"
        "ada,1,,well done,Prof. X,\n",
    )
    course.hand_in("in", ada=8)
    course.run("in", overrides=overrides)
    assert (course.table()["ada"]["1.3"], course.table()["ada"]["total"]) == ("3", "11")
    course.run("in", Task(1, "another secret of theirs", LIMITS))
    assert course.table()["ada"]["total"] == "11"
    page = (course.out / "lesson-01/feedback/ada.html").read_text(encoding="utf-8")
    assert "half of it was right" in page and "Prof. X" in page and "well done" in page
    assert course.ask("SELECT points, graded_points FROM exercises WHERE id = '1.3'") == [(3, 0)]


def test_a_request_is_listed_until_it_is_answered(course):
    requests = course.keep(
        "requests.csv", "student,exercise,request,when\nada,1.3,please look,2026-11-24\n"
    )
    course.hand_in("in", ada=8)
    outcome = course.run("in", requests=requests)
    assert any("request of ada, 1.3: please look" in line for line in outcome.look_at)
    overrides = course.keep(
        "overrides.csv", "student,exercise,comment,when\nada,1.3,it stays,2026-11-25\n"
    )
    outcome = course.run("in", overrides=overrides)
    assert not any("request" in line for line in outcome.look_at)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ada,1.9,3,", "no exercise 1.9"),
        ("ada,1.3,9,", "from 0 to 4"),
        ("nobody,1.3,3,", "is neither on the roster"),
        ("ada,1,3,", "points are of an exercise"),
        ("ada,1.3,,", "neither points nor a comment"),
    ],
)
def test_a_wrong_row_is_named_before_anything_is_graded(course, row, said):
    name = course.keep("overrides.csv", f"student,exercise,points,comment\n{row}\n")
    course.hand_in("in", ada=8)
    with pytest.raises(UserError, match=said) as error:
        course.run("in", overrides=name)
    assert "row 2" in str(error.value) and course.graded == []


# ------------------------------------------------------------------ gradebooks of before

VERSION_1 = """
CREATE TABLE attempts (number INTEGER PRIMARY KEY, lesson INTEGER NOT NULL, student TEXT NOT NULL,
    attempt INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, key TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, graded_at TEXT NOT NULL,
    UNIQUE (lesson, student, name, digest, key));
CREATE TABLE exercises (number INTEGER NOT NULL REFERENCES attempts (number), id TEXT NOT NULL,
    points INTEGER NOT NULL, of INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    feedback TEXT NOT NULL, remark TEXT NOT NULL, PRIMARY KEY (number, id));
INSERT INTO attempts VALUES (1, 1, 'ada', 1, 'a.ipynb', 'd1', 'k', 'graded', '',
    '2026-01-01T00:00:00+00:00');
INSERT INTO attempts VALUES (2, 1, 'ada', 2, 'b.ipynb', 'd2', 'k', 'graded', '',
    '2026-01-01T00:00:00+00:00');
INSERT INTO attempts VALUES (3, 1, 'eve', 1, 'e.ipynb', '', 'k', 'unreadable', 'cut',
    '2026-01-01T00:00:00+00:00');
INSERT INTO exercises VALUES (1, '1.1', 4, 4, 'right', '', '', '');
INSERT INTO exercises VALUES (2, '1.1', 0, 4, 'wrong', 'because', 'hint', '');
"""


def test_a_gradebook_of_before_opens_and_loses_nothing(tmp_path):
    path = tmp_path / "gradebook.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(VERSION_1)
    book = Gradebook(path)
    assert [(one.submission.student, one.submission.name) for one in book.files(1)] == [
        ("ada", "a.ipynb"),
        ("ada", "b.ipynb"),
        ("eve", "e.ipynb"),
    ]
    reports = [one.report for one in book.gradings(1, "k").values()]
    assert sorted(report.points for report in reports) == [0, 0, 4]
    assert (tmp_path / "gradebook-before-update.sqlite").exists()
    Gradebook(path)  # a second time there is nothing to do
    with sqlite3.connect(path) as new:
        assert new.execute("PRAGMA user_version").fetchone() == (2,)


def test_grading_goes_on_in_a_gradebook_of_before(course):
    course.out.mkdir()
    with sqlite3.connect(course.out / "gradebook.sqlite") as old:
        old.executescript(VERSION_1)
    course.hand_in("in", bob=8)
    course.run("in", attempt="best")
    assert (course.table()["ada"]["total"], course.table()["bob"]["total"]) == ("4", "8")
