"""Ids for graders who must not know the names: `anonymous.csv`, beside the gradebook.

A student keeps the same id through the term. The lists of people take it like any other name, so a
grader can write overrides and comments without ever seeing who is meant. The file `anonymous.csv`
identifies everybody, so keep it to yourself.
"""

import secrets
from collections.abc import Iterable
from pathlib import Path

from refimpl.course.grading.tables import guard, write_table
from refimpl.course.grading.term.lists import read_list

FILE = "anonymous.csv"
_LETTERS = "ACDEFHJKLMNPRTUVWXY3479"  # no two that look alike
_LENGTH = 5


def read_anonymous(out: Path) -> dict[str, str]:
    """Return the anonymous ids by the students' ids, as the table holds these.

    Args:
        out: The course's folder.
    """
    path = out / FILE
    if not path.exists():
        return {}
    columns = {"student": (), "anonymous": ()}
    rows = read_list(path, columns, ["student", "anonymous"])
    return {row["student"]: row["anonymous"] for row in rows}


def give_anonymous(out: Path, students: Iterable[str]) -> dict[str, str]:
    """Give every student an anonymous id who has none, and write the list.

    Args:
        out: The course's folder.
        students: Their ids.

    Returns:
        The anonymous id of each student.
    """
    students = list(students)
    known = read_anonymous(out)
    taken = set(known.values())
    for student in map(guard, students):  # as the table holds them
        while student not in known:
            made = "anon-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
            if made not in taken:
                known[student] = made
                taken.add(made)
    write_table(out / FILE, ["student", "anonymous"], sorted(known.items()))
    return {student: known[guard(student)] for student in students}
