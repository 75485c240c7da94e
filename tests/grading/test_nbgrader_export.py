"""An nbgrader gradebook of our grades, read back by nbgrader itself.

Needs requirements-nbgrader.txt for all but the first test.
"""

import csv
import subprocess
import sys
from importlib.util import find_spec

import pytest

from refimpl.course.grading.systems.nbgrader import export_nbgrader
from refimpl.course.grading.term.course import open_course
from refimpl.errors import UserError
from tests.grading.notebooks import ROOT

needs_nbgrader = pytest.mark.skipif(find_spec("nbgrader") is None, reason="no nbgrader")


def graded(course):
    roster = course.keep("students.csv", "id,name\nada,Ada Lovelace\nbob,Bob\ncyd,Cyd\n")
    rows = "student,exercise,points\nada,1.3,3.5\n"
    course.hand_in("in", ada=8, bob=4)
    course.run("in", roster=roster, overrides=course.keep("overrides.csv", rows))
    return open_course(course.out)


@pytest.mark.skipif(find_spec("nbgrader") is not None, reason="nbgrader is there")
def test_without_nbgrader_it_says_what_to_install(course):
    with pytest.raises(UserError, match="requirements-nbgrader.txt"):
        export_nbgrader(graded(course), ROOT, course.folder / "gradebook.db")


@needs_nbgrader
def test_nbgrader_exports_the_grades_that_went_in(course):
    out = course.folder / "nbgrader/gradebook.db"
    assert export_nbgrader(graded(course), ROOT, out).n_filled == 2
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"],
        cwd=out.parent,
        check=True,
        capture_output=True,
    )
    with (out.parent / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {who: (float(r["score"]), float(r["max_score"])) for who, r in rows.items()} == {
        "ada": (11.5, 20),
        "bob": (4, 20),
        "cyd": (0, 20),
    }
    assert (rows["ada"]["first_name"], rows["ada"]["last_name"]) == ("Ada", "Lovelace")
    assert rows["ada"]["assignment"] == "01-audio-basics" and rows["cyd"]["timestamp"] == ""


@needs_nbgrader
def test_a_gradebook_that_is_there_stays(course):
    out = course.folder / "gradebook.db"
    out.write_text("mine")
    with pytest.raises(UserError, match="exists"):
        export_nbgrader(graded(course), ROOT, out)
    assert out.read_text() == "mine"
