"""A course whose notebooks say themselves what they earn: a test of a term grades nothing."""

import csv
import itertools
import os
import sqlite3

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.grade import grade
from refimpl.course.grading.report import ExerciseReport, Report
from refimpl.course.grading.term.rules import read_rules
from tests.grading.notebooks import write
from tests.grading.settings import TASK


def earning(points, lesson=1):
    """A report in which some exercises are right, which are worth that many points together."""
    exercises = list(lesson_exercises(lesson).values())
    for right in itertools.product([1, 0], repeat=len(exercises)):
        earned = [one.points * yes for one, yes in zip(exercises, right, strict=True)]
        if sum(earned) == points:
            break
    reports = [
        ExerciseReport(one.id, got, one.points, "right" if got else "wrong")
        for one, got in zip(exercises, earned, strict=True)
    ]
    return Report("graded", exercises=reports)


class TermCourse:
    """Hands in, grades, and reads the results; "# 8" in a notebook is worth 8 points."""

    def __init__(self, folder):
        self.folder, self.out = folder, folder / "out"
        self.bonus, self.graded = 0, []

    def engine(self, task, submissions, n_workers):
        """What stands in for the sandbox."""
        for one in submissions:
            source = one.path.read_text(encoding="utf-8")
            worth = int(source.split("# ")[1].split(" ")[0]) + self.bonus
            self.graded.append(one.student)
            yield one, earning(worth, task.lesson)

    def hand_in(self, folder, **worth):
        for name, points in worth.items():
            day = 10**9 + 86_400 * len(list(self.folder.rglob("*.ipynb")))
            path = write(self.folder / folder / f"{name}.ipynb", [f"# {points} {folder}"])
            os.utime(path, (day, day))
        return self.folder / folder

    def run(self, folder, task=TASK, **rules):
        changed = read_rules(self.out).with_options(task.lesson, rules)
        return grade(self.folder / folder, self.out, task, rules=changed)

    def keep(self, name, text):
        self.out.mkdir(exist_ok=True)
        (self.out / name).write_text(text, encoding="utf-8")
        return name

    def rows(self, name):
        with (self.out / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def table(self, name="lesson-01/grades.csv"):
        return {row["student"]: row for row in self.rows(name)}

    def page(self, student, lesson=1):
        path = self.out / f"lesson-{lesson:02}/feedback/{student}.html"
        return path.read_text(encoding="utf-8")

    def ask(self, query):
        with sqlite3.connect(self.out / "gradebook.sqlite") as book:
            return book.execute(query).fetchall()
