"""Grading one submission: functions are called in the sandbox, and judged out here.

First all functions are called on the inputs that a learner's own `check` shows, and then on hidden
ones: what a page of feedback quotes was said before the child had seen any hidden input.
"""

from threading import Event
from typing import Any

from refimpl.course.grading.answer_key import Question
from refimpl.course.grading.judging import Trial, judge, report
from refimpl.course.grading.replies import read_about, read_trials
from refimpl.course.grading.report import GRADER_ERROR, ExerciseReport, Report
from refimpl.course.grading.sandbox import Sandbox
from refimpl.course.grading.session import ChildFailed, Session


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
        child = _Child(self.sandbox, self.stop, {"do": "read", "cells": cells, "of": names})
        try:
            about = child.about()
            visible = [_ask_visible(q, about[q.exercise.function], child) for q in self.questions]
            return Report("graded", exercises=[_ask_hidden(asked, child) for asked in visible])
        finally:
            child.close()


class _Asked:
    """A question, what the notebook's text tells of its answer, and what came so far."""

    def __init__(self, question: Question, about: dict[str, Any]):
        self.question = question
        self.about = about
        self.whole = False  # whether the answer needs the whole notebook to be run
        self.failed: tuple[str, str] | None = None  # status and reason
        self.trials: list[Trial] = []

    @property
    def came_through(self) -> bool:
        """Whether all calls so far returned something."""
        return not self.failed and all(trial.status == "called" for trial in self.trials)

    def ask(self, inputs: list, child: "_Child") -> None:
        """Call the function on more inputs."""
        request = self.question.how | {"whole": self.whole, "trials": inputs}
        try:
            status, reason, trials = read_trials(child.ask(request), len(inputs))
            self.failed = None if status == "called" else (status, reason)
            self.trials += trials
        except ChildFailed as failure:
            self.failed = (failure.status, str(failure))


def _ask_visible(question: Question, about: dict[str, Any], child: "_Child") -> _Asked:
    """Call a function on the inputs that everybody knows."""
    asked = _Asked(question, about)
    if not about["defined"]:
        name = question.exercise.function
        why = about["broken"] and f": {about['broken']}"
        asked.failed = ("error" if why else "missing", f"no cell defines {name}{why}")
        return asked
    inputs = question.trials[: question.n_visible]
    asked.ask(inputs, child)
    if _may_need_more(asked):
        # Perhaps more than can be seen from the text: then the whole notebook.
        whole = _Asked(question, about)
        whole.whole = True
        whole.ask(inputs, child)
        if whole.came_through:
            return whole
    return asked


def _may_need_more(asked: _Asked) -> bool:
    if asked.failed:
        return asked.failed[0] == "missing"
    return asked.trials[-1].status == "error"


def _ask_hidden(asked: _Asked, child: "_Child") -> ExerciseReport:
    """Call a function on hidden inputs too, if it took the others, and judge all that came."""
    question = asked.question
    try:
        if asked.came_through:
            asked.ask(question.trials[question.n_visible :], child)
        return judge(question, asked.trials, asked.failed, asked.about["suspicions"])
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        # Whatever a comparison makes of an odd answer: no other exercise suffers from it.
        return report(question, GRADER_ERROR, f"{type(error).__name__}: {error}")


class _Child:
    """A session that has read the notebook, and is started anew after one that failed."""

    def __init__(self, sandbox: Sandbox, stop: Event | None, opening: dict[str, Any]):
        self._start = lambda: Session(sandbox, stop)
        self._opening = opening
        self._session: Session | None = None

    def about(self) -> dict[str, dict[str, Any]]:
        """Return what the notebook's text tells about each function."""
        self._session = self._start()
        try:
            return read_about(self._session.ask(self._opening), list(self._opening["of"]))
        except ChildFailed as failure:
            raise GraderError(f"a child did not read the notebook: {failure}") from None

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request and return the reply, which anybody may have written."""
        if self._session is None:
            self.about()
        try:
            return self._session.ask(request)
        except ChildFailed:
            self.close()
            raise

    def close(self) -> None:
        """End the child, if there is one."""
        if self._session:
            self._session.close()
            self._session = None
