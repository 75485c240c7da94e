"""How fast the grader's machine is, so that an answer may compute as much here as anywhere else."""

import os
import subprocess
from statistics import median

from refimpl.course.grading.sandbox import Sandbox
from refimpl.errors import UserError

MOST_COPIES = 8
_MEASURE = """
from refimpl.course.budgets import measure_reference_second
print(measure_reference_second())
"""


def measured_reference_second(sandbox: Sandbox) -> float:
    """Return how many seconds of processor time in a sandbox do the work of one reference second.

    As many copies as there are cores are measured at the same time, since that is how the children
    of a grading run share the machine; the median counts.

    Raises:
        UserError: A copy did not end well.
    """
    command = sandbox.python(sandbox.with_package(_MEASURE))
    copies = [
        subprocess.Popen(
            command,
            env=sandbox.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        for _ in range(min(MOST_COPIES, available_cores()))
    ]
    measured = []
    for copy in copies:
        said, complaint = copy.communicate()
        if copy.returncode:
            reason = complaint.strip()[-200:]
            raise UserError(f"this machine's speed could not be measured: {reason}")
        measured.append(float(said))
    return median(measured)


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
