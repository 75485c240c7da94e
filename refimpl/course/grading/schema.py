"""The gradebook's tables and views, and how one of an older version becomes one of this."""

import sqlite3

VERSION = 2

SCHEMA = """
CREATE TABLE files (
    number INTEGER PRIMARY KEY,
    lesson INTEGER NOT NULL,
    student TEXT NOT NULL,              -- as the export calls them
    identity TEXT NOT NULL,             -- the digest, or name and problem of what cannot be read
    person TEXT NOT NULL,               -- the name alone
    ids TEXT NOT NULL,                  -- numbers and addresses of theirs, one a line
    name TEXT NOT NULL,                 -- of the file, as it was handed in
    digest TEXT NOT NULL,               -- SHA-256 of the file
    problem TEXT NOT NULL,              -- why it cannot be read, if so
    handed_in TEXT,                     -- ISO 8601, UTC
    told_by TEXT,                       -- how that is known: 'name', 'file', 'packed'
    position INTEGER NOT NULL,          -- larger for what came later, where a name tells it
    late INTEGER NOT NULL,              -- whether the exporting system calls it late
    first_seen TEXT NOT NULL,           -- ISO 8601, UTC
    UNIQUE (lesson, student, identity)
);
CREATE TABLE notebooks (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE keys (
    lesson INTEGER NOT NULL,
    key TEXT NOT NULL,                  -- the hash of its parts, next
    parts TEXT NOT NULL,                -- JSON: what a grade depends on, by name
    used_at TEXT NOT NULL,
    PRIMARY KEY (lesson, key)
);
CREATE TABLE gradings (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    file INTEGER NOT NULL REFERENCES files (number),
    key TEXT NOT NULL,
    status TEXT NOT NULL,               -- 'graded', 'unreadable', 'grader error'
    reason TEXT NOT NULL,
    graded_at TEXT NOT NULL,            -- ISO 8601, UTC
    UNIQUE (file, key)
);
CREATE TABLE results (
    grading INTEGER NOT NULL REFERENCES gradings (number),
    id TEXT NOT NULL,                   -- such as '3.1'
    points INTEGER NOT NULL,
    of INTEGER NOT NULL,                -- points that could be earned
    status TEXT NOT NULL,               -- 'right', 'wrong', 'not started', ... see report.py
    reason TEXT NOT NULL,               -- for the grader
    feedback TEXT NOT NULL,             -- for the student
    remark TEXT NOT NULL,               -- to be looked at though the status is ordinary
    PRIMARY KEY (grading, id)
);
CREATE TABLE students (id TEXT PRIMARY KEY, name TEXT, email TEXT, section TEXT, status TEXT);
CREATE TABLE standings (
    lesson INTEGER NOT NULL,
    student TEXT NOT NULL,              -- the roster's id, where there is one
    file INTEGER REFERENCES files (number),         -- that counts; NULL: nothing handed in
    grading INTEGER REFERENCES gradings (number),
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,           -- 1 for the student's first
    attempts INTEGER NOT NULL,          -- how many there are
    due TEXT,
    days_late INTEGER,                  -- NULL: not known
    free_days INTEGER NOT NULL,         -- of these, without cost
    points REAL,                        -- of all exercises
    deducted REAL NOT NULL,             -- for lateness
    total REAL,                         -- NULL: the lesson does not count
    of REAL NOT NULL,
    PRIMARY KEY (lesson, student)
);
CREATE TABLE decisions (
    lesson INTEGER NOT NULL,
    student TEXT NOT NULL,
    exercise TEXT NOT NULL,             -- '' for the whole lesson
    points REAL,                        -- NULL: a comment alone
    comment TEXT NOT NULL,
    who TEXT NOT NULL,
    decided TEXT NOT NULL               -- when, in people's own words
);
CREATE VIEW attempts AS
    SELECT gradings.number, standings.lesson, standings.student, attempt, name, digest, key,
        gradings.status, gradings.reason, graded_at, handed_in, standings.due, days_late, free_days,
        points, deducted, total, standings.of
    FROM standings JOIN gradings ON gradings.number = standings.grading
        JOIN files ON files.number = standings.file;
CREATE VIEW exercises AS
    SELECT grading AS number, lesson, student, results.id,
        coalesce(
            (SELECT decisions.points FROM decisions
                WHERE decisions.student = standings.student AND exercise = results.id
                AND decisions.points IS NOT NULL ORDER BY decisions.rowid DESC LIMIT 1),
            results.points) AS points,
        results.of, results.status, results.reason, results.feedback, results.remark,
        results.points AS graded_points
    FROM standings JOIN results USING (grading);
CREATE VIEW all_attempts AS
    SELECT gradings.number, files.lesson, files.student, files.name, digest, key, gradings.status,
        gradings.reason, graded_at, handed_in,
        EXISTS (SELECT 1 FROM standings WHERE grading = gradings.number) AS counts
    FROM gradings JOIN files ON files.number = file;
CREATE VIEW all_exercises AS
    SELECT grading AS number, id, points, of, status, reason, feedback, remark,
        EXISTS (SELECT 1 FROM standings WHERE standings.grading = results.grading) AS counts
    FROM results;
PRAGMA user_version = 2;
"""

# What version 1 called `attempts` and `exercises` held everything.
_RENAME_1 = """
ALTER TABLE attempts RENAME TO attempts_1;
ALTER TABLE exercises RENAME TO exercises_1;
"""
_FROM_1 = """
INSERT OR IGNORE INTO files (lesson, student, identity, person, ids, name, digest, problem,
        handed_in, told_by, position, late, first_seen)
    SELECT lesson, student,
        CASE digest WHEN '' THEN name || char(10) || reason ELSE digest END,
        '', '', name, digest, CASE digest WHEN '' THEN reason ELSE '' END, NULL, NULL, 0, 0,
        (SELECT min(graded_at) FROM attempts_1 other
            WHERE other.lesson = attempts_1.lesson AND other.student = attempts_1.student)
    FROM attempts_1 ORDER BY lesson, student, attempt, number;
INSERT OR IGNORE INTO gradings (number, file, key, status, reason, graded_at)
    SELECT attempts_1.number, files.number, key, status, reason, graded_at
    FROM attempts_1 JOIN files ON files.lesson = attempts_1.lesson
        AND files.student = attempts_1.student
        AND files.identity = CASE attempts_1.digest
            WHEN '' THEN attempts_1.name || char(10) || attempts_1.reason
            ELSE attempts_1.digest END
    ORDER BY attempts_1.number;
INSERT INTO results (grading, id, points, of, status, reason, feedback, remark)
    SELECT number, id, points, of, status, reason, feedback, remark FROM exercises_1
    WHERE number IN (SELECT number FROM gradings) ORDER BY exercises_1.rowid;
INSERT OR IGNORE INTO keys (lesson, key, parts, used_at)
    SELECT lesson, key, '{}', max(graded_at) FROM attempts_1 GROUP BY lesson, key;
DROP TABLE exercises_1;
DROP TABLE attempts_1;
"""


def create(connection: sqlite3.Connection) -> None:
    """Make an empty gradebook."""
    connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")


def check_version_1(connection: sqlite3.Connection) -> None:
    """Make sure that a file is a gradebook of version 1.

    Raises:
        sqlite3.DatabaseError: It is none.
    """
    connection.execute("SELECT lesson, student, attempt, name, digest, key FROM attempts LIMIT 1")
    connection.execute("SELECT number, id, points, of, status FROM exercises LIMIT 1")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a gradebook of version 1 up to date, all of it or nothing."""
    connection.executescript(f"BEGIN; {_RENAME_1} {SCHEMA} {_FROM_1} COMMIT;")
