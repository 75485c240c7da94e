"""Two hundred submissions, killed in the middle and gone on with: on one machine, on a cluster."""

import collections
import csv
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import psutil
import pytest

from refimpl.course.grading.engine import default_workers
from tests.clusters import cluster
from tests.grading.hostile import ALL
from tests.grading.notebooks import ROOT, answered, cells_of, write
from tests.grading.settings import SECRET
from tests.patience import PATIENCE

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("sandbox")]
N_SUBMISSIONS = 200
HONEST_SHARE = 0.8


@pytest.fixture
def submissions(tmp_path):
    """Mostly people who did their work or part of it; some who broke something; broken files."""
    chooser = random.Random(0)
    whole, opened = cells_of("solutions", 1), cells_of("lessons", 1)
    for n in range(N_SUBMISSIONS):
        path = tmp_path / f"in/student{n:03}.ipynb"
        if chooser.random() < HONEST_SHARE:
            cells = [chooser.choice([a, a, b]) for a, b in zip(whole, opened, strict=True)]
            write(path, [*cells, f"# {n}"])
        else:
            name = chooser.choice(sorted(ALL))
            write(path, [*answered(ALL[name].cell()), f"# {n}"])
        if n % 40 == 0:
            path.write_bytes(path.read_bytes()[: -chooser.randrange(50, 500)])
    (tmp_path / "seeds.txt").write_text(SECRET)
    return tmp_path


def command(folder, *more):
    words = ["grade", str(folder / "in"), "--lesson", "1", "--out", str(folder / "out")]
    limits = ["--seeds", str(folder / "seeds.txt"), "--timeout", "3", "--memory", "1"]
    return [sys.executable, "-m", "refimpl", *words, *limits, *more]


def n_graded(folder):
    book = folder / "out/gradebook.sqlite"
    if not book.exists():
        return 0
    with sqlite3.connect(book, timeout=30) as connection:
        try:
            return connection.execute("SELECT count(*) FROM attempts").fetchone()[0]
        except sqlite3.OperationalError:  # not made yet
            return 0


def wait_until(n, folder, process):
    while n_graded(folder) < n:
        assert process.poll() is None, "it ended before"
        time.sleep(0.1)


def check_all_are_there(folder):
    with sqlite3.connect(folder / "out/gradebook.sqlite") as book:
        rows = book.execute("SELECT student, status FROM attempts").fetchall()
    assert len(rows) == len(set(rows)) == N_SUBMISSIONS  # each of them, and none twice
    assert collections.Counter(status for _, status in rows)["unreadable"] == N_SUBMISSIONS // 40
    with (folder / "out/lesson-01/grades.csv").open(newline="") as file:
        table = {row["student"]: row for row in csv.DictReader(file)}
    assert len(table) == N_SUBMISSIONS
    return table


class Memory:
    """The most memory that a process and all that it started held at a time, in bytes."""

    def __init__(self, process):
        self.process, self.peak, self.own_peak = psutil.Process(process.pid), 0, 0

    def look(self):
        own = self.process.memory_info().rss
        total = own
        for child in self.process.children(recursive=True):
            try:
                total += child.memory_info().rss
            except psutil.Error:
                continue
        self.peak, self.own_peak = max(self.peak, total), max(self.own_peak, own)


def test_a_class_of_two_hundred_killed_in_the_middle(submissions, capsys):
    start = time.monotonic()
    process = subprocess.Popen(command(submissions), cwd=ROOT, stderr=subprocess.DEVNULL)
    wait_until(N_SUBMISSIONS // 2, submissions, process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not psutil.wait_procs(children, timeout=PATIENCE)[1]  # they go with it
    before = n_graded(submissions)
    again = subprocess.Popen(command(submissions), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    memory = Memory(again)
    while again.poll() is None:
        try:
            memory.look()
        except psutil.Error:
            break
        time.sleep(0.3)
    seconds = time.monotonic() - start
    assert (
        f"{N_SUBMISSIONS - before} submissions graded, {before} graded before"
        in again.stderr.read()
    )
    check_all_are_there(submissions)
    n_cores = default_workers()
    with capsys.disabled():
        print(
            f"\n{N_SUBMISSIONS} submissions in {seconds:.0f} s on {n_cores} cores, "
            f"{60 * N_SUBMISSIONS / seconds / n_cores:.0f} a minute and core; "
            f"at most {memory.peak / 2**20:.0f} MiB, {memory.own_peak / 2**20:.0f} of them its own"
        )


def test_a_cluster_of_two_workers_one_of_them_killed(submissions, capsys, tmp_path):
    pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")
    with cluster(tmp_path) as (address, workers):
        began = time.monotonic()
        grading = subprocess.Popen(
            command(submissions, "--scheduler", address),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until(N_SUBMISSIONS // 3, submissions, grading)
        workers[1].kill()
        said = grading.communicate()[1]
        assert grading.returncode == 0, said
        assert f"{N_SUBMISSIONS} submissions graded" in said
        check_all_are_there(submissions)
        with capsys.disabled():
            seconds = time.monotonic() - began
            print(f"\n{N_SUBMISSIONS} in {seconds:.0f} s on two workers, one of them killed")
