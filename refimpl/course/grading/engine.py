"""Grading many submissions: on this machine's cores, or on a cluster that is there already."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event

from refimpl.course.grading.calibration import available_cores
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.missing import explain_missing
from refimpl.course.grading.reading import Notebook
from refimpl.course.grading.report import GRADER_ERROR, Report, report_fault
from refimpl.course.grading.task import Task, grade_cells, prepare, read_submission
from refimpl.parallel import connect

Graded = Iterator[tuple[Submission, Report]]
AHEAD = 8  # submissions that a cluster is given for each of its threads


def on_this_machine(task: Task, submissions: list[Submission], n_workers: int) -> Graded:
    """Grade submissions side by side, and yield each as soon as it is done.

    Args:
        task: The questions and the limits.
        submissions: All of them.
        n_workers: How many at the same time. A thread each: the work is done by children.
    """
    prepare(task)  # what is wrong with it shows before any work is done
    stop = Event()

    def grade(submission: Submission) -> Report:
        notebook = read_submission(submission)
        if isinstance(notebook, Report):
            return notebook
        return _explained(grade_cells(task, notebook.code, stop), task, notebook)

    with ThreadPoolExecutor(n_workers) as pool:
        futures = {pool.submit(grade, submission): submission for submission in submissions}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def on_a_cluster(task: Task, submissions: list[Submission], address: str) -> Graded:
    """Grade submissions on the workers of a Dask scheduler.

    A worker that is lost takes nothing with it: Dask gives what it had to another. Whatever a
    worker does, only what comes back here is written down, and each submission once.

    Args:
        task: The questions and the limits.
        submissions: All of them.
        address: Of the scheduler, such as "tcp://host:8786".

    Raises:
        UserError: Dask is not installed, or no scheduler answers.
    """
    client = connect(address)
    from distributed import as_completed as completed

    with client:
        waiting, futures = iter(submissions), {}
        n_threads = sum(client.nthreads().values())
        done = completed()
        while True:
            # A few at a time: a class's notebooks need not be in memory all at once.
            while len(futures) < AHEAD * max(1, n_threads):
                if (submission := next(waiting, None)) is None:
                    break
                notebook = read_submission(submission)
                if isinstance(notebook, Report):
                    yield submission, notebook
                    continue
                future = client.submit(_on_a_worker, task, task.key, notebook.code, pure=False)
                futures[future] = submission, notebook
                done.add(future)
            if not futures:
                return
            future = next(done)
            submission, notebook = futures.pop(future)
            yield submission, _explained(_result_of(future.result), task, notebook)


def _result_of(get: Callable[[], Report]) -> Report:
    """Return a submission's result on a cluster, even if it ended one worker after another."""
    try:
        return get()
    except Exception as error:
        return report_fault("lost on the cluster", error)


def _explained(report: Report, task: Task, notebook: Notebook) -> Report:
    """A report with words about missing answers, if these can be found."""
    try:
        return explain_missing(report, task.lesson, notebook)
    except Exception:  # whatever a stranger's file holds: the report itself is right
        return report


def _on_a_worker(task: Task, key: str, cells: list[str]) -> Report:
    if task.key != key:
        return Report(GRADER_ERROR, "a worker has another version of the exercises")
    return grade_cells(task, cells)


def default_workers() -> int:
    """Return how many submissions to grade at the same time: one a core."""
    return available_cores()
