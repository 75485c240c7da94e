"""How much a lesson or an answer may compute, on any machine: budgets in reference seconds.

A second of processor time is more work on a fast machine than on a slow one. So budgets count
*reference seconds*: what one core of the reference machine computes in one second. Each run
measures how long a fixed piece of work takes on its own machine, and converts with that.

On an idle machine the same cell costs the same again. Other programs stretch processor time, since
they share caches and the halves of a core: one cell of lesson 8 cost 6 reference seconds alone, 11
beside two busy programs, and 19 in one run of all tests. So only an author at an idle machine is
held to a budget itself (`refimpl lint-lesson --execute`); a test allows `SLACK` times as much.
"""

import statistics
import time

import numpy as np
import psutil

CELL_BUDGET = 15  # reference seconds
LESSON_BUDGET = 60
SLACK = 4  # a test finds the cell that runs away, on a busy machine as on an idle one
REFERENCE_MACHINE = "one core of a virtual server with an Intel Xeon 6 (Granite Rapids)"
WORK_ON_REFERENCE = 0.05  # seconds that `piece_of_work` takes there: this defines the unit
N_TURNS = 5


def piece_of_work() -> None:
    """Compute something fixed: half of it plain Python, half of it numpy on one core."""
    counts: dict[str, int] = {}
    for number in range(100_000):
        digits = str(number * number)
        counts[digits[:3]] = counts.get(digits[:3], 0) + len(digits)
    noise = np.random.default_rng(0).standard_normal(2**16)
    for _ in range(10):
        spectrum = np.fft.rfft(noise)
        noise = np.fft.irfft(spectrum * np.exp(-np.abs(spectrum) / 1e3), len(noise))
        noise = np.sort(noise)[::-1] + np.sqrt(np.abs(noise))


def measure_reference_second() -> float:
    """Return how many seconds of processor time here do the work of one reference second.

    It is 1 on the reference machine and 4 on one with a quarter of its speed. The median of a few
    turns counts, so that neither a first turn nor a disturbed one decides.
    """
    turns = []
    for _ in range(N_TURNS):
        before = time.thread_time()
        piece_of_work()
        turns.append(time.thread_time() - before)
    return statistics.median(turns) / WORK_ON_REFERENCE


def processor_time(process: psutil.Process) -> float:
    """Return the seconds that a process has computed so far, with children that it waited for."""
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system
