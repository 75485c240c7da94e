"""A whole term through the command line: final grades equal a reckoning by hand, to the point.

Sixty students, seven lessons, two exports of each, late work, extensions, overrides, a tolerance
that is mended in week 5, a student who leaves, and two runs that are killed and go on.
"""

import csv
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from fractions import Fraction

import pytest

from tests.grading.made_up_term import (
    DROPPED,
    EXERCISE_WEIGHTS,
    FREE_DAYS,
    LESSON_WEIGHTS,
    LESSONS,
    NEARLY,
    due,
    export,
    make_class,
    reckon,
)
from tests.grading.notebooks import ROOT
from tests.patience import PATIENCE

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("sandbox")]
KILLED = (2, 6)  # the lessons whose first run is killed
MENDED_IN = 5
WEIGHTS = "".join(
    f"\n[lesson-{lesson:02}]\nweight = {float(weight)}\n"
    for lesson, weight in LESSON_WEIGHTS.items()
)
WEIGHTS += "".join(
    f'\n[lesson-{int(name[0]):02}.weights]\n"{name}" = {float(weight)}\n'
    for name, weight in EXERCISE_WEIGHTS.items()
)


class Term:
    """The instructor's folder: a copy of the package, the exports, the lists and the grades."""

    def __init__(self, folder):
        self.folder, self.out = folder, folder / "grades"
        shutil.copytree(
            ROOT / "refimpl", folder / "refimpl", ignore=shutil.ignore_patterns("__pycache__")
        )
        self.said = ""

    def start(self, *words):
        environment = os.environ | {"PYTHONPATH": str(self.folder), "LC_ALL": "C.UTF-8"}
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "refimpl", *map(str, words)],
            cwd=self.folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, *words):
        process = self.start(*words)
        self.said, _ = process.communicate()
        assert process.returncode == 0, self.said

    def grade(self, lesson, export, *words):
        return ("grade", export, "--lesson", lesson, "--out", "grades", "--workers", "2", *words)

    def kill_within(self, lesson, *words):
        """Start a run, and kill it when it has graded some of the lesson and not all."""
        process, deadline = (
            self.start(*self.grade(lesson, *words)),
            time.monotonic() + 30 * PATIENCE,
        )
        while self.n_graded(lesson) < 5:
            assert process.poll() is None and time.monotonic() < deadline, process.stdout.read()
            time.sleep(0.2)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return self.n_graded(lesson)

    def n_graded(self, lesson):
        if not (self.out / "gradebook.sqlite").exists():
            return 0
        query = "SELECT count(*) FROM gradings JOIN files ON file = files.number WHERE lesson = ?"
        with sqlite3.connect(self.out / "gradebook.sqlite", timeout=60) as book:
            return book.execute(query, (lesson,)).fetchone()[0]

    def write_roster(self, students):
        rows = "".join(f"{one.id},{one.name}\n" for one in students)
        (self.folder / "students.csv").write_text(f"id,name\n{rows}", encoding="utf-8")

    def write_lists(self, students):
        with (self.folder / "extensions.csv").open("w") as file:
            file.write("student,lesson,until,why\n")
            for one in students:
                for lesson, until in one.extensions.items():
                    file.write(f"{one.id},{lesson},{until:%Y-%m-%d %H:%M},ill\n")
        with (self.folder / "overrides.csv").open("w") as file:
            file.write("student,exercise,points,comment,who,when\n")
            for one in students:
                for exercise, points in one.overrides.items():
                    file.write(f"{one.id},{exercise},{float(points)},looked at,Prof. X,\n")
                for lesson in one.excused:
                    file.write(f"{one.id},{lesson},excused,away,Prof. X,\n")

    def mend(self):
        """Let exercise 1.3 be right within five hundredths, in the copy of the package."""
        path = self.folder / "refimpl/course/exercises/lesson_01/signal_to_noise.py"
        text = path.read_text(encoding="utf-8")
        mended = text.replace(
            "    reference=signal_to_noise,\n",
            "    reference=signal_to_noise,\n"
            "    compare=partial(compare_arrays, tolerance=0.05),\n",
        ).replace(
            "import numpy as np\n",
            "from functools import partial\n\nimport numpy as np\n\n"
            "from refimpl.course.differences import compare_arrays\n",
            1,
        )
        assert mended.count("partial") == 2
        path.write_text(mended, encoding="utf-8")

    def table(self, name):
        with (self.out / name).open(encoding="utf-8", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}


def check_lesson(term, students, lesson, mended):
    """The lesson's table says what the reckoning says, as far as the term has come."""
    reckoned, _ = reckon(students, mended)
    for student, row in term.table(f"lesson-{lesson:02}/grades.csv").items():
        expected = reckoned[student, lesson]
        assert row["total"] == "" if expected is None else Fraction(row["total"]) == expected, row


def test_a_term(tmp_path):
    students, term = make_class(), Term(tmp_path)
    term.write_roster(students)
    term.write_lists(students)
    lists = [w for n in ("extensions", "overrides") for w in (f"--{n}", f"{n}.csv")]
    for lesson in LESSONS:
        first, second = (tmp_path / f"lesson-{lesson}-{n}.zip" for n in (1, 2))
        export(first, students, lesson, due(lesson) + timedelta(days=1))
        export(second, students, lesson, due(lesson) + timedelta(days=30))
        dates = ["--due", f"{due(lesson):%Y-%m-%d %H:%M}"]
        if lesson == 1:
            late = f"10 % a day, at most 50 %, {FREE_DAYS} free days"
            dates += ["--zone", "Europe/Berlin", "--late", late, "--attempt", "best"]
            dates += ["--roster", "students.csv", *lists]
        if lesson == 4:
            gone = next(one for one in students if one.leaves_after == 3)
            term.write_roster([one for one in students if one is not gone])
        if lesson in KILLED:
            n = term.kill_within(lesson, first, *dates)
            term.run(*term.grade(lesson, first, *dates))
            assert f"{n} graded before" in term.said
        else:
            term.run(*term.grade(lesson, first, *dates))
        if lesson == 1:  # as a person writes them
            with (term.out / "course.toml").open("a", encoding="utf-8") as file:
                file.write(WEIGHTS)
            text = (term.out / "course.toml").read_text(encoding="utf-8")
            assert "drop_lowest = 0" in text
            changed = text.replace("drop_lowest = 0", f"drop_lowest = {DROPPED}")
            (term.out / "course.toml").write_text(changed, encoding="utf-8")
        term.run(*term.grade(lesson, second))
        check_lesson(term, students, lesson, mended=lesson > MENDED_IN)
        if lesson == MENDED_IN:
            check_the_mended_tolerance(term, students)
    check_the_end(term, students)


def check_the_mended_tolerance(term, students):
    """Re-grading says why, who has more, and that nobody has less."""
    before, _ = reckon(students, mended=False)
    after, _ = reckon(students, mended=True)
    term.mend()
    term.run(*term.grade(1, "lesson-1-2.zip"))
    assert "to grade again, since changed: exercise 1.3" in term.said
    assert "exercise 1.3, tolerance: None → 0.05" in term.said
    assert "lower than before" not in term.said
    changes = (term.out / "lesson-01/changes.txt").read_text(encoding="utf-8")
    gained = {one.id for one in students if before[one.id, 1] != after[one.id, 1]}
    assert len(gained) > 5
    told = re.findall(r"^lesson 1, (\w+): .*total", changes, re.MULTILINE)
    assert gained <= set(told)
    assert f"{NEARLY}: 0 → 4" in changes
    check_lesson(term, students, 1, mended=True)


def check_the_end(term, students):
    lessons, percents = reckon(students)
    table = term.table("course.csv")
    assert len(table) == len(students)
    for student, row in table.items():
        for lesson in LESSONS:
            expected = lessons[student, lesson]
            said = row[f"lesson {lesson}"]
            assert said == "excused" if expected is None else Fraction(said) == expected, row
        assert float(row["percent"]) == round(float(percents[student]), 2), row
    gone = next(one for one in students if one.leaves_after == 3)
    assert [who for who, row in table.items() if row["roster"] == "left"] == [gone.id]
    term.run("grade-report", "grades")
    term.run("grade-export", "canvas", "grades", "--out", "canvas.csv", "--zeros")
    with (term.folder / "canvas.csv").open(newline="") as file:
        rows = {row["SIS User ID"]: row for row in csv.DictReader(file)}
    for (student, lesson), expected in lessons.items():
        said = rows[student][f"Lesson {lesson}"]
        assert said == "EX" if expected is None else Fraction(said) == expected
