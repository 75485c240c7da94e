"""Everything in a folder or a zip that was handed over, before any of it is opened."""

import os
import re
import stat
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from refimpl.course.grading.cleaning import clean_name
from refimpl.course.grading.naming import GRADESCOPE_INDEX, NOTEBOOK, ZIP, Naming
from refimpl.errors import UserError

MAX_ENTRIES = 500_000
MAX_DEPTH = 40  # folders in folders
TOO_DEEP = f"more than {MAX_DEPTH} folders in one another"
A_LINK = "a link to another file, which is not followed"
# Systems' own files, and what Jupyter and others write beside a notebook: all whose name begins
# with a dot, but not a notebook that has no other name than its ending.
IGNORED = re.compile(
    r"(^|/)(__MACOSX|desktop\.ini|Thumbs\.db|\.(?!ipynb$|\.?/)[^/]*)(/|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Entry:
    """A file, or a folder if its name ends in "/".

    Attributes:
        name: With "/" between folders.
        when: When it was changed last, in seconds since 1970.
        size: In bytes; for a member of a zip, what the zip says.
        at: The file, or the zip's member.
        problem: Why it is not to be read, if so.
    """

    name: str
    when: float
    size: int
    at: Path | zipfile.ZipInfo
    problem: str = ""


def list_folder(folder: Path, leave_out: Collection[Path] = ()) -> list[Entry]:
    """Return the files in a folder and in its subfolders; links are not followed.

    Args:
        folder: Any folder; one in it that cannot be read is an entry with a problem.
        leave_out: Paths in it that are not looked at.

    Raises:
        UserError: There is too much.
    """
    left_out = {str(path.resolve()) for path in leave_out}
    found, waiting = [], [(str(folder.resolve()), "")]
    while waiting:  # and no recursion, which would end at some depth
        here, above = waiting.pop()
        try:
            inside = list(os.scandir(here))
        except OSError as error:
            found.append(Entry(above, 0.0, 0, Path(here), f"cannot be read: {error.strerror}"))
            continue
        for one in inside:
            name = above + clean_name(one.name)
            if one.path in left_out or IGNORED.search(name):
                continue
            if not one.is_dir(follow_symlinks=False):
                found.append(_look_at(Path(one.path), name))
                continue
            too_deep = name.count("/") >= MAX_DEPTH
            found.append(Entry(f"{name}/", 0.0, 0, Path(one.path), TOO_DEEP if too_deep else ""))
            if not too_deep:
                waiting.append((one.path, f"{name}/"))
        _check_number(len(found), folder)
    return sorted(found, key=lambda entry: entry.name)


def list_zip(archive: zipfile.ZipFile, zone: tzinfo | None = None) -> list[Entry]:
    """Return what a zip says that it holds.

    Args:
        archive: An open one.
        zone: Of the clock that its times are of; this machine's own if None.

    Raises:
        UserError: There is too much.
    """
    _check_number(len(archive.infolist()), archive.filename)
    found = []
    for member in archive.infolist():
        name = clean_name(member.filename.replace("\\", "/"))
        problem = ""
        if stat.S_ISLNK(member.external_attr >> 16):
            problem = A_LINK
        elif ".." in name.split("/") or name.startswith("/"):
            problem = "a path that leads out of its folder"
        elif name.count("/") > MAX_DEPTH:
            problem = TOO_DEEP
        if kept := _without_ignored(name):
            problem = problem if kept == name else ""
            found.append(Entry(kept, _when(member, zone), member.file_size, member, problem))
    return found


def wrapping(entries: Sequence[Entry], naming: Naming) -> str:
    """Return the folders around all notebooks, which say nothing about whose they are; "" for none.

    (Several notebooks of one person alone count as several persons' then, which shows; the other
    mistake, to take a class for one person, would lose all but one of them. A folder that a system
    has named is somebody's.)

    Args:
        entries: Everything.
        naming: The rule that tells whose a file is.
    """
    if not naming.may_be_wrapped:
        return ""
    names = [one.name for one in entries if NOTEBOOK.search(one.name) or ZIP.search(one.name)]
    index = next((one.name for one in entries if one.name.endswith(f"/{GRADESCOPE_INDEX}")), "")
    around = index.removesuffix(GRADESCOPE_INDEX) if index.count("/") == 1 else ""
    while len(names) > 1:
        tops = {name[len(around) :].partition("/")[:2] for name in names}
        top, slash = tops.pop()
        if tops or not slash or naming.is_of_a_system(top):
            break
        around += f"{top}/"
    return around


def _without_ignored(name: str) -> str:
    """A name, or the folder that it lies in if the rest is nobody's; "" if all of it is."""
    match = IGNORED.search(name)
    return name[: match.start()] + "/" * (match.start() > 0) if match else name


def _look_at(path: Path, name: str) -> Entry:
    try:
        state = path.lstat()
    except OSError as error:
        return Entry(name, 0.0, 0, path, f"cannot be read: {error.strerror}")
    problem = ""
    if stat.S_ISLNK(state.st_mode):
        problem = A_LINK
    elif not stat.S_ISREG(state.st_mode):
        problem = "no ordinary file"
    return Entry(name, state.st_mtime, state.st_size, path, problem)


def _when(member: zipfile.ZipInfo, zone: tzinfo | None) -> float:
    """When a member was changed last."""
    try:
        return datetime(*member.date_time, tzinfo=zone).timestamp()
    except (ValueError, OverflowError, OSError):  # such as month 0
        return 0.0


def _check_number(n: int, source: Path | str | None) -> None:
    if n > MAX_ENTRIES:
        raise UserError(f"{source} holds {n:,} files or more, {MAX_ENTRIES:,} at most")
