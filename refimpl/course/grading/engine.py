"""Grading many submissions: on this machine's cores, or on a cluster that is there already."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import local

from refimpl.course.grading.answer_key import Question, make_answer_key
from refimpl.course.grading.edition import write_edition
from refimpl.course.grading.examine import Examiner
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.reading import Unreadable, parse_code_cells
from refimpl.course.grading.report import Report
from refimpl.course.grading.sandbox import Limits, Sandbox, check_sandbox
from refimpl.errors import UserError

Graded = Iterator[tuple[Submission, Report]]
MAX_TRIES = 3  # of a submission whose worker was lost


@dataclass(frozen=True)
class Task:
    """What is the same for all submissions of a grading run.

    Attributes:
        lesson: Its number.
        secret: What the hidden seeds are made from.
        limits: What one child may use.
        trusted: Without a sandbox.
    """

    lesson: int
    secret: str
    limits: Limits = Limits()
    trusted: bool = False


def grade_content(task: Task, content: bytes, problem: str, slot: int) -> Report:
    """Grade one file's content; whatever it is, a report comes back.

    Args:
        task: What is asked.
        content: Of the submitted file.
        problem: Why the file is not to be read, if so.
        slot: A number for each grader that works at the same time on this machine.
    """
    if problem:
        return Report("unreadable", problem)
    try:
        cells = parse_code_cells(content)
    except Unreadable as error:
        return Report("unreadable", str(error))
    return Examiner(_answer_key(task), _sandbox(task), slot).examine(cells)


def on_this_machine(task: Task, submissions: list[Submission], n_workers: int) -> Graded:
    """Grade submissions side by side, and yield each as soon as it is done."""
    _sandbox(task)
    _answer_key(task)  # once, before the workers ask for it
    slots = local()
    numbers = iter(range(n_workers))

    def take_slot() -> None:
        slots.number = next(numbers)

    def grade(submission: Submission) -> Report:
        return grade_content(task, _content(submission), submission.problem, slots.number)

    with ThreadPoolExecutor(n_workers, initializer=take_slot) as pool:
        futures = {pool.submit(grade, submission): submission for submission in submissions}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def on_a_cluster(task: Task, submissions: list[Submission], address: str) -> Graded:
    """Grade submissions on the workers of a Dask scheduler.

    A worker that is lost takes nothing with it: Dask gives what it had to another.

    Args:
        task: What is asked.
        submissions: All of them.
        address: Of the scheduler, such as "tcp://host:8786".

    Raises:
        UserError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
        from distributed import as_completed as completed
    except ImportError:
        raise UserError("--scheduler needs Dask: pip install 'refimpl[cluster]'") from None
    try:
        client = Client(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        futures = {
            client.submit(
                _on_a_worker,
                task,
                _content(submission),
                submission.problem,
                pure=False,
                retries=MAX_TRIES,
            ): submission
            for submission in submissions
        }
        for future in completed(list(futures)):
            yield futures[future], future.result()


def _on_a_worker(task: Task, content: bytes, problem: str) -> Report:
    from distributed import get_worker

    # Workers on one machine must not share a slot.
    return grade_content(task, content, problem, slot=hash(get_worker().address) % 4000)


def _content(submission: Submission) -> bytes:
    return b"" if submission.problem else submission.path.read_bytes()


@cache
def _answer_key(task: Task) -> list[Question]:
    return make_answer_key(task.lesson, task.secret)


@cache
def _sandbox(task: Task) -> Sandbox:
    """A sandbox for this process; its edition of the package goes when the process ends."""
    folder = _edition_folder()
    sandbox = Sandbox(folder, task.limits, task.trusted)
    if not task.trusted:
        check_sandbox(sandbox)
    return sandbox


_folders: list[tempfile.TemporaryDirectory] = []  # each is removed when Python ends


@cache
def _edition_folder() -> Path:
    _folders.append(tempfile.TemporaryDirectory(prefix="refimpl-grading-"))
    folder = Path(_folders[-1].name)
    folder.chmod(0o755)  # the child is another user
    return write_edition(folder)


def default_workers() -> int:
    """Return how many submissions to grade at the same time: one a core."""
    return os.cpu_count() or 1
