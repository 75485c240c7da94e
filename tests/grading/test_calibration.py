"""An answer may compute as much on one machine as on another."""

from dataclasses import replace

import pytest

from refimpl.course.grading.examine import Examiner
from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.task import Task, prepare
from tests.grading.hostile import RIGHT
from tests.grading.settings import SECRET

pytestmark = pytest.mark.usefixtures("sandbox")
# An answer that computes for half a reference second when it is first called.
BUSY = f"""
import numpy as np
from refimpl.course.budgets import WORK_ON_REFERENCE, piece_of_work
turns = list(range(round(0.5 / WORK_ON_REFERENCE)))
def signal_to_noise(clean, noisy):
    while turns:
        piece_of_work()
        turns.pop()
    return {RIGHT}
"""


def status(faster=1):
    """What the answer comes to within 2.5 reference seconds, taken for a faster machine."""
    limits = Limits(seconds=2.5, notebook=2.5)
    questions, sandbox = prepare(Task(1, SECRET, limits))
    sandbox = replace(sandbox, reference_second=sandbox.reference_second / faster)
    report = Examiner(questions, sandbox).examine([BUSY])
    return {one.id: one.status for one in report.exercises}["1.3"]


def test_the_limit_is_the_work_and_not_the_time():
    assert status() == "right"
    assert status(faster=50) == "timeout"
