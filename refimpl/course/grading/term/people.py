"""Who is who: the roster, and whose the names are that exports and lists use.

Systems call the same person by different names: Moodle "Ada Lovelace_4711", with another number in
each assignment, Canvas "lovelaceada_77", a folder "ada". The roster's id is what all of them stand
for. Without a roster, the same name in two lessons is the same person, unless one lesson has it
twice.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.grading.cleaning import short_name
from refimpl.course.grading.term.lists import read_list
from refimpl.errors import UserError

LEFT = "left"
UNKNOWN = "unknown"
ENROLLED = "enrolled"


@dataclass(frozen=True)
class Person:
    """Somebody.

    Attributes:
        id: The key of everything about them.
        name: For people.
        email: Theirs.
        section: Of the class.
        status: "enrolled", "left", "unknown" for a name that is not on the roster, or "" where
            there is no roster.
        also: Other names of theirs.
    """

    id: str
    name: str = ""
    email: str = ""
    section: str = ""
    status: str = ""
    also: tuple[str, ...] = ()


def read_roster(path: Path) -> list[Person]:
    """Read a roster: id, name, e-mail, section; and perhaps status ("left") and other names.

    Raises:
        UserError: It is none, or has somebody twice.
    """
    columns = {
        "id": [
            "student id",
            "sis id",
            "id number",
            "sid",
            "username",
            "login id",
            "org defined id",
        ],
        "name": ["full name", "student", "student name"],
        "email": ["e-mail", "email address", "mail"],
        "section": ["group", "sections"],
        "status": [],
        "also": ["other names", "aliases"],
        "first": ["first name", "given name"],
        "last": ["last name", "surname", "family name"],
    }
    people: dict[str, Person] = {}
    for row in read_list(path, columns, []):
        name = row["name"] or " ".join(filter(None, (row["first"], row["last"])))
        key = short_name(row["id"] or row["email"] or name)
        if not key:
            raise row.fault("it names nobody: give a column id, e-mail or name")
        if key in people:
            raise row.fault(f"{key} is on the roster twice")
        also = tuple(filter(None, map(str.strip, row["also"].split(";"))))
        status = (
            LEFT if row["status"].strip().lower() in (LEFT, "dropped", "inactive") else ENROLLED
        )
        people[key] = Person(key, name, row["email"], row["section"], status, also)
    if not people:
        raise UserError(f"{path} names nobody")
    return list(people.values())


@dataclass(frozen=True)
class Label:
    """A name that an export has used.

    Attributes:
        student: The whole of it, as "Ada Lovelace_4711".
        person: The name alone.
        lesson: Where it was used.
        ids: Numbers and addresses that the export tells, and that a roster may have.
    """

    student: str
    person: str
    lesson: int
    ids: tuple[str, ...] = ()


class People:
    """Everybody of a course.

    Args:
        roster: From `read_roster`; empty where there is none.
        labels: All names that exports have used.
        aliases: Other names that lists may use, each with the id that it stands for.
    """

    def __init__(
        self,
        roster: Iterable[Person],
        labels: Iterable[Label],
        aliases: Mapping[str, str] | None = None,
    ):
        self.aliases = dict(aliases or {})
        self.roster = {person.id: person for person in roster}
        self._ids = self._index()
        self.by_label: dict[str, Person] = {}
        labels = list(labels)
        shared = _shared_names(labels)
        for label in labels:
            if (known := self._on_the_roster(label)) is None:
                key = label.person if label.person and label.person not in shared else label.student
                status = UNKNOWN if self.roster else ""
                known = Person(key, label.person or label.student, status=status)
            self.by_label[label.student] = known

    def everybody(self) -> list[Person]:
        """Return all on the roster, and those who have handed in and are not, by their ids."""
        people = {**self.roster, **{person.id: person for person in self.by_label.values()}}
        return [people[key] for key in sorted(people)]

    def find(self, name: str, where: str) -> Person:
        """Return whom a list means.

        Args:
            name: An id, a name, an e-mail address, or what an export calls them.
            where: For messages.

        Raises:
            UserError: Nobody, or more than one.
        """
        name = self.aliases.get(name, name)
        if name in self.by_label:
            return self.by_label[name]
        if person := self._one_of([name]):
            return person
        found = {
            person.id: person
            for person in self.by_label.values()
            if _same(name) in (_same(person.id), _same(person.name))
        }
        if len(found) == 1:
            return next(iter(found.values()))
        near = difflib.get_close_matches(name, [*self.by_label, *self._names()], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        what = "means more than one" if found else "is neither on the roster nor has handed in"
        raise UserError(f"{where}: {name!r} {what}{hint}")

    def unknown(self) -> list[tuple[Person, Person | None]]:
        """Return who is not on the roster, each with whom they may be: of those without a hand-in.

        Empty where there is no roster.
        """
        here = {person.id for person in self.by_label.values()}
        missing = {_same(p.name): p for p in self.roster.values() if p.id not in here and p.name}
        found = []
        unknown = {p.id: p for p in self.by_label.values() if p.status == UNKNOWN}
        for person in unknown.values():
            near = difflib.get_close_matches(_same(person.name), missing, n=1, cutoff=0.75)
            found.append((person, missing[near[0]] if near else None))
        return found

    def joined(self) -> list[tuple[Person, list[str]]]:
        """Return who has handed in under several names, with these."""
        names = defaultdict(list)
        for label, person in self.by_label.items():
            names[person.id].append(label)
        everybody = {person.id: person for person in self.by_label.values()}
        return [(everybody[key], labels) for key, labels in names.items() if len(labels) > 1]

    def _names(self) -> list[str]:
        return [
            name for person in self.roster.values() for name in (person.id, person.name) if name
        ]

    def _index(self) -> dict[str, set[str]]:
        """By each way to write a name, the ids of those whose it is."""
        ids: dict[str, set[str]] = defaultdict(set)
        for person in self.roster.values():
            local_part = person.email.partition("@")[0]
            for name in (person.id, person.name, person.email, local_part, *person.also):
                if name:
                    ids[_same(name)].add(person.id)
            for order in _orders(person.name):
                ids[order].add(person.id)
        return ids

    def _on_the_roster(self, label: Label) -> Person | None:
        """Whom an export's name means, if the roster leaves no doubt."""
        if person := self._one_of([label.student, *label.ids]):
            return person
        ids = self._ids.get(_same(label.person), set())
        if len(ids) > 1:
            # The number behind a name tells two of the same name apart, and nothing more: Moodle's
            # may be somebody else's id.
            ids = ids & self._ids.get(_same(label.student.removeprefix(f"{label.person}_")), set())
        return self.roster[next(iter(ids))] if len(ids) == 1 else None

    def _one_of(self, names: Iterable[str]) -> Person | None:
        """The one on the roster whom the first of some names means that means only one."""
        for name in names:
            ids = self._ids.get(_same(name), set()) if name else set()
            if len(ids) == 1:
                return self.roster[next(iter(ids))]
        return None


def _shared_names(labels: Iterable[Label]) -> set[str]:
    """Names that two persons of one lesson have, by their numbers."""
    used: dict[tuple[int, str], set[str]] = defaultdict(set)
    for label in labels:
        used[label.lesson, label.person].add(label.student)
    return {person for (_, person), students in used.items() if len(students) > 1}


def _same(name: str) -> str:
    """A name as it is compared: "Lovelace, Ada" and "lovelace ada" are the same."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s,]+", " ", plain).strip()


def _orders(name: str) -> list[str]:
    """A name in one word with the last name first, as Canvas writes it, and in other orders."""
    words = re.findall(r"\w+", _same(name))
    return ["".join(words[n:] + words[:n]) for n in range(len(words))] if len(words) > 1 else []
