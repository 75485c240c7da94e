"""Grading one submission: functions are called in the sandbox, and judged out here.

First all functions are called on the inputs that a learner's own `check` shows, and then on hidden
ones: what a page of feedback quotes was said before the child had seen any hidden input.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event
from typing import Any

from refimpl.course.grading.answer_key import Question
from refimpl.course.grading.child import BEFORE
from refimpl.course.grading.judging import Trial, judge, report
from refimpl.course.grading.replies import read_about, read_trials
from refimpl.course.grading.report import GRADER_ERROR, STALLED, ExerciseReport, Report
from refimpl.course.grading.sandbox import Sandbox
from refimpl.course.grading.session import ChildFailed, Session

READING = 120  # reference seconds for a notebook's text and its imports: code of ours and no other
# What an answer may be told because another one has taken all there is.
_SCARCE = re.compile(r"raised (OSError|BlockingIOError|RuntimeError: can't start)")


class GraderError(Exception):
    """A fault of the grader or of the machine, none of the submission."""


class Examiner:
    """Examines submissions, each with a child of its own, and a new one when that fails.

    Args:
        questions: What is asked, from `make_answer_key`.
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
            Stopped: Whoever grades wants to stop.
        """
        names = {question.exercise.function: question.forbidden for question in self.questions}
        opening = {"do": "read", "cells": cells, "of": names}
        with ExitStack() as children:

            def new_child() -> _Child:
                child = _Child(self.sandbox, self.stop, opening)
                children.callback(child.close)
                return child

            child = new_child()
            about = child.about()
            asked = [_Asked(q, about[q.exercise.function], child) for q in self.questions]
            visible = [_ask_visible(one, new_child) for one in asked]
            return Report("graded", exercises=list(map(_ask_hidden, visible)))


class _Asked:
    """A question, what the notebook's text tells of its answer, and what came so far.

    Args:
        question: What is asked.
        about: What the text tells.
        child: Who is asked.
        whole: Whether the answer needs the whole notebook to be run.
    """

    def __init__(
        self, question: Question, about: dict[str, Any], child: "_Child", whole: bool = False
    ):
        self.question = question
        self.about = about
        self.child = child
        self.whole = whole
        self.failed: tuple[str, str] | None = None  # status and reason
        self.trials: list[Trial] = []

    @property
    def came_through(self) -> bool:
        """Whether all calls so far returned something."""
        return not self.failed and all(trial.status == "called" for trial in self.trials)

    def ask(self, inputs: list) -> None:
        """Call the function on more inputs."""
        shared = self.child.answered_others(self)
        status, reason, trials = self._ask(inputs)
        if (shared and _went_wrong(status, trials)) or status == STALLED:
            # What another answer left behind may be to blame, such as threads: once more, alone.
            status, reason, trials = self._ask(inputs)
        self.failed = None if status == "called" else (status, reason)
        self.trials += trials

    def _ask(self, inputs: list) -> tuple[str, str, list[Trial]]:
        request = self.question.how | {"whole": self.whole, "trials": inputs}
        limits = self.child.limits
        allowed = limits.seconds + (limits.notebook if self.whole else 0)
        try:
            reply = self.child.ask(request, allowed, self)
            status, reason, trials = read_trials(reply, len(inputs))
        except ChildFailed as failure:
            self.child.close()
            return failure.status, str(failure), []
        if _went_wrong(status, trials):
            self.child.close()  # and nothing that this one left behind meets another answer
        return status, reason, trials


def _went_wrong(status: str, trials: list[Trial]) -> bool:
    """Whether something other than the answer itself may be the reason for what came."""
    return status != "called" or trials[-1].status == "memory" or _SCARCE.match(trials[-1].reason)


def _ask_visible(asked: _Asked, new_child: Callable[[], "_Child"]) -> _Asked:
    """Call a function on the inputs that everybody knows."""
    question, about = asked.question, asked.about
    if not about["defined"]:
        name = question.exercise.function
        why = about["broken"] and f": {about['broken']}"
        asked.failed = ("error" if why else "missing", f"no cell defines {name}{why}")
        return asked
    inputs = question.trials[: question.n_visible]
    asked.ask(inputs)
    if _may_need_more(asked):
        # Perhaps more than can be seen from the text: then the whole notebook, and not where other
        # answers run, since it may leave much behind.
        about = about | {"suspicions": about["suspicions of all"]}
        whole = _Asked(question, about, new_child(), whole=True)
        whole.ask(inputs)
        if whole.came_through:
            return whole
    return asked


def _may_need_more(asked: _Asked) -> bool:
    """Whether a name was missing, or something failed before the function was called."""
    status, reason = asked.failed or (asked.trials[-1].status, asked.trials[-1].reason)
    lacks = reason.startswith("raised NameError") or BEFORE in reason
    return status == "missing" or (status == "error" and lacks)


def _ask_hidden(asked: _Asked) -> ExerciseReport:
    """Call a function on hidden inputs too, if it took the others, and judge all that came."""
    question = asked.question
    try:
        if asked.came_through:
            asked.ask(question.trials[question.n_visible :])
        return judge(question, asked.trials, asked.failed, asked.about["suspicions"])
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        # Whatever a comparison makes of an odd answer: no other exercise suffers from it.
        return report(question, GRADER_ERROR, f"{type(error).__name__}: {error}")


class _Child:
    """A session that has read the notebook, and is started anew after one that failed."""

    def __init__(self, sandbox: Sandbox, stop: Event | None, opening: dict[str, Any]):
        self.limits = sandbox.limits
        self._start = lambda: Session(sandbox, stop)
        self._opening = opening
        self._session: Session | None = None
        self._askers: set[int] = set()

    def answered_others(self, asker: object) -> bool:
        """Whether this process has run other answers than that of one asker."""
        return bool(self._askers - {id(asker)})

    def about(self) -> dict[str, dict[str, Any]]:
        """Return what the notebook's text tells about each function."""
        try:
            try:
                return self._read()
            except ChildFailed as failure:
                if failure.status != STALLED:
                    raise
                self.close()
                return self._read()  # once more: it may have been the machine
        except ChildFailed as failure:
            raise GraderError(f"a child did not read the notebook: {failure}") from None

    def _read(self) -> dict[str, dict[str, Any]]:
        self._session = self._start()
        reply = self._session.ask(self._opening, READING)
        return read_about(reply, list(self._opening["of"]))

    def ask(self, request: dict[str, Any], reference_seconds: float, asker: object) -> Any:
        """Send a request and return the reply, which anybody may have written."""
        if self._session is None:
            self.about()
        self._askers.add(id(asker))
        return self._session.ask(request, reference_seconds)

    def close(self) -> None:
        """End the child, if there is one."""
        if self._session:
            self._session.close()
        self._session, self._askers = None, set()
