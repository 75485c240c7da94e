"""A control group for each child, where this machine lets us make one.

The kernel then counts all memory that a child's processes cause, also what belongs to none of them,
such as the buffers of sockets, and ends them when it is too much (the kernel's documentation,
"Memory Resource Controller" and "Control Group v2").
"""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
_numbers = itertools.count()


@dataclass(frozen=True)
class _Place:
    """Where groups can be made, and what their files are called there."""

    folder: Path
    limit: str
    events: str
    settings: tuple[tuple[str, str], ...]


_VERSION_2 = ("memory.max", "memory.events", (("memory.swap.max", "0"), ("memory.oom.group", "1")))
_VERSION_1 = ("memory.limit_in_bytes", "memory.oom_control", (("memory.swappiness", "0"),))


class MemoryGroup:
    """A group of processes that may use so much memory together; made by `memory_group`."""

    def __init__(self, folder: Path, events: Path):
        self.folder = folder
        self._events = events

    def entering(self, command: list[str]) -> list[str]:
        """Return the command line of a command that starts in this group."""
        return ["/bin/sh", "-c", _ENTER, str(self.folder), *command]

    def was_exceeded(self) -> bool:
        """Tell whether the kernel has ended a process of the group for its memory."""
        counts = dict(line.split() for line in self._events.read_text().splitlines())
        return int(counts.get("oom_kill", 0)) > 0


@contextmanager
def memory_group(limit: int) -> Iterator[MemoryGroup | None]:
    """Yield a new group, which must be empty at the end; None where none can be made.

    Args:
        limit: Bytes.
    """
    if (place := _place()) is None:
        yield None
        return
    group = _make(place, limit)
    try:
        yield group
    finally:
        _remove(group.folder)


@cache
def _place() -> _Place | None:
    """Where this process may make groups that limit memory: tried once."""
    if sys.platform != "linux":
        return None
    for place in _candidates():
        try:
            group = _make(place, 2**30)
        except OSError:
            continue
        entered = subprocess.run(group.entering(["true"]), stderr=subprocess.DEVNULL)
        _remove(group.folder)
        if entered.returncode == 0:
            return place
    return None


def _candidates() -> Iterator[_Place]:
    """The groups that this process is in, and in version 2 those around it.

    There a group has either processes or groups of its own, but a group around it may take one
    more, if it hands on the control of memory.
    """
    own = {}  # by the names of what a hierarchy controls; version 2 has an empty one
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        own.update(dict.fromkeys(names.split(","), path))
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, (kind, _, options) = _mount(line)
        top = Path(fields[4])
        if kind == "cgroup2" and "" in own:
            inner = top / own[""].lstrip("/")
            for folder in (inner, *inner.parents):
                with suppress(OSError):
                    if "memory" in (folder / "cgroup.subtree_control").read_text().split():
                        yield _Place(folder, *_VERSION_2)
                if folder == top:
                    break
        elif kind == "cgroup" and "memory" in options.split(",") and "memory" in own:
            yield _Place(top / own["memory"].lstrip("/"), *_VERSION_1)


def _mount(line: str) -> tuple[list[str], str, list[str]]:
    """A line of mountinfo: what comes before the dash, and type, source and options behind it."""
    before, dash, behind = line.partition(" - ")
    return before.split(), dash, behind.split()


def _make(place: _Place, limit: int) -> MemoryGroup:
    folder = place.folder / f"refimpl-grading-{os.getpid()}-{next(_numbers)}"
    folder.mkdir()
    try:
        (folder / place.limit).write_text(str(limit))
    except OSError:
        folder.rmdir()
        raise
    for name, value in place.settings:
        with suppress(OSError):  # a kernel may have none of it
            (folder / name).write_text(value)
    return MemoryGroup(folder, folder / place.events)


def _remove(folder: Path) -> None:
    """Remove a group; one whose last process is just ending takes a moment."""
    for _ in range(100):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)
