"""A control group counts the memory that belongs to no process; without one, open files count.

Where REFIMPL_REQUIRE_CGROUPS is set, a machine that lets nobody make a group is a failure.
"""

import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from refimpl.course.grading import session
from refimpl.course.grading.cgroups import memory_group
from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.task import Task, grade_cells
from tests.grading.hostile import RIGHT
from tests.grading.notebooks import answered
from tests.grading.settings import SECRET

# Fills the buffers of sockets: memory of the kernel's.
FILL = """
import socket
kept = []
for _ in range(100):
    kept.append(socket.socketpair())
    for end in kept[-1]:
        end.setblocking(False)
        try:
            while True:
                end.send(bytes(4096))
        except OSError:
            pass
"""
MANY_PROCESSES = """
import os, time
for _ in range(20):
    if os.fork() == 0:
        exec(FILL)
        time.sleep(1e6)
time.sleep(1e6)
"""


@pytest.fixture
def group():
    with memory_group(2**25) as group:
        if group is None:
            reason = "this machine lets us make no control group"
            if os.environ.get("REFIMPL_REQUIRE_CGROUPS"):
                pytest.fail(reason)
            pytest.skip(reason)
        yield group


def run(group, code):
    return subprocess.run(group.entering([sys.executable, "-c", code])).returncode


def test_memory_of_the_kernels_counts(group):
    assert run(group, "kept = bytes(2**20)") == 0
    assert not group.was_exceeded()
    assert run(group, FILL) != 0
    assert group.was_exceeded()


def test_a_group_is_gone_at_its_end():
    with memory_group(2**25) as group:
        there = group is not None and group.folder.exists()
    assert group is None or (there and not group.folder.exists())


@pytest.mark.parametrize("has_groups", [True, False])
def test_the_buffers_of_many_sockets_are_noticed(sandbox, has_groups, monkeypatch):
    if not has_groups:
        monkeypatch.setattr(session, "memory_group", lambda limit: nullcontext())
    body = "\n".join(f"    {line}" for line in f"FILL = {FILL!r}\n{MANY_PROCESSES}".splitlines())
    cell = f"def signal_to_noise(clean, noisy):\n{body}\n    return {RIGHT}"
    task = Task(1, SECRET, Limits(seconds=10, memory=2**29))
    report = grade_cells(task, answered(cell))
    (one,) = [one for one in report.exercises if one.id == "1.3"]
    assert one.status in ("memory", "files"), one
