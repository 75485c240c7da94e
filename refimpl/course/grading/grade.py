"""A grading run: find what is not graded yet, grade it, write it down, and reckon the course."""

import json
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.engine import Graded, connect, on_a_cluster, on_this_machine
from refimpl.course.grading.exports import lesson_folder, write_results
from refimpl.course.grading.gradebook import BOOK, Gradebook
from refimpl.course.grading.hand_ins import Handed
from refimpl.course.grading.inbox import Submission, find_submissions
from refimpl.course.grading.reading import Unreadable, parse_notebook
from refimpl.course.grading.report import Report, report_fault
from refimpl.course.grading.scratch import scratch_folder
from refimpl.course.grading.task import Task, prepare
from refimpl.course.grading.term.changes import say_changes, say_why
from refimpl.course.grading.term.course import gather, read_lists, reckon_course, write_course
from refimpl.course.grading.term.rules import BEST, Rules, write_rules
from refimpl.course.grading.term.standing import Standing
from refimpl.display.bars import progress_bar
from refimpl.errors import UserError
from refimpl.files import alone, make_folder


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        rows: How each student stands who has handed in, in the order of their names; those of whom
            nothing is graded yet left out.
        look_at: Lines about what a human should look at, in this lesson and in the course.
        n_now: How many submissions this run has graded.
        n_before: How many were graded already.
        n_left: How many are not graded yet, because the run was stopped.
        why: The changes since the lesson was graded last, if they grade it again.
        changes: A line for each student whose points are not what they were.
        lower: Of these, the ones who have fewer.
    """

    rows: list[Standing]
    look_at: list[str]
    n_now: int
    n_before: int
    n_left: int
    why: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    lower: list[str] = field(default_factory=list)


def grade(
    source: Path,
    out: Path,
    task: Task,
    *,
    rules: Rules | None = None,
    naming: str = "auto",
    n_workers: int = 1,
    scheduler: str | None = None,
    leave_out: Collection[Path] = (),
    before_writing: Callable[[], None] = lambda: None,
    on_new_key: Callable[[list[str], int], None] = lambda why, n: None,
) -> Outcome:
    """Grade all submissions that are not graded yet, and write the results of the whole course.

    Stopped by Ctrl-C, it writes the results of what it has, and says how much is left; the same
    call continues. Killed, it loses what was in work, which the same call grades again.

    Args:
        source: A folder or a zip.
        out: The course's folder, for the gradebook and the results.
        task: The lesson, the secret and the limits.
        rules: Of the course; the defaults if None.
        naming: Whose a file is, see `find_submissions`.
        n_workers: How many submissions at the same time.
        scheduler: Of a Dask cluster that does the work instead.
        leave_out: Files and folders among the submissions that are none, besides `out`.
        before_writing: Called when everything that was given is in order, and nothing is written
            yet.
        on_new_key: Called when the lesson was graded before with something else, before it is
            graded again: with the changes, and how many submissions that is.

    Raises:
        UserError: Nothing to grade, no sandbox, no gradebook, or a list that cannot be read.
    """
    rules = rules or Rules()
    # Whatever was given wrong shows before anything is written.
    lesson_exercises(task.lesson)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file: give --out a folder, which may be new")
    lists = read_lists(out, rules)
    with scratch_folder() as scratch:
        submissions = find_submissions(
            source,
            scratch,
            naming,
            lesson=task.lesson,
            leave_out=[out, *leave_out],
            zone=rules.time_zone,
        )
        if not (out / BOOK).exists() or _has_work(Gradebook(out / BOOK), task, submissions):
            _check_engine(task, scheduler)
        make_folder(out)
        with alone(out, "grading into"):
            before_writing()
            write_rules(out, rules)
            book = Gradebook(out / BOOK)
            before, last = book.points(), book.last_key(task.lesson)
            numbers = book.see(task.lesson, submissions)
            _keep_notebooks(book, submissions)
            gather(book, rules, lists)  # whom a list means is known before the work is done
            waiting = _waiting(book, task, submissions, numbers, rules, scratch)
            why = say_why(last[1], task.parts) if last and last[0] != task.key else []
            if why and waiting:
                on_new_key(why, len(waiting))
            book.use_key(task.lesson, task.key, task.parts)
            n_now = _grade_and_write(book, task, waiting, _engine(scheduler, n_workers))
            course = reckon_course(gather(book, rules, lists))
            write_course(book, course)
            changes, lower = say_changes(before, book.points())
            notes = [
                (task.lesson, f"{one.student} ({one.name}): {one.note}")
                for one in submissions
                if one.note
            ]
            look_at = write_results(out, course, notes)
            _append_changes(lesson_folder(out, task.lesson) / "changes.txt", why, changes)
    rows = [one for one in course.standings[task.lesson] if one.grading]
    n_before = len(submissions) - sum(one in waiting for one in submissions)
    return Outcome(
        rows,
        [*look_at[task.lesson], *look_at[0]],
        n_now,
        n_before,
        len(waiting) - n_now,
        why,
        changes,
        lower,
    )


def _engine(scheduler: str | None, n_workers: int) -> Callable[[Task, list[Submission]], Graded]:
    if scheduler:
        return lambda task, submissions: on_a_cluster(task, submissions, scheduler)
    return lambda task, submissions: on_this_machine(task, submissions, n_workers)


def _check_engine(task: Task, scheduler: str | None) -> None:
    """Make sure that there is a sandbox, or a cluster that has one."""
    if scheduler:
        connect(scheduler).close()
    else:
        prepare(task)


def _has_work(book: Gradebook, task: Task, submissions: list[Submission]) -> bool:
    """Whether anything is not graded yet."""
    graded = book.graded(task.lesson, task.key)
    known = {
        (one.submission.student, one.submission.digest)
        for one in book.files(task.lesson)
        if one.number in graded
    }
    return any((one.student, one.digest) not in known for one in submissions)


def _keep_notebooks(book: Gradebook, submissions: Iterable[Submission]) -> None:
    """Keep the cells of what was handed in, so that it can be graded again."""
    kept = book.kept()
    for one in submissions:
        if one.problem or one.digest in kept:
            continue
        try:
            book.keep(one.digest, parse_notebook(one.path.read_bytes()))
        except (Unreadable, OSError):
            continue  # grading it will say why
        kept.add(one.digest)


def _waiting(
    book: Gradebook,
    task: Task,
    submissions: list[Submission],
    numbers: dict[Submission, int],
    rules: Rules,
    scratch: Path,
) -> dict[Submission, int]:
    """Return the submissions to grade, each with its number in the gradebook.

    That is whatever was handed in now, and of what was handed in before, whatever may count.
    """
    graded = book.graded(task.lesson, task.key)
    waiting: dict[Submission, int] = {}
    for one, number in numbers.items():
        if number not in graded and number not in waiting.values():
            waiting[one] = number
    here = set(numbers.values())
    before = [one for one in book.files(task.lesson) if one.number not in here | graded]
    for handed in before if rules.attempt == BEST else _last_ones(book.files(task.lesson), before):
        if again := _from_the_gradebook(book, handed, scratch):
            waiting[again] = handed.number
    return waiting


def _last_ones(files: list[Handed], some: list[Handed]) -> list[Handed]:
    """Return those of some files that are the last of their student."""
    last: dict[str, Handed] = {}

    def order(one: Handed) -> tuple[int, datetime, int]:
        return one.submission.position, one.submission.handed_in or one.first_seen, one.number

    for one in sorted(files, key=order):
        last[one.submission.student] = one
    return [one for one in some if last[one.submission.student] is one]


def _from_the_gradebook(book: Gradebook, handed: Handed, scratch: Path) -> Submission | None:
    """A file of before, written down again so that it can be graded."""
    notebook = book.notebook(handed.submission.digest)
    if notebook is None:
        return None
    path = scratch / f"again-{handed.number}.ipynb"
    cells = [
        {
            "cell_type": one.kind,
            "source": one.source,
            "metadata": {"nbgrader": {"grade_id": one.grade_id}},
        }
        for one in notebook.cells
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return replace(handed.submission, path=path, attempt=-handed.number)


def _grade_and_write(
    book: Gradebook, task: Task, waiting: dict[Submission, int], engine: Callable
) -> int:
    """Grade, and write down each submission as soon as it is done; return how many."""
    n_now = 0
    if not waiting:
        return n_now
    bar = progress_bar(total=len(waiting), description="grading", unit="submission")
    with closing(engine(task, list(waiting))) as graded, bar:
        try:
            for submission, report in graded:
                _write_down(book, waiting[submission], task.key, report)
                n_now += 1
                bar.update()
        except KeyboardInterrupt:
            pass  # what is done is done; the caller sees that something is left
    return n_now


def _write_down(book: Gradebook, file: int, key: str, report: Report) -> None:
    """Put a report into the gradebook, or the fault that it cannot be put there."""
    try:
        book.add(file, key, report)
    except Exception as error:
        # If nothing at all can be written (a full disk), this raises too, and the run ends.
        book.add(file, key, report_fault("the report could not be written down", error))


def _append_changes(path: Path, why: list[str], changes: list[str]) -> None:
    """Add to the list of what runs have changed."""
    if not changes:
        return
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    because = f", since changed: {'; '.join(why)}" if why else ""
    with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write("".join(f"{line}\n" for line in (f"{now}{because}", *changes, "")))
