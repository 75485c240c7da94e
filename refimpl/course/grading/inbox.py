"""Finding submissions: whose notebooks lie in a folder or a zip, in which order they came."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from refimpl.course.grading.cleaning import short_name
from refimpl.course.grading.naming import Naming
from refimpl.course.grading.unpacking import Found, files_in_folder, files_in_zip
from refimpl.errors import UserError

SUFFIX = ".ipynb"
NO_NOTEBOOK = f"no notebook: its name does not end in {SUFFIX}"
NOT_FITTING = "the naming rule does not fit the file's name, so whose it is is not known"


@dataclass(frozen=True)
class Submission:
    """One file that somebody handed in.

    Attributes:
        student: Who, as the file's name says.
        path: The file to read.
        name: The file's name, as it was handed in.
        attempt: 1 for the student's first, in the order in which they were handed in.
        digest: SHA-256 of the content.
        problem: Why the file is not to be read, if so.
    """

    student: str
    path: Path
    name: str
    attempt: int
    digest: str
    problem: str = ""


def find_submissions(source: Path, scratch: Path, naming: str = "auto") -> list[Submission]:
    """Find all submissions.

    Whoever handed in nothing but files that are no notebooks (a PDF, a zip of their own) has a
    submission too, with a problem. Such files beside a notebook are left alone.

    Args:
        source: A folder of notebooks, or a zip of one, as exported by Moodle or Canvas.
        scratch: An empty folder, where a zip is unpacked.
        naming: A rule of `Naming`. A file that it does not fit is a submission with a problem,
            under its own name.

    Returns:
        The submissions by student, and for each in the order in which they came.

    Raises:
        UserError: Nothing there, no zip, or a naming rule that is none.
    """
    rule = Naming(naming)
    if not source.exists():
        raise UserError(f"there is no {source}")
    found = files_in_folder(source) if source.is_dir() else files_in_zip(source, scratch)
    if not any(file.name.lower().endswith(SUFFIX) for file in found):
        raise UserError(f"{source} holds no notebook (*{SUFFIX})")
    if naming == "auto":
        found = _without_wrapping(found)
    return _in_order(_by_student(found, rule))


def _without_wrapping(found: list[Found]) -> list[Found]:
    """Take away a folder that all notebooks lie in, which says nothing about whose they are.

    (Several notebooks of one student alone count as several students' then, which shows; the other
    mistake, to take a class for one student, would lose all but one of them.)
    """
    while True:
        notebooks = [file for file in found if file.name.lower().endswith(SUFFIX)]
        tops = {file.name.partition("/")[0] for file in notebooks}
        if len(notebooks) < 2 or len(tops) > 1 or any("/" not in f.name for f in notebooks):
            return found
        top = f"{tops.pop()}/"
        found = [replace(file, name=file.name.removeprefix(top)) for file in found]


def _by_student(found: list[Found], rule: Naming) -> dict[str, list[tuple[int, Found]]]:
    """Give each file its student, and leave alone what lies beside a notebook."""
    grouped: dict[str, list[tuple[int, Found]]] = {}
    for file in found:
        told = rule(file.name)
        if not file.name.lower().endswith(SUFFIX):
            file = replace(file, problem=NO_NOTEBOOK)
        elif told is None:
            file = replace(file, problem=file.problem or NOT_FITTING)
        student, attempt = told or (file.name, 0)
        grouped.setdefault(student, []).append((attempt, file))
    for student, files in grouped.items():
        notebooks = [entry for entry in files if entry[1].problem != NO_NOTEBOOK]
        grouped[student] = notebooks or files
    return grouped


def _in_order(grouped: dict[str, list[tuple[int, Found]]]) -> list[Submission]:
    submissions = []
    for student in sorted(grouped):
        files = sorted(grouped[student], key=lambda entry: (entry[0], entry[1].when, entry[1].name))
        for attempt, (_, file) in enumerate(files, start=1):
            digest, problem = _digest(file)
            name = short_name(file.name)
            one = Submission(short_name(student), file.path, name, attempt, digest, problem)
            submissions.append(one)
    return submissions


def _digest(file: Found) -> tuple[str, str]:
    """The SHA-256 of a file's content, and its problem."""
    if file.problem:
        return "", file.problem
    try:
        return hashlib.sha256(file.path.read_bytes()).hexdigest(), ""
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
