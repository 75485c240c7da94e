"""The report on a class: its numbers against a reckoning by hand, its pages, and who is named."""

from fractions import Fraction

from refimpl.course.grading.reporting.figures import distribution
from refimpl.course.grading.reporting.pages import write_report
from refimpl.course.grading.term.course import open_course
from tests.grading.notebooks import write

LONG = """
import numpy as np
def signal_to_noise(clean, noisy):
    noise = noisy - clean
    loud = np.sqrt(np.mean(clean * clean))
    quiet = np.sqrt(np.mean(noise * noise))
    return 7 * np.log10(loud / quiet)
"""


def a_class(course):
    """Five students: two alike, one unreadable, one with another lesson's notebook, one absent."""
    roster = "id,name\nada,Ada Lovelace\nbob,Bob\ncyd,Cyd\ndan,Dan\neve,Eve\n"
    name = course.keep("students.csv", roster)
    folder = course.folder / "in"
    write(folder / "ada.ipynb", ["# 15 of ada", LONG])
    write(folder / "bob.ipynb", ["# 8 of bob", LONG.replace("loud", "bobs_level")])
    write(folder / "cyd.ipynb", ["# 0 of cyd", "def cut_frames(x):\n    return x"])
    write(folder / "eve.ipynb", ["# 20 of eve", LONG.replace("7 *", "8 *")])
    course.run("in", roster=name)
    return open_course(course.out)


def test_numbers_of_a_lesson(course):
    write_report(course.out, a_class(course), None)
    rows = {row["exercise"]: row for row in course.rows("report/lesson-01.csv")}
    # 15 is 1.1, 1.2, 1.3 and 1.4 (4 + 4 + 4 + 3), 8 is 1.1 and 1.2, 20 is everything, 0 nothing.
    shares = [float(rows[f"1.{n}"]["share right"]) for n in (1, 2, 3, 4, 5)]
    assert [row["graded"] for row in rows.values()] == ["4"] * 5
    assert shares[0] == 0.75 and sum(shares) * 4 == 3 + 3 + 2 + 2 + 1
    (lesson,) = course.rows("report/course.csv")
    assert (lesson["students"], lesson["handed in"]) == ("5", "4")
    # (15 + 8 + 0 + 20) / 4, and halfway between 8 and 15.
    assert (lesson["mean total"], lesson["median total"]) == ("10.75", "11.5")


def test_the_pages_name_what_to_look_at_and_show_equal_answers_side_by_side(course):
    start, lesson = write_report(course.out, a_class(course), None)
    page = lesson.read_text(encoding="utf-8")
    assert "Ada Lovelace (ada)" in page and "bobs_level" in page
    assert page.count("7 * np.log10") == 2 and "8 * np.log10" not in page
    assert "http://" not in page and "https://" not in page  # nothing is fetched
    assert "nothing from 1: dan" in start.read_text(encoding="utf-8")


def test_anonymous_pages_name_nobody_and_their_ids_work_in_lists(course):
    known = a_class(course)
    pages = write_report(course.out, known, None, anonymous=True)
    again = write_report(course.out, known, None, anonymous=True)
    text = "".join(page.read_text(encoding="utf-8") for page in again)
    assert pages == again and pages[0].parent.name == "report-anonymous"
    for name in ("Ada", "Lovelace", "ada.ipynb", ">bob", "(bob", "cyd", "Eve"):
        assert name not in text.replace("bobs_level", "")
    ids = {row["student"]: row["anonymous"] for row in course.rows("anonymous.csv")}
    assert ids["ada"] in text and len(set(ids.values())) == 5
    rows = f"student,exercise,points\n{ids['bob']},1.3,4\n"
    course.run("in", overrides=course.keep("overrides.csv", rows))
    assert course.table()["bob"]["1.3"] == "4"


def test_what_students_wrote_is_text_and_no_markup(course):
    folder = course.folder / "in"
    bad = LONG.replace("noise = noisy", "# <script>alert(1)</script>\n    noise = noisy")
    write(folder / "<b>x.ipynb", ["# 4 a", bad])
    write(folder / "y.ipynb", ["# 4 b", bad])
    course.run("in")
    _, lesson = write_report(course.out, open_course(course.out), None)
    page = lesson.read_text(encoding="utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page and "<b>x" not in page


def test_bins_have_equal_width_and_the_last_holds_everything():
    bins = distribution(map(Fraction, ("0", "0.099", "0.1", "0.95", "1")))
    assert [one.n for one in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[0].label == "0–10 %" and bins[-1].label == "90–100 %"


def test_the_report_changes_no_grades_and_no_list_of_changes(course):
    a_class(course)
    before = course.ask("SELECT * FROM standings")
    write_report(course.out, open_course(course.out), None)
    assert course.ask("SELECT * FROM standings") == before
