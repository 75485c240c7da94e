"""The task of a grading run, the same for all submissions, and grading one of them."""

import atexit
import hashlib
import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from threading import Event, Lock

from refimpl.course.grading.answer_key import Question, key_parts, make_answer_key
from refimpl.course.grading.calibration import measured_reference_second
from refimpl.course.grading.edition import write_edition
from refimpl.course.grading.examine import Examiner
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.reading import Notebook, Unreadable, parse_notebook
from refimpl.course.grading.report import Report, report_fault
from refimpl.course.grading.sandbox import Limits, Sandbox, check_container, check_sandbox
from refimpl.course.grading.scratch import scratch_folder
from refimpl.course.grading.session import Stopped


@dataclass(frozen=True)
class Task:
    """The task of a grading run, the same for all submissions.

    Attributes:
        lesson: Its number.
        secret: The text from which the hidden seeds are made.
        limits: Of one child.
        trusted: Without a sandbox.
        container: In a container that holds nothing else, as an ordinary user.
    """

    lesson: int
    secret: str
    limits: Limits = Limits()
    trusted: bool = False
    container: bool = False

    @property
    def parts(self) -> dict[str, str]:
        """Everything that a grade depends on besides the submission, by names for people."""
        limits = {f"the limit of {name}": str(value) for name, value in asdict(self.limits).items()}
        kind = "none" if self.trusted else "a container" if self.container else "there"
        sandbox = {"the sandbox": kind}
        return key_parts(self.lesson, self.secret) | limits | sandbox

    @property
    def key(self) -> str:
        """The hash of everything that a grade depends on besides the submission."""
        parts = json.dumps(self.parts, sort_keys=True)
        return hashlib.sha256(parts.encode()).hexdigest()[:16]


def read_submission(submission: Submission) -> Notebook | Report:
    """Return a submitted notebook, or the report that there is none."""
    if submission.problem:
        return Report("unreadable", submission.problem)
    try:
        return parse_notebook(submission.path.read_bytes())
    except Unreadable as error:
        return Report("unreadable", str(error))
    except Exception as error:  # one bad file never stops the rest
        return report_fault("the file could not be read", error)


def grade_cells(task: Task, cells: list[str], stop: Event | None = None) -> Report:
    """Grade a notebook's cells; whatever happens, a report comes back.

    Args:
        task: The lesson, the secret and the limits.
        cells: The source of each code cell.
        stop: Set by somebody else to end it.

    Raises:
        Stopped: The grader wants to stop.
    """
    try:
        questions, sandbox = prepare(task)
        return Examiner(questions, sandbox, stop).examine(cells)
    except Stopped:
        raise
    except Exception as error:  # one bad submission never stops the rest
        return report_fault("the submission could not be graded", error)


_preparing = Lock()


def prepare(task: Task) -> tuple[list[Question], Sandbox]:
    """Return the questions and the sandbox of a task: made once in a process, and then kept.

    Raises:
        UserError: There is no such lesson, or no sandbox.
    """
    with _preparing:
        return _prepared(task)


@cache
def _prepared(task: Task) -> tuple[list[Question], Sandbox]:
    sandbox = Sandbox(_edition_folder(), task.limits, task.trusted, container=task.container)
    if task.container:
        check_container(sandbox.edition)
    elif not task.trusted:
        check_sandbox(sandbox)
    # Not part of the task, whose key decides what is graded anew: limits are the same everywhere.
    sandbox = replace(sandbox, reference_second=_reference_second(sandbox.is_open))
    return make_answer_key(task.lesson, task.secret), sandbox


@cache
def _reference_second(trusted: bool) -> float:
    return measured_reference_second(Sandbox(_edition_folder(), trusted=trusted))


_open = ExitStack()
atexit.register(_open.close)


@cache
def _edition_folder() -> Path:
    return write_edition(_open.enter_context(scratch_folder()))
