"""What was handed in: the files of a folder, or of a zip that is not to be trusted."""

import os
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.grading.cleaning import clean_line, clean_name
from refimpl.errors import UserError

MAX_MEMBERS = 20_000
MAX_FILE_BYTES = 50 * 2**20
MAX_TOTAL_BYTES = 4 * 2**30
LONGEST_PROBLEM = 300  # characters
A_LINK = "a link to another file, which is not followed"
TOO_LARGE = f"larger than {MAX_FILE_BYTES // 2**20} MB: clear the notebook's outputs"
# Systems' own files, and what Jupyter writes beside a notebook.
IGNORED = re.compile(r"(^|/)(__MACOSX|\.[^/.][^/]*|desktop\.ini|Thumbs\.db)(/|$)")


@dataclass(frozen=True)
class Found:
    """A file, its name in what was handed over, and when it was changed last.

    Attributes:
        path: The file to read.
        name: With "/" between folders.
        when: Larger for what is newer.
        problem: Why it is not to be read, if so.
    """

    path: Path
    name: str
    when: float
    problem: str = ""


def files_in_folder(folder: Path) -> list[Found]:
    """Return all files in a folder and the folders in it; links are not followed."""
    found = []
    for here, folders, files in os.walk(folder):
        for entry in sorted([*files, *(f for f in folders if (Path(here) / f).is_symlink())]):
            path = Path(here) / entry
            name = clean_name(path.relative_to(folder).as_posix())
            if not IGNORED.search(name):
                found.append(_look_at(path, name))
    return sorted(found, key=lambda file: file.name)


def files_in_zip(source: Path, scratch: Path) -> list[Found]:
    """Return all files in a zip, unpacked one by one under names of our own.

    Args:
        source: The zip.
        scratch: An empty folder.

    Raises:
        UserError: It is no zip, or holds too many files.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = [
                (member, clean_name(member.filename.replace("\\", "/")))
                for member in archive.infolist()
                if not member.is_dir()
            ]
            members = [(member, name) for member, name in members if not IGNORED.search(name)]
            if len(members) > MAX_MEMBERS:
                raise UserError(f"{source} holds {len(members)} files, {MAX_MEMBERS} at most")
            room, found = MAX_TOTAL_BYTES, []
            for number, (member, name) in enumerate(members):
                path = scratch / f"{number:05}"
                problem = _unpack(archive, member, path, min(room, MAX_FILE_BYTES))
                room -= path.stat().st_size
                when = sum(part * 100**i for i, part in enumerate(reversed(member.date_time)))
                found.append(Found(path, name, when, problem))
            return found
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError(f"{source} is neither a folder nor a whole zip: {error}") from None


def _look_at(path: Path, name: str) -> Found:
    try:
        state = path.lstat()
    except OSError as error:
        return Found(path, name, 0.0, f"cannot be read: {error.strerror}")
    problem = ""
    if stat.S_ISLNK(state.st_mode):
        problem = A_LINK
    elif not stat.S_ISREG(state.st_mode):
        problem = "no ordinary file"
    elif state.st_size > MAX_FILE_BYTES:
        problem = TOO_LARGE
    return Found(path, name, state.st_mtime, problem)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, room: int) -> str:
    """Write a member's content, and return what is wrong with it, if anything."""
    path.touch()
    if stat.S_ISLNK(member.external_attr >> 16):
        return A_LINK
    if ".." in member.filename.replace("\\", "/").split("/") or member.filename.startswith("/"):
        return "a path that leads out of its folder"
    try:
        # What the zip says of a size may be wrong: count what comes out.
        with archive.open(member) as content, path.open("wb") as file:
            while block := content.read(2**20):
                room -= len(block)
                if room < 0:
                    file.truncate(0)
                    return f"when unpacked {TOO_LARGE}"
                file.write(block)
    except Exception as error:  # each way to compress has its own
        path.write_bytes(b"")
        return clean_line(f"cannot be unpacked: {error or type(error).__name__}", LONGEST_PROBLEM)
    return ""
