"""The gradebook's files: what was handed in, by whom and when.

The same content from the same student is one file, whatever its name. Of two times that are known
in the same way the earlier one holds: copying a file, or handing it in again, makes nobody late.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from refimpl.course.grading.inbox import BY_NAME, Submission

_COLUMNS = (
    *("number", "lesson", "student", "name", "digest", "problem", "person", "ids", "handed_in"),
    *("told_by", "late", "position", "first_seen"),
)


@dataclass(frozen=True)
class Handed:
    """Something that was handed in, as the gradebook knows it.

    Attributes:
        number: Of the file in the gradebook.
        lesson: The lesson that it answers.
        submission: Whose, when, and under which name; its path is None.
        first_seen: When the gradebook met it.
    """

    number: int
    lesson: int
    submission: Submission
    first_seen: datetime


def read_files(connection: sqlite3.Connection, lesson: int | None) -> list[Handed]:
    """Return everything that was ever handed in, of one lesson or of all.

    Args:
        connection: To a gradebook.
        lesson: Its number, or None for all.
    """
    rows = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM files WHERE ? IS NULL OR lesson = ? ORDER BY number",
        (lesson, lesson),
    )
    return [_handed(dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def write_file(connection: sqlite3.Connection, lesson: int, one: Submission) -> int:
    """Write down one file, and return its number.

    Args:
        connection: To a gradebook.
        lesson: The lesson that it answers.
        one: The file.
    """
    key = (lesson, one.student, one.digest or f"{one.name}\n{one.problem}")
    when = one.handed_in.astimezone(UTC).isoformat() if one.handed_in else None
    told = {
        "person": one.person,
        "ids": "\n".join(one.ids),
        "handed_in": when,
        "told_by": one.told_by,
        "position": one.position,
        "late": one.late,
    }
    known = connection.execute(
        "SELECT number, handed_in, told_by FROM files"
        " WHERE lesson = ? AND student = ? AND identity = ?",
        key,
    ).fetchone()
    if known is None:
        row = dict(zip(("lesson", "student", "identity"), key, strict=True)) | told
        row |= {"name": one.name, "digest": one.digest, "problem": one.problem}
        row["first_seen"] = datetime.now(UTC).isoformat(timespec="seconds")
        marks = ", ".join("?" * len(row))
        insert = f"INSERT INTO files ({', '.join(row)}) VALUES ({marks})"
        return connection.execute(insert, tuple(row.values())).lastrowid
    number, before, told_by = known
    is_better = told_by is None or (one.told_by == BY_NAME and told_by != BY_NAME)
    if is_better or (one.told_by == told_by and (when or "~") < (before or "~")):
        settings = ", ".join(f"{column} = ?" for column in told)
        connection.execute(
            f"UPDATE files SET {settings} WHERE number = ?", (*told.values(), number)
        )
    return number


def _handed(row: dict) -> Handed:
    submission = Submission(
        row["student"],
        None,
        row["name"],
        0,
        row["digest"],
        row["problem"],
        person=row["person"],
        handed_in=datetime.fromisoformat(row["handed_in"]) if row["handed_in"] else None,
        told_by=row["told_by"] or "",
        late=bool(row["late"]),
        position=row["position"],
        ids=tuple(filter(None, row["ids"].split("\n"))),
    )
    seen = datetime.fromisoformat(row["first_seen"])
    return Handed(row["number"], row["lesson"], submission, seen)
