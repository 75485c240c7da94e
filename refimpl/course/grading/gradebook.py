"""The gradebook: every attempt and its reasons, in one SQLite file.

    attempts    one row for each submitted file that was graded: whose, which attempt, the file's
                name and its SHA-256, the key that it was graded with, status and reason
    exercises   one row for each exercise of an attempt: points, status, reason, feedback, remark

The key stands for the hidden seeds, the exercises and the limits: with another key, a notebook is
graded anew, and the rows of before stay. So `SELECT a.student, e.id, e.status, e.reason FROM
attempts a JOIN exercises e USING (number) WHERE e.status = 'timeout'` asks for all timeouts.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path

from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.report import GRADER_ERROR, ExerciseReport, Report
from refimpl.errors import UserError

SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    number INTEGER PRIMARY KEY,
    lesson INTEGER NOT NULL,
    student TEXT NOT NULL,
    attempt INTEGER NOT NULL,           -- 1 for the student's first
    name TEXT NOT NULL,                 -- of the file, as it was handed in
    digest TEXT NOT NULL,               -- SHA-256 of the file
    key TEXT NOT NULL,                  -- of the hidden seeds and the exercises
    status TEXT NOT NULL,               -- 'graded', 'unreadable', 'grader error'
    reason TEXT NOT NULL,
    graded_at TEXT NOT NULL,            -- ISO 8601, UTC
    UNIQUE (lesson, student, name, digest, key)
);
CREATE TABLE IF NOT EXISTS exercises (
    number INTEGER NOT NULL REFERENCES attempts (number),
    id TEXT NOT NULL,                   -- such as '3.1'
    points INTEGER NOT NULL,
    of INTEGER NOT NULL,                -- points that could be earned
    status TEXT NOT NULL,               -- 'right', 'wrong', 'not started', ... see report.py
    reason TEXT NOT NULL,               -- for whoever grades
    feedback TEXT NOT NULL,             -- for the student
    remark TEXT NOT NULL,               -- to be looked at though the status is ordinary
    PRIMARY KEY (number, id)
);
"""
_COLUMNS = [column.name for column in fields(ExerciseReport)]


class Gradebook:
    """A gradebook on disk. Each attempt is written whole or not at all.

    Args:
        path: The file, made when it is not there.

    Raises:
        UserError: The file is no gradebook.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            with self._open() as connection:
                connection.executescript(SCHEMA)
        except sqlite3.DatabaseError as error:
            raise UserError(f"{path} is no gradebook ({error}): move it away") from None

    def graded(self, lesson: int, key: str) -> set[tuple[str, str, str]]:
        """Return (student, name, digest) of all that was graded with a key, faults left out."""
        query = (
            "SELECT student, name, digest FROM attempts"
            " WHERE lesson = ? AND key = ? AND status != ?"
        )
        with self._open() as connection:
            return set(connection.execute(query, (lesson, key, GRADER_ERROR)))

    def add(self, lesson: int, key: str, submission: Submission, report: Report) -> None:
        """Write down an attempt; one that is there already stays as it is, unless it is a fault."""
        when = datetime.now(UTC).isoformat(timespec="seconds")
        of_file = (submission.student, submission.attempt, submission.name, submission.digest)
        row = (lesson, *of_file, key, report.status, report.reason, when)
        with self._open() as connection, connection:
            connection.execute(
                "DELETE FROM attempts WHERE lesson = ? AND key = ? AND student = ? AND name = ?"
                " AND digest = ? AND status = ?",
                (lesson, key, submission.student, *of_file[2:], GRADER_ERROR),
            )
            added = connection.execute(
                "INSERT OR IGNORE INTO attempts (lesson, student, attempt, name, digest, key,"
                " status, reason, graded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            if added.rowcount:
                marks = ", ".join("?" * (len(_COLUMNS) + 1))
                rows = [(added.lastrowid, *astuple(one)) for one in report.exercises]
                columns = ", ".join(["number", *_COLUMNS])
                connection.executemany(f"INSERT INTO exercises ({columns}) VALUES ({marks})", rows)

    def find(self, lesson: int, key: str, submission: Submission) -> Report | None:
        """Return what was written down of a submission."""
        query = (
            "SELECT number, status, reason FROM attempts"
            " WHERE lesson = ? AND key = ? AND student = ? AND name = ? AND digest = ?"
        )
        of_file = (submission.student, submission.name, submission.digest)
        with self._open() as connection:
            found = connection.execute(query, (lesson, key, *of_file)).fetchone()
            if found is None:
                return None
            number, status, reason = found
            columns = ", ".join(_COLUMNS)
            query = f"SELECT {columns} FROM exercises WHERE number = ? ORDER BY rowid"
            rows = connection.execute(query, (number,)).fetchall()
        return Report(status, reason, [ExerciseReport(*row) for row in rows])

    def _open(self) -> Iterator[sqlite3.Connection]:
        return closing(sqlite3.connect(self.path, timeout=30))
