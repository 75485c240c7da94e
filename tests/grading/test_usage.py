"""What a child is seen to use: all its threads and processes, and what they share only once."""

import ctypes
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from refimpl.course.grading.usage import LAST_WAIT, end_processes, memory_of, used_by

SLEEPING_CHILD = "import os, time\nif os.fork() == 0: time.sleep(1e6)"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="as Linux tells it")


@contextmanager
def python(code):
    """A process that runs some code and then waits; yields its number."""
    command = [sys.executable, "-c", f"{code}\nprint(flush=True)\nimport sys\nsys.stdin.read()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        process.stdout.readline()
        yield process.pid
        for one in [*psutil.Process(process.pid).children(), process]:
            one.kill()


def test_a_thread_that_computes_is_no_sleep():
    code = "import hashlib, threading\nburn = lambda: hashlib.pbkdf2_hmac('sha1', b'', b'', 10**9)"
    with python(f"{code}\nthreading.Thread(target=burn, daemon=True).start()") as pid:
        assert used_by(pid).runs


def test_a_process_and_its_child_that_wait_are_asleep():
    with python(SLEEPING_CHILD) as pid:
        assert any(not used_by(pid).runs for _ in range(10_000))  # once both have begun to


def test_processes_that_ended_count():
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])"
    with python(code) as pid:
        assert used_by(pid).seconds > 0.25


def test_shared_memory_counts_once():
    with python(f"kept = bytes(range(256)) * 2**19\n{SLEEPING_CHILD}") as pid:
        assert used_by(pid).memory > 1.9 * 2**27
        assert 2**27 < memory_of(pid) < 1.5 * 2**27


def test_what_nobody_has_waited_for_yet_holds_up_nothing():
    # In many containers the first process never waits for orphans. Here it is this one.
    kernel, set_subreaper = ctypes.CDLL(None), 36
    assert kernel.prctl(set_subreaper, 1, 0, 0, 0) == 0
    try:
        program = "import subprocess, sys, time; c = subprocess.Popen(['sleep', '999']); "
        program += "print(c.pid, flush=True); time.sleep(999)"
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        orphan = psutil.Process(int(child.stdout.readline()))
        began = time.monotonic()
        end_processes(child)
        assert orphan.status() == psutil.STATUS_ZOMBIE
        assert time.monotonic() - began < LAST_WAIT / 2
        os.waitpid(orphan.pid, 0)
        child.stdout.close()
    finally:
        kernel.prctl(set_subreaper, 0, 0, 0, 0)
