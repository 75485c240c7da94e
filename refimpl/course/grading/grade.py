"""A grading run: find what is not graded yet, grade it, write it down, and sum it all up."""

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.engine import Graded, connect, on_a_cluster, on_this_machine
from refimpl.course.grading.exports import Row, write_exports
from refimpl.course.grading.gradebook import Gradebook
from refimpl.course.grading.inbox import Submission, find_submissions
from refimpl.course.grading.report import Report, report_fault
from refimpl.course.grading.scratch import scratch_folder
from refimpl.course.grading.task import Task, prepare
from refimpl.display.bars import progress
from refimpl.errors import UserError
from refimpl.files import alone

LATEST, BEST = "last", "best"
BOOK = "gradebook.sqlite"


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        rows: What each student has, in the order of their names; those not graded yet left out.
        look_at: Lines about what a human should look at.
        n_now: How many submissions this run has graded.
        n_before: How many were graded already.
        n_left: How many are not graded yet, because the run was stopped.
    """

    rows: list[Row]
    look_at: list[str]
    n_now: int
    n_before: int
    n_left: int


def grade(
    source: Path,
    out: Path,
    task: Task,
    *,
    naming: str = "auto",
    n_workers: int = 1,
    scheduler: str | None = None,
    attempt: str = LATEST,
    leave_out: Collection[Path] = (),
    before_writing: Callable[[], None] = lambda: None,
) -> Outcome:
    """Grade all submissions that are not graded yet, and write the results.

    Stopped by Ctrl-C, it writes the results of what it has, and says how much is left; the same
    call goes on from there. Killed, it loses what was in work, which the same call grades again.

    Args:
        source: A folder or a zip.
        out: A folder for the gradebook and the results.
        task: What is asked.
        naming: Whose a file is, see `find_submissions`.
        n_workers: How many submissions at the same time.
        scheduler: Of a Dask cluster that does the work instead.
        attempt: Which of a student's attempts counts, "last" or "best".
        leave_out: Files and folders among the submissions that are none, besides `out`.
        before_writing: Called when all that was given is found to be in order, and nothing is
            written yet.

    Raises:
        UserError: Nothing to grade, no sandbox, or no gradebook.
    """
    # Whatever was given wrong shows before anything is written.
    lesson_exercises(task.lesson)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file: give --out a folder, which may be new")
    with scratch_folder() as scratch:
        submissions = find_submissions(
            source, scratch, naming, lesson=task.lesson, leave_out=[out, *leave_out]
        )
        if not (out / BOOK).exists() or _waiting(Gradebook(out / BOOK), task, submissions):
            _check_engine(task, scheduler)
        out.mkdir(parents=True, exist_ok=True)
        with alone(out, "grading into"):
            before_writing()
            book = Gradebook(out / BOOK)
            waiting = _waiting(book, task, submissions)
            n_now = _grade_and_write(book, task, waiting, _engine(scheduler, n_workers))
            rows, look_at = write_exports(out, task, submissions, book, best=attempt == BEST)
    n_before = len(submissions) - len(waiting)
    return Outcome(rows, look_at, n_now, n_before, len(waiting) - n_now)


def _engine(scheduler: str | None, n_workers: int) -> Callable[[Task, list[Submission]], Graded]:
    if scheduler:
        return lambda task, submissions: on_a_cluster(task, submissions, scheduler)
    return lambda task, submissions: on_this_machine(task, submissions, n_workers)


def _check_engine(task: Task, scheduler: str | None) -> None:
    """Make sure that there is a sandbox, or somebody who has one."""
    if scheduler:
        connect(scheduler).close()
    else:
        prepare(task)


def _waiting(book: Gradebook, task: Task, submissions: list[Submission]) -> list[Submission]:
    """What is not graded yet."""
    done = book.graded(task.lesson, task.key)
    return [one for one in submissions if _name_of(one) not in done]


def _name_of(submission: Submission) -> tuple[str, str, str]:
    """What the gradebook knows a submission by."""
    return submission.student, submission.name, submission.digest


def _grade_and_write(
    book: Gradebook, task: Task, waiting: list[Submission], engine: Callable
) -> int:
    """Grade, and write down each submission as soon as it is done; return how many."""
    n_now = 0
    if not waiting:
        return n_now
    bar = progress(total=len(waiting), description="grading", unit="submission")
    with closing(engine(task, waiting)) as graded, bar:
        try:
            for submission, report in graded:
                _write_down(book, task, submission, report)
                n_now += 1
                bar.update()
        except KeyboardInterrupt:
            pass  # what is done is done; the caller sees that something is left
    return n_now


def _write_down(book: Gradebook, task: Task, submission: Submission, report: Report) -> None:
    """Put a report into the gradebook, or the fault that it cannot be put there."""
    try:
        book.add(task.lesson, task.key, submission, report)
    except Exception as error:
        # If nothing at all can be written (a full disk), this raises too, and the run ends.
        fault = report_fault("the report could not be written down", error)
        book.add(task.lesson, task.key, submission, fault)
