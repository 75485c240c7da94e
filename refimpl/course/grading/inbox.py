"""Finding submissions: whose notebooks are in a folder or a zip, in which order they came."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from refimpl.course.grading.cleaning import short_name
from refimpl.course.grading.naming import (
    BRIGHTSPACE_INDEX,
    GRADESCOPE_INDEX,
    NOTEBOOK,
    SYSTEMS,
    Naming,
    Whose,
    blackboard_parts,
    is_of_a_lesson,
    lesson_of,
)
from refimpl.course.grading.receipts import read_index, read_receipts
from refimpl.course.grading.unpacking import Found, find_files
from refimpl.errors import UserError

SUFFIX = ".ipynb"
NO_NOTEBOOK = f"no notebook: its name does not end in {SUFFIX}"
NOT_FITTING = "the naming rule does not fit the file's name, so its student is not known"
BY_NAME, BY_FILE, PACKED = "name", "file", "packed"  # how it is known when something came
A_LESSON = "named like a lesson's own notebook, so its student is not known: rename it"


@dataclass(frozen=True)
class Submission:
    """One file that somebody handed in.

    Attributes:
        student: Who, as the file's name says.
        path: The file to read; none where there is a problem.
        name: The file's name, as it was handed in.
        attempt: 1 for the student's first, in the order in which they were handed in.
        digest: SHA-256 of the content.
        problem: Why the file is not to be read, if so.
        person: The student's name alone, without the number that a system puts behind it.
        handed_in: When, as far as it is known.
        told_by: How that is known: "name", by the export's names or its index; "file", by the
            file's own date; "packed", by the date that an export has given to all of its files,
            before which it was handed in.
        late: Whether the system that it was exported from calls it late.
        position: Larger for what came later, where the name tells that.
        ids: Numbers and addresses of the student, which a roster may have too.
        note: For a human to look at, though the file is read.
    """

    student: str
    path: Path | None
    name: str
    attempt: int
    digest: str
    problem: str = ""
    person: str = ""
    handed_in: datetime | None = None
    told_by: str = ""
    late: bool = False
    position: int = 0
    ids: tuple[str, ...] = ()
    note: str = ""


def find_submissions(
    source: Path,
    scratch: Path,
    naming: str = "auto",
    *,
    lesson: int | None = None,
    leave_out: Collection[Path] = (),
    zone: tzinfo | None = None,
) -> list[Submission]:
    """Find all submissions.

    A student who handed in only files that are no notebooks (a PDF) has a submission too, with a
    problem. Such files beside a notebook are left alone, and so are notebooks of other lessons
    beside one of this lesson.

    Args:
        source: A folder of notebooks, or a zip of one, as exported by Moodle, Canvas, Brightspace,
            Blackboard or Gradescope. Zips in it are opened.
        scratch: An empty folder, where zips are unpacked.
        naming: A rule of `Naming`. A file that it does not fit is a submission with a problem,
            under its own name.
        lesson: Its number.
        leave_out: Files and folders in the source that are none: where results go.
        zone: Of the clock that the export's times are of; this machine's own if None.

    Returns:
        The submissions by student, and for each in the order in which they came.

    Raises:
        UserError: Nothing there, no zip, or a naming rule that is none.
    """
    rule = Naming(naming)
    if not source.exists():
        raise UserError(f"there is no {source}")
    if source.resolve() in {path.resolve() for path in leave_out}:
        raise UserError(f"results would go among the submissions in {source}: give another --out")
    found = find_files(source, scratch, rule, leave_out, zone)
    if not any(NOTEBOOK.search(file.name) for file in found):
        raise UserError(f"{source} holds no notebook (*{SUFFIX}), nor a zip with one")
    grouped = _by_student(found, rule)
    return [
        submission
        for student in sorted(grouped)
        for submission in _in_order(student, _of_this_lesson(grouped[student], lesson), zone)
    ]


@dataclass(frozen=True)
class _OfSomebody:
    """A file, and what is known of whose it is."""

    file: Found
    whose: Whose


def _by_student(found: list[Found], rule: Naming) -> dict[str, list[_OfSomebody]]:
    """Give each file its student, and leave alone the other files beside a notebook."""
    index, receipts = read_index(found), read_receipts(found)
    indexes = {GRADESCOPE_INDEX}
    has_index = any(file.name == GRADESCOPE_INDEX for file in found)
    if any(SYSTEMS["brightspace"](file.name) for file in found):
        indexes.add(BRIGHTSPACE_INDEX)
    grouped: dict[str, list[_OfSomebody]] = {}
    for file in found:
        if file.name in indexes:
            continue
        file = replace(file, problem=file.problem or _what_it_is_not(file.name))
        # Only a folder of Gradescope's is somebody's there, and a group's is of several.
        told = index.get(file.name.partition("/")[0])
        if not told:
            whose = _ask(rule, file.name, receipts)
            told = [replace(whose, untold=has_index) if whose else None]
        for whose in told:
            if whose is None:
                problem = A_LESSON if is_of_a_lesson(file.name) else NOT_FITTING
                file = replace(file, problem=file.problem or problem)
                whose = Whose(file.name, file.name)
            # What looks the same is written in two ways: a letter with its accent, or both apart.
            student = unicodedata.normalize("NFC", whose.student)
            grouped.setdefault(student, []).append(_OfSomebody(file, whose))
    for student, files in grouped.items():
        notebooks = [one for one in files if one.file.problem not in (NO_NOTEBOOK, "")]
        notebooks += [one for one in files if not one.file.problem]
        grouped[student] = notebooks or files[:1]
    return grouped


def _ask(rule: Naming, name: str, receipts: dict[str, tuple[str, str]]) -> Whose | None:
    """Return what a name tells, and what a receipt of Blackboard's adds."""
    whose = rule(name)
    if whose and (parts := blackboard_parts(name)) and whose.student in receipts:
        user, person = receipts[parts[0]]
        return replace(whose, student=user, name=person)
    return whose


def _what_it_is_not(name: str) -> str:
    return "" if NOTEBOOK.search(name) or name.endswith("/") else NO_NOTEBOOK


def _stem(name: str) -> str:
    return NOTEBOOK.sub("", name.rpartition("/")[2])


def _of_this_lesson(files: list[_OfSomebody], lesson: int | None) -> list[_OfSomebody]:
    """Leave out other lessons' notebooks: a student who hands in the whole course means one."""
    numbers = [lesson_of(_stem(one.file.name)) for one in files]
    if lesson is None or lesson not in numbers:
        return files
    return [one for one, number in zip(files, numbers, strict=True) if number in (lesson, None)]


def _in_order(student: str, files: Iterable[_OfSomebody], zone: tzinfo | None) -> list[Submission]:
    """One person's files, in the order in which they came."""

    def when(one: _OfSomebody) -> float:
        told = one.whose.when
        return one.file.when if told is None else _aware(told, zone).timestamp()

    def order(one: _OfSomebody) -> tuple:
        return one.whose.order, when(one), one.whose.copy, one.file.name

    submissions = []
    for attempt, one in enumerate(sorted(files, key=order), start=1):
        digest, problem = _digest(one.file)
        told_by = BY_NAME if one.whose.when else PACKED if one.whose.packed else BY_FILE
        submissions.append(
            Submission(
                short_name(student),
                one.file.path,
                short_name(one.file.name),
                attempt,
                digest,
                problem,
                person=short_name(one.whose.name),
                handed_in=datetime.fromtimestamp(when(one), UTC) if when(one) > 0 else None,
                told_by=told_by,
                late=one.whose.late,
                position=one.whose.order,
                ids=one.whose.ids,
                note=_note(one.whose),
            )
        )
    return submissions


def _note(whose: Whose) -> str:
    """A remark for a human on how a file got its student, or none."""
    if whose.untold:
        return f"{GRADESCOPE_INDEX} of the export does not tell whose it is"
    return f"counted as a file of {whose.student}, by its name" if whose.copy else ""


def _aware(when: datetime, zone: tzinfo | None) -> datetime:
    """A time of an export's clock."""
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _digest(file: Found) -> tuple[str, str]:
    """The SHA-256 of a file's content, and its problem."""
    if file.problem or file.path is None:
        return "", file.problem
    try:
        return hashlib.sha256(file.path.read_bytes()).hexdigest(), ""
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
