"""Grading one submission: functions are called in the sandbox, and judged out here."""

from typing import Any

import numpy as np

from refimpl.course.check import HINT_TRIALS, results
from refimpl.course.comparing import Results
from refimpl.course.grading.answer_key import Question
from refimpl.course.grading.needed import defines, needed_source, readable_source
from refimpl.course.grading.report import ExerciseReport, Report
from refimpl.course.grading.sandbox import Sandbox
from refimpl.course.grading.session import ChildFailed, Session

FEEDBACK = {
    "not started": "not started yet",
    "missing": "the notebook defines no function of this name",
    "forbidden": "your function calls what it was to replace",
    "timeout": "your function took too long",
    "memory": "your function asked for too much memory",
    "crash": "the process that ran your function ended",
    "tampering": "your code wrote into what only the grader writes to",
}


class Examiner:
    """Examines submissions, one after another, with a child that is replaced when it fails.

    Args:
        questions: What is asked, from `make_answer_key`.
        sandbox: Where answers run.
        slot: A number for each examiner that works at the same time.
    """

    def __init__(self, questions: list[Question], sandbox: Sandbox, slot: int = 0):
        self.questions = questions
        self.sandbox = sandbox
        self.slot = slot

    def examine(self, cells: list[str]) -> Report:
        """Grade a submission.

        Args:
            cells: The source of the notebook's code cells.
        """
        sources = readable_source(cells)
        child = _Child(self.sandbox, self.slot)
        try:
            return Report(
                "graded", exercises=[self._one(q, sources, child) for q in self.questions]
            )
        finally:
            child.close()

    def _one(self, question: Question, sources: list[str], child: "_Child") -> ExerciseReport:
        """Grade one exercise."""
        name = question.exercise.function
        if not any(defines(source, name) for source in sources):
            return _report(question, "missing", f"no cell defines {name}")
        request = question.request()
        needed = needed_source("\n".join(sources), name)
        reply = child.ask(request | {"sources": [needed], "stop_at_errors": True})
        if reply["status"] in ("error", "missing"):
            # Perhaps it needs more than can be seen from the text: then the whole notebook.
            whole = child.ask(request | {"sources": sources, "stop_at_errors": False})
            reply = whole if whole["status"] == "called" else reply
        if reply["status"] != "called":
            return _report(question, reply["status"], reply.get("reason", ""))
        return _judge(question, reply["trials"])


class _Child:
    """A session that starts when it is needed, and anew after one that failed."""

    def __init__(self, sandbox: Sandbox, slot: int):
        self._start = lambda: Session(sandbox, slot)
        self._session: Session | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the reply, or what went wrong in the form of one."""
        self._session = self._session or self._start()
        try:
            reply = self._session.ask(request)
            return _checked(reply, len(request["trials"]))
        except ChildFailed as failure:
            self.close()
            return {"status": failure.status, "reason": str(failure)}

    def close(self) -> None:
        """End the child, if there is one."""
        if self._session:
            self._session.close()
            self._session = None


def _checked(reply: Any, n_trials: int) -> dict[str, Any]:
    """Return a reply if it has the form of one: a student's code may have written it.

    Raises:
        ChildFailed: It has not.
    """
    try:
        status = reply["status"]
        assert isinstance(status, str)
        assert isinstance(reply.get("reason", ""), str)
        for trial in reply["trials"] if status == "called" else []:
            assert trial["status"] in ("called", "not started", "forbidden", "memory", "error")
            assert isinstance(trial.get("reason", ""), str)
            if trial["status"] == "called":
                _arrays(trial)
        if status == "called":
            calls = [trial["status"] for trial in reply["trials"]]
            assert 1 <= len(calls) <= n_trials
            assert len(calls) == n_trials or calls[-1] != "called"
    except (AssertionError, KeyError, TypeError, AttributeError, IndexError):
        raise ChildFailed("tampering", "wrote a reply of another form") from None
    return reply


def _arrays(trial: dict[str, Any]) -> Results:
    """The results of a trial; what was no array becomes an array of objects, as in a check."""
    found = {}
    for name, result in trial["results"].items():
        value = result["value"]
        if not isinstance(value, np.ndarray):
            value = np.empty((), dtype=object)
            value[()] = str(result["shown"])
        found[name] = value
    return found


def _judge(question: Question, trials: list[dict[str, Any]]) -> ExerciseReport:
    """Compare what came with what is right."""
    given: list[Results] = []
    for number, trial in enumerate(trials):
        if trial["status"] != "called":
            return _report(question, trial["status"], trial.get("reason", ""))
        given.append(_arrays(trial))
        if complaint := _complaint(question, number, given[-1], trial["changed"]):
            return _wrong(question, trials, number, complaint)
    return _report(question, "right")


def _complaint(question: Question, number: int, given: Results, changed: bool) -> str | None:
    if changed:
        return "your function changed its argument in place: work on a copy"
    expected, inputs = question.expected[number], question.trials[number]
    if missing := expected.keys() - given.keys():
        return f"no result {sorted(missing)}"
    return question.exercise.compare(expected, given, inputs)


def _wrong(
    question: Question, trials: list[dict[str, Any]], number: int, complaint: str
) -> ExerciseReport:
    """The report of a wrong answer: to the student, only what a check of theirs would show."""
    hidden = number >= question.n_visible
    told = "right on the inputs that `check` shows, wrong on others" if hidden else complaint
    if known := _hint(question, trials):
        told += f"\nhint: {known}"
    remark = "right on the visible inputs alone: does it remember them?" if hidden else ""
    return ExerciseReport(
        question.exercise.id, 0, question.exercise.points, "wrong", complaint, told, remark
    )


def _hint(question: Question, trials: list[dict[str, Any]]) -> str | None:
    """Recognise a misconception in what came."""
    exercise = question.exercise
    rows = [
        (inputs, _arrays(trial))
        for inputs, trial in zip(question.trials[:HINT_TRIALS], trials, strict=False)
        if trial["status"] == "called"
    ]
    for misconception, line in exercise.misconceptions.items():
        try:
            theirs = [results(exercise, misconception, inputs) for inputs, _ in rows]
        except Exception:  # a misconception may fail on some inputs, as learners' answers do
            continue
        if all(
            exercise.compare(known, given, inputs) is None
            for known, (inputs, given) in zip(theirs, rows, strict=True)
        ):
            return line
    return None


def _report(question: Question, status: str, reason: str = "") -> ExerciseReport:
    exercise = question.exercise
    points = exercise.points if status == "right" else 0
    feedback = FEEDBACK.get(status, "")
    if status == "error":
        feedback = f"your function {reason}" if reason.startswith("raised") else reason
    return ExerciseReport(exercise.id, points, exercise.points, status, reason, feedback)
