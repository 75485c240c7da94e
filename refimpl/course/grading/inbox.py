"""Finding submissions: whose notebooks lie in a folder or a zip, in which order they came."""

import hashlib
import re
import stat
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from refimpl.errors import UserError

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 100 * 2**20
MAX_TOTAL_BYTES = 4 * 2**30
# Systems' own files, and what Jupyter writes beside a notebook.
IGNORED = re.compile(r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.[^/]*)(/|$)")
# How the common systems name what they export:
NAMINGS = {
    # Moodle: "Ada Lovelace_12345_assignsubmission_file_/anything.ipynb"
    "moodle": r"^(?:.*/)?(?P<student>[^/]+_\d+)_assignsubmission_[^/]*/",
    # Canvas: "lovelaceada_LATE_123_456_03-k-means-2.ipynb", -2 for the second attempt
    "canvas": r"^(?:.*/)?(?P<student>[^/_]+(?:_LATE)?_\d+)_\d+_"
    r"[^/]*?(?:-(?P<attempt>\d+))?\.ipynb$",
    # A folder for each student
    "folder": r"^(?P<student>[^/]+)/",
    # A file for each student
    "file": r"^(?P<student>[^/]+)\.ipynb$",
}


@dataclass(frozen=True)
class Submission:
    """One notebook that somebody handed in.

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

    Args:
        source: A folder of notebooks, or a zip of one, as exported by Moodle or Canvas.
        scratch: An empty folder, where a zip is unpacked.
        naming: "moodle", "canvas", "folder" or "file"; "auto" for the first that fits each name; or
            a regular expression with a group `student`, and `attempt` if names tell it. A file
            that it does not fit is a submission with a problem, under its own name.

    Returns:
        The submissions by student, and for each in the order in which they came.

    Raises:
        UserError: Nothing there, no zip, or a naming rule that fits nothing.
    """
    patterns = _patterns(naming)
    if not source.exists():
        raise UserError(f"there is no {source}")
    found = _in_folder(source) if source.is_dir() else _in_zip(source, scratch)
    if not found:
        raise UserError(f"{source} holds no notebook (*.ipynb)")
    return _by_student(found, patterns)


@dataclass(frozen=True)
class _Found:
    """A file, its name in what was handed over, and when it was changed last."""

    path: Path
    name: str
    when: float
    problem: str = ""


def _in_folder(folder: Path) -> list[_Found]:
    """The notebooks in a folder and the folders in it."""
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        name = path.relative_to(folder).as_posix()
        if IGNORED.search(name):
            continue
        if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
            found.append(_Found(path, name, 0.0, "a link to another file, which is not followed"))
        elif path.is_file():
            found.append(_Found(path, name, path.stat().st_mtime))
    return found


def _in_zip(source: Path, scratch: Path) -> list[_Found]:
    """The notebooks in a zip, unpacked one by one under names of our own."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = [
                member
                for member in archive.infolist()
                if member.filename.endswith(".ipynb") and not IGNORED.search(member.filename)
            ]
            if len(members) > MAX_MEMBERS:
                raise UserError(f"{source} holds {len(members)} notebooks, {MAX_MEMBERS} at most")
            room = MAX_TOTAL_BYTES
            found = []
            for number, member in enumerate(members):
                path = scratch / f"{number:05}.ipynb"
                problem = _unpack(archive, member, path, min(room, MAX_MEMBER_BYTES))
                room -= path.stat().st_size
                when = sum(part * 100**i for i, part in enumerate(reversed(member.date_time)))
                found.append(_Found(path, member.filename, when, problem))
            return found
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UserError(f"{source} is neither a folder nor a whole zip: {error}") from None


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, room: int) -> str:
    """Write a member's content, and return what is wrong with it, if anything."""
    path.touch()
    parts = PurePosixPath(member.filename).parts
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link to another file, which is not followed"
    if ".." in parts or member.filename.startswith("/") or "\\" in member.filename:
        return "a path that leads out of its folder"
    try:
        # What the zip says of a size may be wrong: count what comes out.
        with archive.open(member) as content, path.open("wb") as file:
            while block := content.read(2**20):
                room -= len(block)
                if room < 0:
                    file.truncate(0)
                    return "too large when unpacked"
                file.write(block)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError) as error:
        path.write_bytes(b"")
        return f"cannot be unpacked: {error}"
    return ""


def _patterns(naming: str) -> list[re.Pattern]:
    if naming == "auto":
        return [re.compile(pattern) for pattern in NAMINGS.values()]
    try:
        pattern = re.compile(NAMINGS.get(naming, naming))
    except re.error as error:
        raise UserError(f"the naming rule {naming!r} is no regular expression: {error}") from None
    if "student" not in pattern.groupindex:
        names = ", ".join(NAMINGS)
        raise UserError(
            f"the naming rule {naming!r} is none of auto, {names}, and has no group (?P<student>…)"
        )
    return [pattern]


def _by_student(found: list[_Found], patterns: list[re.Pattern]) -> list[Submission]:
    """Give each file its student, and each student's files their order."""
    grouped: dict[str, list[tuple[int, float, _Found]]] = {}
    for file in found:
        matches = (pattern.search(file.name) for pattern in patterns)
        match = next((match for match in matches if match), None)
        told = match and match.groupdict().get("attempt")
        student = match["student"].replace("_LATE", "") if match else file.name
        if match is None:
            problem = "the naming rule does not fit the file's name, so whose it is is not known"
            file = replace(file, problem=problem)
        grouped.setdefault(student, []).append((int(told or 0), file.when, file))
    submissions = []
    for student in sorted(grouped):
        in_order = sorted(grouped[student], key=lambda entry: (*entry[:2], entry[2].name))
        for attempt, (_, _, file) in enumerate(in_order, start=1):
            digest = "" if file.problem else hashlib.sha256(file.path.read_bytes()).hexdigest()
            submissions.append(
                Submission(student, file.path, file.name, attempt, digest, file.problem)
            )
    return submissions
