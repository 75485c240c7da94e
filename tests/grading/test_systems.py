"""Grades go back into Moodle, Canvas and Brightspace: in their own form, and in their own tables.

Each test reads the file as the system's importer does: by the headings and cells that the importer
looks for. No such system runs here, so none has taken these files yet.
"""

import csv
import io
import re
import zipfile

import pytest

from refimpl.course.grading.systems.brightspace import export_brightspace
from refimpl.course.grading.systems.canvas import export_canvas
from refimpl.course.grading.systems.moodle import export_moodle
from refimpl.course.grading.term.course import open_course
from refimpl.errors import UserError

ROSTER = """\
id,name,email,section
20067930,Ada Lovelace,ada@example.org,A
20067931,"Bob O'Neill",bob@example.org,A
20067932,Cyd Ünal,cyd@example.org,B
20067933,Dan Late,dan@example.org,B
"""
WORKSHEET = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 4711,Ada Lovelace,,ada@example.org,Submitted for grading - ,,20.00,Yes,\
"Friday, 20 November 2026, 11:05 PM",-,
Participant 4712,Bob O'Neill,20067931,,Submitted for grading - ,3.00,20.00,Yes,-,-,old
Participant 4713,Cyd_Ünal,20067932,,No submission - ,,20.00,Yes,-,-,
Participant 4714,Eve Else,,eve@example.org,Submitted for grading - ,,20.00,Yes,-,-,
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,"Lesson 1: sound, in numbers (881)",Essay (882),\
Final Score
    Points Possible,,,,,20.00,10.00,(read only)
"Lovelace, Ada",77,20067930,alovelace,A,,7.00,70
"O'Neill, Bob",78,,bob@example.org,A,3.00,,0
"Ünal, Cyd",79,,,B,,,0
"Else, Eve",80,99,eve,B,,,0
"Student, Test",81,,x1,A,,,0
"""
BRIGHTSPACE = """\
OrgDefinedId,Username,Last Name,First Name,\
Lesson 1 Points Grade <Numeric MaxPoints:20 Weight:10>,Essay Points Grade <Numeric MaxPoints:5>,\
End-of-Line Indicator
#20067930,Ada.L,Lovelace,Ada,,4,#
#20067931,Bob.O,O'Neill,Bob,3,,#
,Cyd.U,Ünal,Cyd,,,#
#99,Eve.E,Else,Eve,,,#
"""


@pytest.fixture
def graded(course):
    """Ada has 14.4 of 20, a comment and a page; Bob 8; Cyd and Dan nothing."""
    roster = course.keep("students.csv", ROSTER)
    overrides = course.keep(
        "overrides.csv", "student,exercise,points,comment\nada@example.org,1.3,3.4,nearly\n"
    )
    course.hand_in("in", **{"Ada Lovelace_4711_assignsubmission_file_": 11, "20067931": 8})
    course.run("in", roster=roster, overrides=overrides)
    return course


def kept(course, text, name="table.csv"):
    path = course.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(path, separator=","):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), delimiter=separator))


def untouched(before, after, changed):
    """All cells but those that were to change are as they were, and none is lost."""
    first, second = list(csv.reader(io.StringIO(before))), read(after)
    assert [len(row) for row in first] == [len(row) for row in second]
    for one, other in zip(first, second, strict=True):
        for place, (old, new) in enumerate(zip(one, other, strict=True)):
            assert old == new or place in changed, (old, new)


def total(course, student):
    return float(course.table()[student]["total"])


# ------------------------------------------------------------------ Moodle


def moodle_grades(path):
    """What Moodle reads of a worksheet: the grade by the number behind "Participant"."""
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return {row["Identifier"].removeprefix("Participant "): row["Grade"] for row in rows}


def test_moodles_worksheet(graded):
    out = graded.folder / "to-moodle"
    done = export_moodle(open_course(graded.out), 1, kept(graded, WORKSHEET), out)
    ada, bob = total(graded, "20067930"), total(graded, "20067931")
    assert ada == 14.4 and bob == 8
    assert moodle_grades(out / "worksheet.csv") == {
        "4711": "14.40",
        "4712": "8",
        "4713": "",
        "4714": "",
    }
    untouched(WORKSHEET, out / "worksheet.csv", {5, 10})
    assert (done.n_filled, done.not_known, done.not_there) == (2, ["Eve Else"], [])
    comments = {row[0]: row[-1] for row in read(out / "worksheet.csv")}
    assert "1.3: 3.4 of 4" in comments["Participant 4711"] and "nearly" in str(comments)


def test_moodles_feedback_is_found_by_the_number_in_a_folders_name(graded):
    out = graded.folder / "to-moodle"
    text = WORKSHEET.replace("Bob O'Neill", "Bob_O/Neill")
    export_moodle(open_course(graded.out), 1, kept(graded, text), out, zeros=True)
    with zipfile.ZipFile(out / "feedback.zip") as archive:
        pages = {}
        for name in archive.namelist():
            # As Moodle takes a path apart: the first part that has four parts between underscores.
            parts = next(part.split("_", 4) for part in name.split("/") if part.count("_") >= 3)
            assert parts[1].isdigit() and parts[2:4] == ["assignsubmission", "file"]
            pages[parts[1]] = archive.read(name).decode()
    assert list(pages) == ["4711", "4712", "4713"]
    assert "14.4 of 20 points" in pages["4711"] and "nearly" in pages["4711"]
    assert "Nothing was handed in" in pages["4713"]


def test_zeros_only_where_they_are_asked_for(graded):
    out = graded.folder / "to-moodle"
    export_moodle(open_course(graded.out), 1, kept(graded, WORKSHEET), out, zeros=True)
    assert moodle_grades(out / "worksheet.csv")["4713"] == "0"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("20.00", "100.00"), "gives 100.00 points there and 20 here"),
        (("Identifier", "Bezeichner"), "no column 'Identifier'"),
        (("Last modified (grade)", "x"), "no column 'Last modified (grade)'"),
    ],
)
def test_a_worksheet_that_does_not_fit(graded, change, said):
    path = kept(graded, WORKSHEET.replace(*change))
    with pytest.raises(UserError, match=re.escape(said)):
        export_moodle(open_course(graded.out), 1, path, graded.folder / "to-moodle")
    assert not (graded.folder / "to-moodle").exists()


def test_a_lesson_of_which_there_is_nothing(graded):
    with pytest.raises(UserError, match="nothing of lesson 2"):
        export_moodle(open_course(graded.out), 2, kept(graded, WORKSHEET), graded.folder / "x")


# ------------------------------------------------------------------ Canvas


def canvas_grades(path, separator=","):
    """What Canvas reads: assignments by the number in brackets, students by the column ID."""
    head, possible, *rows = read(path, separator)
    assert "Student" in head[0] and "ID" in head[1] and head[4] == "Section"
    assert "Points Possible" in possible[0]
    numbers = {place: re.search(r"\((\d+)\)$", name) for place, name in enumerate(head)}
    columns = {place: match[1] for place, match in numbers.items() if match}
    return {(row[1], number): row[place] for row in rows for place, number in columns.items()}


@pytest.mark.parametrize("separator", [",", ";"])
def test_canvas_table(graded, separator):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(csv.reader(io.StringIO(CANVAS)))
    out = graded.folder / "to-canvas.csv"
    done = export_canvas(open_course(graded.out), out, kept(graded, text.getvalue()))
    grades = canvas_grades(out, separator)
    assert grades == {
        **{("77", "881"): "14.40", ("78", "881"): "8", ("79", "881"): ""},
        **{("80", "881"): "", ("81", "881"): ""},
        **{("77", "882"): "7.00", ("78", "882"): "", ("79", "882"): ""},
        **{("80", "882"): "", ("81", "882"): ""},
    }
    assert done.not_known == ["Else, Eve"] and done.not_there == []


def test_canvas_cells_of_others_stay(graded):
    out = graded.folder / "to-canvas.csv"
    export_canvas(open_course(graded.out), out, kept(graded, CANVAS))
    untouched(CANVAS, out, {5})


def test_whoever_is_excused_is_excused_in_canvas_too(graded):
    rows = "student,exercise,points,comment\n20067931,1,excused,ill\n"
    graded.run("in", overrides=graded.keep("overrides.csv", rows))
    out = graded.folder / "to-canvas.csv"
    export_canvas(open_course(graded.out), out, kept(graded, CANVAS))
    assert canvas_grades(out)["78", "881"] == "EX"


def test_a_new_gradebook_for_canvas(graded):
    out = graded.folder / "to-canvas.csv"
    export_canvas(open_course(graded.out), out, zeros=True)
    head, possible, *rows = read(out)
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lesson 1"]
    assert possible == ["    Points Possible", "", "", "", "", "20"]
    assert rows[0] == ["Ada Lovelace", "", "20067930", "", "A", "14.40"]
    assert rows[3] == ["Dan Late", "", "20067933", "", "B", "0"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Lesson 1:", "Week 1:"), "no column that names a lesson"),
        (("20.00,10.00", "100.00,10.00"), "gives 100.00 points there and 20 here"),
        (("Essay", "Lesson 1 again"), "several columns for lesson 1"),
    ],
)
def test_a_gradebook_that_does_not_fit(graded, change, said):
    with pytest.raises(UserError, match=said):
        export_canvas(
            open_course(graded.out), graded.folder / "x.csv", kept(graded, CANVAS.replace(*change))
        )


# ------------------------------------------------------------------ Brightspace


def brightspace_grades(path):
    """What Brightspace reads: items by what stands before "Points Grade", users by id or name."""
    head, *rows = read(path)
    assert head[-1] == "End-of-Line Indicator" and all(row[-1] == "#" for row in rows)
    items = {n: name.partition(" Points Grade")[0] for n, name in enumerate(head) if " Po" in name}
    return {(row[0], item): row[n] for row in rows for n, item in items.items()}


def test_brightspace_table(graded):
    out = graded.folder / "to-brightspace.csv"
    done = export_brightspace(open_course(graded.out), out, kept(graded, BRIGHTSPACE), zeros=True)
    grades = brightspace_grades(out)
    assert [grades[who, "Lesson 1"] for who in ("#20067930", "#20067931", "", "#99")] == [
        *("14.40", "8", "0", ""),
    ]
    assert grades["#20067930", "Essay"] == "4"
    untouched(BRIGHTSPACE, out, {4})
    assert done.not_known == ["99"] and done.n_filled == 3


def test_a_new_table_for_brightspace(graded):
    out = graded.folder / "to-brightspace.csv"
    export_brightspace(open_course(graded.out), out)
    assert read(out)[:2] == [
        ["OrgDefinedId", "Lesson 1 Points Grade", "End-of-Line Indicator"],
        ["20067930", "14.40", "#"],
    ]


def test_a_grade_item_with_other_points_is_named(graded):
    path = kept(graded, BRIGHTSPACE.replace("MaxPoints:20", "MaxPoints:100"))
    with pytest.raises(UserError, match="Lesson 1 gives 100 points there and 20 here"):
        export_brightspace(open_course(graded.out), graded.folder / "x.csv", path)


# ------------------------------------------------------------------ round trip


def test_what_was_exported_and_given_back_says_the_same(graded):
    """A system's next export holds the new grades; filling it in again changes nothing."""
    course = open_course(graded.out)
    first, second = graded.folder / "1.csv", graded.folder / "2.csv"
    for export, text in ((export_canvas, CANVAS), (export_brightspace, BRIGHTSPACE)):
        export(course, first, kept(graded, text))
        export(course, second, first)
        assert first.read_bytes() == second.read_bytes()
    export_moodle(course, 1, kept(graded, WORKSHEET), graded.folder / "a")
    export_moodle(course, 1, graded.folder / "a/worksheet.csv", graded.folder / "b")
    for name in ("worksheet.csv", "feedback.zip"):
        one, other = graded.folder / "a" / name, graded.folder / "b" / name
        assert name == "feedback.zip" or one.read_bytes() == other.read_bytes()
