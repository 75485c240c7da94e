"""Temporary folders that do not pile up: what a killed run leaves, the next run removes.

Each folder has a lock beside it, held for as long as its run lives. A folder whose lock is free is
nobody's any more.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "refimpl-grading-"
LOCK = ".lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a temporary folder, and remove those that killed runs have left."""
    from filelock import FileLock

    remove_leftovers()
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=LOCK)
    os.close(handle)
    lock, path = FileLock(name, thread_local=False), Path(name)
    with lock:
        # Only now: a folder without a held lock might be taken for a leftover.
        folder = path.with_name(path.name.removesuffix(LOCK))
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        path.unlink()


def remove_leftovers() -> None:
    """Remove the folders that killed runs of this user have left."""
    from filelock import FileLock, Timeout

    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*{LOCK}"):
        # What goes away meanwhile raises an OSError.
        with suppress(OSError, Timeout):
            if _is_ours(path):
                with FileLock(path, timeout=0):
                    folder = path.with_name(path.name.removesuffix(LOCK))
                    shutil.rmtree(folder, ignore_errors=True)
                    path.unlink()


def _is_ours(path: Path) -> bool:
    """Whether a file is an ordinary one of this user: opening a stranger's link could empty it."""
    state = path.lstat()
    return stat.S_ISREG(state.st_mode) and (
        not hasattr(os, "getuid") or state.st_uid == os.getuid()
    )
