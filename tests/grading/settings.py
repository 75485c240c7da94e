"""What the tests of the grader ask, with limits that are quick to meet."""

from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.task import Task

SECRET = "a secret of the tests"
LIMITS = Limits(seconds=1.5, notebook=15, memory=2**30)
TASK = Task(1, SECRET, LIMITS)
