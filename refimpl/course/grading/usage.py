"""The resources that a child and its descendants use, and how all of them are ended."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from refimpl.course.budgets import processor_time
from refimpl.course.grading.sandbox import OPEN_FILES

LAST_WAIT = 120  # seconds for what has been killed to be gone


@dataclass
class Used:
    """The resources that some processes use together.

    Attributes:
        seconds: Processor time of those that are there and of children that they waited for.
        memory: Bytes; what several processes share counts for each.
        files: In /tmp and /dev/shm of a sandbox.
        descriptors: Open files, sockets and pipes.
        runs: Whether one of them computes, or waits for nothing but a processor.
    """

    seconds: float = 0.0
    memory: int = 0
    files: int = 0
    descriptors: int = 0
    runs: bool = False


def used_by(pid: int) -> Used:
    """Return the resources that a process and its descendants use."""
    used = Used()
    for process in _family(pid):
        try:
            with process.oneshot():
                used.seconds += processor_time(process)
                used.runs = used.runs or _runs(process)
                used.memory += process.memory_info().rss
            used.files = max(used.files, _files_of(process.pid))
            used.descriptors += _descriptors_of(process)
        except psutil.Error:
            continue
    return used


def memory_of(pid: int) -> int:
    """Return the bytes that a process and its descendants use; shared ones count once.

    Looking takes the kernel some milliseconds for each of them.
    """
    memory = 0
    for process in _family(pid):
        try:
            memory += getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
        except psutil.AccessDenied:  # hides itself: it counts whole
            memory += process.memory_info().rss
        except psutil.Error:
            continue
    return memory


def end_processes(process: subprocess.Popen) -> None:
    """Kill a child and its descendants, and wait until they are gone."""
    family = _family(process.pid)
    process.kill()
    for member in family:  # in a sandbox they go with it; in the open they would stay
        try:
            member.kill()
        except psutil.Error:
            continue
    process.wait()
    # Their user is counted free only then. (Gone with the first process of a sandbox are all.) One
    # that has ended waits for whatever is the machine's first process to notice, which in a
    # container may take seconds, or never happen: it runs no code and holds no memory any more.
    until = time.monotonic() + LAST_WAIT
    while any(map(_is_alive, family)) and time.monotonic() < until:
        time.sleep(0.005)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def _runs(process: psutil.Process) -> bool:
    """Whether a thread of a process computes, or would if it had a processor.

    A busy machine makes threads wait for a processor, and they count as running all the while. So
    this tells a child that is asleep from one that gets little done, however slow the machine is.
    """
    if sys.platform != "linux":
        return process.status() == psutil.STATUS_RUNNING
    try:
        for thread in Path(f"/proc/{process.pid}/task").iterdir():
            state = (thread / "stat").read_text().rpartition(")")[2].split()[0]
            if state == "R":
                return True
    except (OSError, IndexError):  # gone
        pass
    return False


def _descriptors_of(process: psutil.Process) -> int:
    if not hasattr(process, "num_fds"):  # Windows
        return 0
    try:
        return process.num_fds()
    except psutil.AccessDenied:  # hides itself: it may have all
        return OPEN_FILES


def _files_of(pid: int) -> int:
    """Count the files where a sandboxed process may write; 0 for a process in the open."""
    n_files = 0
    for folder in ("tmp", "dev/shm"):
        try:
            root = Path(f"/proc/{pid}/root")
            if root.stat().st_dev != Path("/").stat().st_dev:
                here = os.statvfs(root / folder)
                n_files += here.f_files - here.f_ffree
        except (OSError, AttributeError):  # gone, or no Linux
            continue
    return n_files
