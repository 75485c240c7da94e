"""The gradebook: every hand-in and every grading of a course, in one SQLite file.

Four views are for asking. Two hold *what counts*, one attempt for each student and lesson:

    attempts        whose, which lesson, which attempt, when handed in, how late, points, total
    exercises       of these: points (as people have set them, if they have), status, reason

and two hold everything, with a column `counts`:

    all_attempts    every grading of every hand-in, also by exercises and limits of before
    all_exercises   their exercises, as they were graded

So `SELECT id, avg(1.0 * points / of) FROM exercises GROUP BY id` is the share of points that was
earned in each exercise, and `SELECT student, id, reason FROM exercises WHERE status = 'timeout'`
asks for all timeouts that cost points.

Below them lie tables: `files` (what was handed in), `notebooks` (their cells, so that they can be
graded again), `gradings` and `results` (what came of it), `keys` (what they were graded with), and
`standings` (what counts, rewritten by each run).
"""

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from refimpl.course.grading.hand_ins import Handed, read_files, write_file
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.reading import Cell, Notebook
from refimpl.course.grading.report import GRADER_ERROR, ExerciseReport, Report
from refimpl.course.grading.schema import VERSION, check_version_1, create, migrate
from refimpl.errors import UserError

BOOK = "gradebook.sqlite"
_COLUMNS = [column.name for column in fields(ExerciseReport)]


@dataclass(frozen=True)
class Grading:
    """The result of grading a file.

    Attributes:
        number: Of the grading in the gradebook.
        file: Of the file in the gradebook.
        key: Of the exercises and limits that graded it.
        report: The points and reasons.
    """

    number: int
    file: int
    key: str
    report: Report


class Gradebook:
    """A gradebook on disk. Each grading is written whole or not at all.

    Args:
        path: The file, made when it is not there. One of an older version is brought up to date,
            and a copy of it kept.

    Raises:
        UserError: The file is no gradebook, or one of a newer version.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            with self._open() as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version > VERSION:
                    raise UserError(f"{path} is of a newer version of the course: update it here")
                if version == VERSION:
                    return
                if not connection.execute("SELECT name FROM sqlite_master").fetchall():
                    create(connection)
                    return
                check_version_1(connection)
                shutil.copyfile(path, path.with_name(f"{path.stem}-before-update.sqlite"))
                migrate(connection)
        except sqlite3.DatabaseError as error:
            raise UserError(f"{path} is no gradebook ({error}): move it away") from None

    # -------------------------------------------------------------- what was handed in

    def see(self, lesson: int, submissions: Iterable[Submission]) -> dict[Submission, int]:
        """Write down what was handed in, and return each one's number."""
        with self._transaction() as connection:
            return {one: write_file(connection, lesson, one) for one in submissions}

    def files(self, lesson: int | None = None) -> list[Handed]:
        """Return everything that was ever handed in, of one lesson or of all."""
        with self._open() as connection:
            return read_files(connection, lesson)

    def keep(self, digest: str, notebook: Notebook) -> None:
        """Keep a notebook's cells, so that it can be graded again without the file."""
        cells = [astuple(cell) for cell in notebook.cells]
        content = zlib.compress(json.dumps(cells).encode())
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO notebooks VALUES (?, ?)", (digest, content))

    def kept(self) -> set[str]:
        """Return the SHA-256 of each file whose notebook is kept."""
        with self._open() as connection:
            return {digest for (digest,) in connection.execute("SELECT digest FROM notebooks")}

    def notebook(self, digest: str) -> Notebook | None:
        """Return a notebook that was kept."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT content FROM notebooks WHERE digest = ?", (digest,)
            ).fetchone()
        if row is None:
            return None
        return Notebook([Cell(*cell) for cell in json.loads(zlib.decompress(row[0]))])

    # -------------------------------------------------------------- what came of it

    def use_key(self, lesson: int, key: str, parts: dict[str, str]) -> None:
        """Note what a lesson is graded with from now on.

        Args:
            lesson: Its number.
            key: The hash of the parts.
            parts: Everything that a grade depends on, by name.
        """
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO keys (lesson, key, parts, used_at) VALUES (?, ?, ?, ?)",
                (lesson, key, json.dumps(parts), _now()),
            )

    def last_key(self, lesson: int) -> tuple[str, dict[str, str]] | None:
        """Return what a lesson was graded with last, and its parts; None where it never was."""
        query = "SELECT key, parts FROM keys WHERE lesson = ? ORDER BY used_at DESC, rowid DESC"
        with self._open() as connection:
            row = connection.execute(query, (lesson,)).fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def lessons(self) -> list[int]:
        """Return the numbers of the lessons of which something was handed in."""
        with self._open() as connection:
            return [
                lesson
                for (lesson,) in connection.execute(
                    "SELECT DISTINCT lesson FROM files ORDER BY lesson"
                )
            ]

    def graded(self, lesson: int, key: str) -> set[int]:
        """Return the numbers of all files that were graded with a key, faults left out."""
        query = (
            "SELECT file FROM gradings JOIN files ON files.number = file"
            " WHERE lesson = ? AND key = ? AND status != ?"
        )
        with self._open() as connection:
            return {file for (file,) in connection.execute(query, (lesson, key, GRADER_ERROR))}

    def add(self, file: int, key: str, report: Report) -> None:
        """Write down a grading; one that is there already stays as it is, unless it is a fault."""
        with self._transaction() as connection:
            fault = (file, key, GRADER_ERROR)
            connection.execute(
                "DELETE FROM results WHERE grading IN"
                " (SELECT number FROM gradings WHERE file = ? AND key = ? AND status = ?)",
                fault,
            )
            connection.execute(
                "DELETE FROM gradings WHERE file = ? AND key = ? AND status = ?", fault
            )
            added = connection.execute(
                "INSERT OR IGNORE INTO gradings (file, key, status, reason, graded_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (file, key, report.status, report.reason, _now()),
            )
            if added.rowcount:
                marks = ", ".join("?" * (len(_COLUMNS) + 1))
                rows = [(added.lastrowid, *astuple(one)) for one in report.exercises]
                columns = ", ".join(["grading", *_COLUMNS])
                connection.executemany(f"INSERT INTO results ({columns}) VALUES ({marks})", rows)

    def gradings(self, lesson: int, key: str) -> dict[int, Grading]:
        """Return each file's grading: with a key, and else the latest that there is.

        Args:
            lesson: Its number.
            key: The one that counts.
        """
        query = (
            "SELECT gradings.number, file, key, status, reason FROM gradings"
            " JOIN files ON files.number = file WHERE lesson = ?"
            " ORDER BY key = ?, graded_at, gradings.number"
        )
        columns = ", ".join(f"results.{name}" for name in _COLUMNS)
        results = (
            f"SELECT grading, {columns} FROM results JOIN gradings ON gradings.number = grading"
            " JOIN files ON files.number = file WHERE lesson = ? ORDER BY results.rowid"
        )
        with self._open() as connection:
            rows = connection.execute(query, (lesson, key)).fetchall()
            exercises: dict[int, list[ExerciseReport]] = {}
            for number, *cells in connection.execute(results, (lesson,)):
                exercises.setdefault(number, []).append(ExerciseReport(*cells))
        return {
            file: Grading(number, file, of, Report(status, reason, exercises.get(number, [])))
            for number, file, of, status, reason in rows
        }

    # -------------------------------------------------------------- what counts

    def write_standings(self, rows: Iterable[tuple], decisions: Iterable[tuple]) -> None:
        """Write down what counts now, in place of what counted before.

        Args:
            rows: For `standings`, in the order of its columns.
            decisions: For `decisions`, likewise.
        """
        with self._transaction() as connection:
            for table, content in (("standings", list(rows)), ("decisions", list(decisions))):
                connection.execute(f"DELETE FROM {table}")
                if content:
                    marks = ", ".join("?" * len(content[0]))
                    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", content)

    def points(self) -> dict[tuple[int, str, str], float]:
        """Return what counted at the end of the last run.

        Returns:
            By lesson, student and exercise the points, and by lesson, student and "" the total.
        """
        with self._open() as connection:
            found = {
                (lesson, student, ""): total
                for lesson, student, total in connection.execute(
                    "SELECT lesson, student, total FROM standings WHERE total IS NOT NULL"
                )
            }
            query = "SELECT lesson, student, id, points FROM exercises"
            found.update(
                {
                    (lesson, who, one): points
                    for lesson, who, one, points in connection.execute(query)
                }
            )
        return found

    def students(self) -> set[str]:
        """Return who has ever been on the roster."""
        with self._open() as connection:
            return {one for (one,) in connection.execute("SELECT id FROM students")}

    def write_students(self, rows: Iterable[tuple]) -> None:
        """Write down the roster: id, name, e-mail, section, status; nobody is ever taken off."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO students VALUES (?, ?, ?, ?, ?)", rows)

    def read_students(self) -> list[tuple[str, str, str, str, str]]:
        """Return the roster as it was written down."""
        with self._open() as connection:
            return connection.execute("SELECT * FROM students ORDER BY id").fetchall()

    def _open(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self.path, timeout=30))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection, connection:
            yield connection


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
