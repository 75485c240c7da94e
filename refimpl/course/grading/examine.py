"""Grading one submission: functions are called in the sandbox, and judged out here.

First all functions are called on the inputs that a learner's own `check` shows, and then on hidden
ones, so a page of feedback quotes nothing that the child said after it had seen a hidden input. An
answer that came to nothing, and may be worth more within its notebook, is called once more there.
"""

from collections.abc import Callable
from contextlib import ExitStack
from threading import Event
from typing import Any

from refimpl.course.grading.answer_key import Question
from refimpl.course.grading.child import BEFORE
from refimpl.course.grading.judging import Trial, judge, report
from refimpl.course.grading.replies import read_about, read_trials, read_walk
from refimpl.course.grading.report import GRADER_ERROR, STALLED, ExerciseReport, Report
from refimpl.course.grading.sandbox import Sandbox
from refimpl.course.grading.session import ChildFailed, Session
from refimpl.course.grading.workers import HAS_WORKERS

READING = 120  # reference seconds for a notebook's text and its imports: code of ours and no other
# What may be worth more in its notebook. (What breaks its process would break the notebook's.)
MAY_GAIN = ("wrong", "not started", "missing", "error", "forbidden", "timeout")
# Of what a child may compute: where it interrupts cells, and answers, by itself. A lesson's heavy
# cells are longer than most that answers need.
FOR_CELLS, FOR_ANSWERS = 0.5, 0.8


class GraderError(Exception):
    """A fault of the grader or of the machine, none of the submission."""


class Examiner:
    """Examines submissions, each with its own child, and with a new child when that fails.

    Args:
        questions: From `make_answer_key`.
        sandbox: Where answers run.
        stop: Set by somebody else to end it.
    """

    def __init__(self, questions: list[Question], sandbox: Sandbox, stop: Event | None = None):
        self.questions = questions
        self.sandbox = sandbox
        self.stop = stop

    def examine(self, cells: list[str]) -> Report:
        """Grade a submission.

        Args:
            cells: The source of the notebook's code cells.

        Raises:
            GraderError: No child can be started, or none that reads the notebook.
            Stopped: The grader wants to stop.
        """
        of = {
            question.exercise.function: {
                "exercise": question.exercise.id,
                "forbidden": question.forbidden,
            }
            for question in self.questions
        }
        opening = {"do": "read", "cells": cells, "of": of}
        with ExitStack() as children:

            def new_child() -> _Child:
                child = _Child(self.sandbox, self.stop, opening)
                children.callback(child.close)
                return child

            child = new_child()
            about = child.about()
            asked = [
                _Asked(q, about[q.exercise.function], child if HAS_WORKERS else new_child())
                for q in self.questions
            ]
            for one in asked:
                one.ask_visible()
            for one in asked:
                one.ask_hidden()
            _ask_in_the_notebook([one for one in asked if one.may_gain], new_child)
            return Report("graded", exercises=[one.report for one in asked])


class _Asked:
    """A question, what the notebook's text tells of its answer, and what came so far.

    Args:
        question: The exercise with its inputs.
        about: Facts from the notebook's text.
        child: The process that answers.
    """

    def __init__(self, question: Question, about: dict[str, Any], child: "_Child"):
        self.question = question
        self.about = about
        self.child = child
        self.failed: tuple[str, str] | None = None  # status and reason
        self.trials: list[Trial] = []
        self.report: ExerciseReport

    @property
    def may_gain(self) -> bool:
        """Whether the answer may be worth more at its check than by itself."""
        is_certain = self.about["certain"] and BEFORE not in self.report.reason
        return self.report.status in MAY_GAIN and not is_certain

    def ask_visible(self) -> None:
        """Call the function on the inputs that everybody knows."""
        if not self.about["defined"]:
            name = self.question.exercise.function
            why = self.about["broken"] and f": {self.about['broken']}"
            self.failed = ("error" if why else "missing", f"no cell defines {name}{why}")
            return
        self._ask(self.question.trials[: self.question.n_visible])

    def ask_hidden(self) -> None:
        """Call the function on hidden inputs too, if it took the others, and judge all."""
        if not self.failed and all(trial.status == "called" for trial in self.trials):
            self._ask(self.question.trials[self.question.n_visible :])
        self.report = self.judged(self.trials, self.failed, self.about["suspicions"])

    def judged(
        self, trials: list[Trial], failed: tuple[str, str] | None, suspicions: list[str]
    ) -> ExerciseReport:
        """Judge what came."""
        try:
            return judge(self.question, trials, failed, suspicions)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            # Whatever a comparison makes of an odd answer: no other exercise suffers from it.
            return report(self.question, GRADER_ERROR, f"{type(error).__name__}: {error}")

    def _ask(self, inputs: list) -> None:
        request = self.question.how | {"do": "call", "trials": inputs}
        seconds = self.child.sandbox.limits.seconds
        for is_last in (False, True):
            try:
                reply = self.child.ask(request, seconds)
                status, reason, trials = read_trials(reply, len(inputs))
                self.failed = None if status == "called" else (status, reason)
                self.trials += trials
                return
            except ChildFailed as failure:
                self.child.close()
                self.failed = failure.status, str(failure)
                if failure.status != STALLED or is_last:  # once more: it may be the machine
                    return


def _ask_in_the_notebook(asked: list[_Asked], new_child: Callable[[], "_Child"]) -> None:
    """Run the notebook from the top, call some answers at their checks, and count what is right.

    Only points are taken from it, and nothing that it says: all hidden inputs are known there.
    """
    if not asked:
        return
    walked = [_walked(asked, new_child())]
    if walked == [None] and len(asked) > 1:
        # One of them may have ended the process, or taken all the time.
        walked = [_walked([one], new_child()) for one in asked]
    for one, answers in (pair for pairs in walked for pair in pairs or ()):
        remark = one.about["suspicions of all"]
        reports = [one.judged(trials, None, remark) for trials in answers]
        one.report = next((r for r in reports if r.status == "right"), one.report)


def _walked(asked: list[_Asked], child: "_Child") -> list[tuple[_Asked, list[list[Trial]]]] | None:
    """Return the answers' results at their checks; None if the notebook came to no end."""
    limits = child.sandbox.limits
    here = child.sandbox.reference_second  # processor seconds of this machine
    of = {a.question.exercise.id: a.question.how | {"trials": a.question.trials} for a in asked}
    request = {
        "do": "walk",
        "of": of,
        "seconds": FOR_CELLS * here * limits.notebook,
        "seconds each": FOR_ANSWERS * here * limits.seconds / len(asked),
    }
    try:
        reply = child.ask(request, limits.notebook + limits.seconds)
        found = read_walk(reply, {name: len(how["trials"]) for name, how in of.items()})
    except (ChildFailed, GraderError):
        return None
    finally:
        child.close()
    return [(one, found[one.question.exercise.id]) for one in asked]


class _Child:
    """A session that has read the notebook, and is started again after one that failed."""

    def __init__(self, sandbox: Sandbox, stop: Event | None, opening: dict[str, Any]):
        self.sandbox = sandbox
        self._start = lambda: Session(sandbox, stop)
        self._opening = opening
        self._session: Session | None = None
        self._imports_ahead = True

    def about(self) -> dict[str, dict[str, Any]]:
        """Return what the notebook's text tells about each function."""
        try:
            try:
                return self._read()
            except ChildFailed:
                self.close()
                # Once more: it may have been the machine, or a module that ends its process.
                self._imports_ahead = False
                return self._read()
        except ChildFailed as failure:
            raise GraderError(f"a child did not read the notebook: {failure}") from None

    def _read(self) -> dict[str, dict[str, Any]]:
        self._session = self._start()
        reply = self._session.ask(self._opening | {"ahead": self._imports_ahead}, READING)
        return read_about(reply, list(self._opening["of"]))

    def ask(self, request: dict[str, Any], reference_seconds: float) -> Any:
        """Send a request and return the reply, which anybody may have written."""
        if self._session is None:
            self.about()
        return self._session.ask(request, reference_seconds)

    def close(self) -> None:
        """End the child, if there is one."""
        if self._session:
            self._session.close()
        self._session = None
