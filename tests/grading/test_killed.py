"""A grader that is killed leaves nothing behind that computes."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.grading.notebooks import ROOT, answered, write
from tests.grading.settings import SECRET
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("sandbox")
# It shows from outside that it is running: by a process of its own.
BUSY = """
def signal_to_noise(clean, noisy):
    import subprocess
    subprocess.run(["sleep", "86400"])
"""
SPINS = """
def signal_to_noise(clean, noisy):
    while True:
        pass
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("answer", [BUSY, SPINS], ids=["sleeps", "computes"])
def test_an_answer_that_runs_ends_with_a_grader_that_is_killed(tmp_path, how, answer):
    write(tmp_path / "in/ada.ipynb", answered(answer))
    (tmp_path / "seeds.txt").write_text(SECRET)
    words = ["grade", str(tmp_path / "in"), "--lesson", "1", "--out", str(tmp_path / "out")]
    words += ["--seeds", str(tmp_path / "seeds.txt"), "--timeout", "600", "--memory", "1"]
    command = [sys.executable, "-m", "refimpl", *words]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as grader:
        until = time.monotonic() + PATIENCE
        process = psutil.Process(grader.pid)
        while not running_answer(process):
            assert grader.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        below = process.children(recursive=True)
        grader.send_signal(how)
        grader.wait()
    assert not psutil.wait_procs(below, timeout=PATIENCE)[1]


def running_answer(grader):
    """Whether a worker is at work for a second: a short one is reading, or is another answer."""
    now = time.time()
    for process in grader.children(recursive=True):
        try:
            if not process.children() and now - process.create_time() > 1 and is_worker(process):
                return True
        except psutil.Error:
            continue
    return False


def is_worker(process):
    """Whether it is a copy of the first process of a sandbox, or was started by one."""
    parents = [parent.name() for parent in process.parents()]
    return "bwrap" in parents and parents.index("bwrap") > 0
