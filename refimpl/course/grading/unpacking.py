"""The files that were handed in, unpacked from zips, and none of them trusted.

Somebody's zip inside an export is opened too. Its content keeps its name as a folder, so that it
stays theirs. Each person has room of their own: what one hands in takes nothing from another.
"""

import zipfile
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from refimpl.course.grading.cleaning import clean_line
from refimpl.course.grading.listing import Entry, list_folder, list_zip, wrapping
from refimpl.course.grading.naming import NOTEBOOK, ZIP, Naming
from refimpl.errors import UserError

MAX_FILES_EACH = 5_000  # of one person
MAX_NOTEBOOKS_EACH = 50
MAX_FILE_BYTES = 50 * 2**20
MAX_BYTES_EACH = 4 * MAX_FILE_BYTES  # unpacked
MAX_ZIPS = 2  # a zip in a zip of one person
MAX_DIRECTORY = 2 * 2**20  # of a person's zip: the list of what it holds, in bytes
LONGEST_PROBLEM = 300  # characters
TOO_LARGE = f"larger than {MAX_FILE_BYTES // 2**20} MB: clear the notebook's outputs"
TOO_MANY = f"more than {MAX_FILES_EACH:,} files: only the notebook is needed"
TOO_MUCH = (
    f"more than {MAX_NOTEBOOKS_EACH} notebooks, or {MAX_BYTES_EACH // 2**20} MB of them: "
    "only one is needed"
)
NOTHING = "nothing in it"
A_CLASS = "an export of a whole class: give this zip itself to `refimpl grade`"
_END, _END_SIZE, _LARGE = b"PK\5\6", 22, b"PK\6\7"  # of a zip, in its specification


@dataclass(frozen=True)
class Found:
    """A file, its name in what was handed over, and when it was changed last.

    Attributes:
        path: The file to read; none where there is a problem, or where it is no notebook.
        name: With "/" between folders, and with a zip's own name as a folder for its content;
            without folders around everything.
        when: Seconds since 1970; larger for what is newer.
        problem: Why it is not to be read, if so.
    """

    path: Path | None
    name: str
    when: float
    problem: str = ""


def find_files(
    source: Path,
    scratch: Path,
    naming: Naming,
    leave_out: Collection[Path] = (),
    zone: tzinfo | None = None,
) -> list[Found]:
    """Return all files that were handed in, and what is wrong with some.

    A folder that cannot be read is among them, and so is one at the top in which there is nothing.

    Args:
        source: A folder or a zip.
        scratch: An empty folder, where zips are unpacked.
        naming: The rule that tells whose a file is.
        leave_out: Paths in the folder that are not looked at.
        zone: Of the clock that times in zips are of; this machine's own if None.

    Raises:
        UserError: It is neither, or holds far too much.
    """
    found = _Found(scratch, naming, zone)
    if source.is_dir():
        entries = list_folder(source, leave_out)
        found.add_all(entries, wrapping(entries, naming))
        return found.all()
    with _open_zip(source) as archive:
        entries = list_zip(archive, zone)
        found.add_all(entries, wrapping(entries, naming), archive)
    return found.all()


def _open_zip(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except Exception as error:  # damage has many names
        raise _no_zip(source, error) from None


def _no_zip(source: Path, error: Exception) -> UserError:
    reason = clean_line(str(error) or type(error).__name__, LONGEST_PROBLEM)
    return UserError(f"{source} is neither a folder nor a whole zip: {reason}")


class _Room:
    """How much one person may still hand in."""

    def __init__(self) -> None:
        self.files, self.notebooks, self.bytes = MAX_FILES_EACH, MAX_NOTEBOOKS_EACH, MAX_BYTES_EACH


class _Found:
    """Collects files, and keeps an eye on how much room each person takes.

    Args:
        scratch: An empty folder, where zips are unpacked.
        naming: The rule that tells whose a file is.
        zone: Of the clock that times in zips are of.
    """

    def __init__(self, scratch: Path, naming: Naming, zone: tzinfo | None):
        self.scratch = scratch
        self.naming = naming
        self.zone = zone
        self._found: list[Found] = []
        self._rooms: dict[str, _Room] = defaultdict(_Room)
        self._tops: dict[str, None] = {}  # names at the top, in their order
        self._problems: set[tuple[str, str]] = set()
        self._n_unpacked = 0

    def all(self) -> list[Found]:
        """Return everything, with an entry for each folder at the top that holds nothing."""
        full = {_top(file.name) for file in self._found}
        empty = [Found(None, f"{top}/", 0.0, NOTHING) for top in self._tops if top not in full]
        return sorted([*self._found, *empty], key=lambda file: file.name)

    def add_all(
        self,
        entries: list[Entry],
        around: str = "",
        archive: zipfile.ZipFile | None = None,
        above: str = "",
        n_zips: int = 0,
    ) -> None:
        """Add all entries of a folder or a zip.

        Args:
            entries: From `list_folder` or `list_zip`.
            around: Folders around everything, see `wrapping`.
            archive: The open zip that they are in.
            above: The name of that zip with a "/" behind, if it is a person's own.
            n_zips: How many zips of that person it lies in, itself counted.
        """
        for entry in entries:
            name = above + entry.name.removeprefix(around)
            if entry.name.endswith("/") and not entry.problem:
                if not around.startswith(entry.name):
                    self._tops.setdefault(_top(name))
            elif entry.problem:
                self._found.append(Found(None, name or "./", entry.when, entry.problem))
            elif self._has_room(name):
                self._add(entry, name, archive, n_zips)

    def _add(self, entry: Entry, name: str, archive: zipfile.ZipFile | None, n_zips: int) -> None:
        """Add one file: unpacked, if it is in a zip, and with its content, if it is one."""
        if not _is_wanted(name):
            self._found.append(Found(None, name, entry.when))
            return
        is_zip = bool(ZIP.search(name))
        if not self._may_take(name, is_zip):
            return
        path, problem = entry.at, ""
        if archive is not None:
            self._n_unpacked += 1
            path = self.scratch / f"{self._n_unpacked:06}"
            problem = _unpack(archive, entry.at, path)
        elif entry.size > MAX_FILE_BYTES:
            problem = TOO_LARGE
        if archive is not None or is_zip:
            self._rooms[_top(name)].bytes -= path.stat().st_size
        if is_zip and not problem:
            self._look_into(path, name, entry.when, n_zips + 1)
        else:
            self._found.append(Found(path, name, entry.when, problem))

    def _look_into(self, path: Path, name: str, when: float, n_zips: int) -> None:
        """Add what is in somebody's zip, or why it cannot be opened."""
        if n_zips > MAX_ZIPS:
            problem = "a zip within two other zips: hand in the notebook"
        elif _directory_bytes(path) > MAX_DIRECTORY:
            problem = TOO_MANY
        else:
            problem = self._open(path, name, n_zips)
        if problem:
            self._found.append(Found(None, name, when, problem))

    def _open(self, path: Path, name: str, n_zips: int) -> str:
        """Add what is in somebody's zip, and return what is wrong with it, if anything."""
        try:
            with zipfile.ZipFile(path) as archive:
                entries = list_zip(archive, self.zone)
                if not entries:
                    return NOTHING
                if "/" not in name and self._is_of_a_class(entries):
                    return A_CLASS
                self.add_all(entries, "", archive, f"{name}/", n_zips)
        except Exception as error:  # whatever is wrong with it, it is one person's
            return clean_line(f"not a whole zip: {error or type(error).__name__}", LONGEST_PROBLEM)
        return ""

    def _is_of_a_class(self, entries: list[Entry]) -> bool:
        tops = {_top(entry.name) for entry in entries if self.naming.is_of_a_system(entry.name)}
        return len(tops) > 1

    def _has_room(self, name: str) -> bool:
        """Count one more file of somebody."""
        room = self._rooms[_top(name)]
        room.files -= 1
        return room.files >= 0 or self._refuse(name, TOO_MANY)

    def _may_take(self, name: str, is_zip: bool) -> bool:
        """Count one more notebook of somebody, if there is room for it."""
        room = self._rooms[_top(name)]
        room.notebooks -= not is_zip
        return (room.notebooks >= 0 and room.bytes > 0) or self._refuse(name, TOO_MUCH)

    def _refuse(self, name: str, problem: str) -> bool:
        """Add a problem of somebody, once."""
        if (_top(name), problem) not in self._problems:
            self._problems.add((_top(name), problem))
            self._found.append(Found(None, name, 0.0, problem))
        return False


def _top(name: str) -> str:
    return name.partition("/")[0]


def _is_wanted(name: str) -> bool:
    """Whether to open a file: a notebook, a zip, or what a system has put at the top."""
    is_of_the_system = "/" not in name and name.lower().endswith((".txt", ".yml"))
    return bool(NOTEBOOK.search(name) or ZIP.search(name)) or is_of_the_system


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> str:
    """Write a member's content, and return what is wrong with it, if anything."""
    path.touch()
    room = MAX_FILE_BYTES
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


def _directory_bytes(path: Path) -> int:
    """How long a zip's list of members is, or might be, in bytes, without reading it.

    Python reads the whole list before anybody can ask how long it is; a million members take 20
    seconds.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 2**16 - _END_SIZE))
        tail = file.read()
    at = len(tail) - _END_SIZE
    if not tail.startswith(_END, max(0, at)):
        at = tail.rfind(_END)
    if at < 0 or _LARGE in tail[max(0, at - _END_SIZE) : at]:
        return size  # another record tells, which only very large zips need
    return int.from_bytes(tail[at + 12 : at + 16], "little")
