"""Atomic writing of files, and locks for folders that only one run at a time may write to."""

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from refimpl.errors import UserError


def check_replaceable(path: Path) -> Path:
    """Return the file that writing to a path replaces: the target, where the path is a link.

    Raises:
        UserError: there is something else than a regular file, such as a device or a folder.
    """
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "no regular file (a device or a pipe)"
        raise UserError(f"{path} is {kind}, which cannot be replaced; give the name of a file")
    return target


def make_folder(folder: Path) -> Path:
    """Make a folder, and those that it lies in, where they are missing.

    Raises:
        UserError: something that is no folder has the name of one of them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        above = [path for path in (folder, *folder.parents) if os.path.lexists(path)]
        wrong = next((path for path in above if not path.is_dir()), folder)
        raise UserError(
            f"{wrong} is no folder, but one is needed there; choose another folder"
        ) from None
    return folder


@contextlib.contextmanager
def replacing(path: Path, suffix: str = ".tmp", *, sync: bool = True) -> Iterator[Path]:
    """Write a temporary file, and move it into place when all of it is on the disk.

    Even after an interruption, a reader finds the old file or the new one, never half of one.

    Args:
        path: of the file; missing folders are made.
        suffix: of the temporary name, for writers that look at it.
        sync: wait for the disk, so that even a power cut leaves one complete file. It takes
            milliseconds, too long for files that are easy to make again, such as a corpus.

    Yields:
        The temporary path to write to, hidden.

    Raises:
        UserError: something other than a regular file is at the path.
    """
    path = check_replaceable(path)
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}{suffix}")
    try:
        yield temporary
        if sync:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if sync:
        sync_folder(path.parent)


def write_atomically(path: str | Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file with the suffix of `path`, then move it into place."""
    path = Path(path)
    with replacing(path, path.suffix) as temporary:
        write(temporary)
    return path


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file's content in one step."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def replace_json(path: Path, content: Any) -> None:
    """Replace a file's content by JSON, in one step and in a form that people can read."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    # A file's name may hold what is no character: \udc80, which JSON then gives back.
    replace_file(path, text.encode(errors="backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on the disk, not only in the operating system's cache."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's list of names; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_main_process() -> bool:
    """Whether this is the one process of several (under `accelerate launch`) that writes."""
    return os.environ.get("RANK", "0") == "0"


@contextlib.contextmanager
def alone(folder: Path, doing: str) -> Iterator[None]:
    """Lock a folder against other processes; the process with the lock may enter again.

    The lock ends with its process, even after a crash. Under `accelerate launch` the first of
    several processes holds it for all.

    Args:
        folder: made if it is not there; the lock is its hidden file `.lock`.
        doing: what the other process does, such as "training into".

    Raises:
        UserError: another process holds the lock.
    """
    if not is_main_process():
        yield
        return
    make_folder(folder)
    lock = FileLock(folder / ".lock", timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise UserError(
            f"another process is {doing} {folder}; wait for it, or give another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()
