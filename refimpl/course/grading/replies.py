"""Reading what a child replied: in the form of a reply, or as tampering.

A reply may have been written by a student's code, so nothing about it is taken for granted: each
part has to be of the very type that it should have. (An array in place of a number would be neither
equal nor unequal to one.)
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.grading.cleaning import clean
from refimpl.course.grading.session import ChildFailed

OF_A_CALL = ("called", "not started", "forbidden", "memory", "error")
LONGEST_REASON = 600  # characters
MOST_SUSPICIONS = 30  # of one answer
_T = TypeVar("_T")


class _NoReply(Exception):
    """A part of a reply has another form."""


@dataclass(frozen=True)
class Trial:
    """One call of a function.

    Attributes:
        status: "called", "not started", "forbidden", "memory" or "error".
        reason: The error, in words.
        results: The returned arrays, by name.
        changed: Whether it changed its arguments.
    """

    status: str
    reason: str = ""
    results: Results = field(default_factory=dict)
    changed: bool = False


def read_about(reply: Any, functions: list[str]) -> dict[str, dict[str, Any]]:
    """Read what is said of each function before any code has run.

    Args:
        reply: Whatever came.
        functions: Their names.

    Raises:
        ChildFailed: It is no such reply.
    """
    try:
        of_all = _as(reply, dict)
        return {name: _about(_part(of_all, name, dict)) for name in functions}
    except _NoReply:
        raise ChildFailed("tampering", "wrote a reply of another form") from None


def read_trials(reply: Any, n_trials: int) -> tuple[str, str, list[Trial]]:
    """Read a reply about calls.

    Args:
        reply: Whatever came.
        n_trials: How many calls there were to be.

    Returns:
        "called", "" and the trials, of which only the last may have gone wrong; or "missing", the
        reason, and none.

    Raises:
        ChildFailed: It is no such reply.
    """
    try:
        if _part(_as(reply, dict), "status", str) == "missing":
            return "missing", _text(reply, "reason"), []
        trials = [_trial(_as(trial, dict)) for trial in _part(reply, "trials", list)]
    except _NoReply:
        raise ChildFailed("tampering", "wrote a reply of another form") from None
    statuses = [trial.status for trial in trials]
    all_there = len(statuses) == n_trials or (statuses and statuses[-1] != "called")
    if len(statuses) > n_trials or not all_there or any(s != "called" for s in statuses[:-1]):
        raise ChildFailed("tampering", "wrote a reply about other calls")
    return "called", "", trials


def read_walk(reply: Any, n_trials: dict[str, int]) -> dict[str, list[list[Trial]]]:
    """Read a reply about a notebook that ran from the top.

    Args:
        reply: Whatever came.
        n_trials: For each exercise that was asked for, how many calls there were to be.

    Returns:
        For each exercise the calls of each answer that was checked.

    Raises:
        ChildFailed: It is no such reply.
    """
    try:
        found = _part(_as(reply, dict), "found", dict)
        of_each = {name: _part(found, name, list) for name in n_trials}
    except _NoReply:
        raise ChildFailed("tampering", "wrote a reply of another form") from None
    return {
        name: [
            read_trials({"status": "called", "trials": one}, n_trials[name])[2] for one in answers
        ]
        for name, answers in of_each.items()
    }


def _about(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "defined": _part(said, "defined", bool),
        "certain": _part(said, "certain", bool),
        "broken": _text(said, "broken"),
        "suspicions": _texts(said, "suspicions"),
        "suspicions of all": _texts(said, "suspicions of all"),
    }


def _trial(trial: dict[str, Any]) -> Trial:
    status = _part(trial, "status", str)
    if status not in OF_A_CALL:
        raise _NoReply
    if status != "called":
        return Trial(status, _text({"reason": ""} | trial, "reason"))
    results = _part(trial, "results", dict)
    arrays = {name: _array(_as(result, dict)) for name, result in results.items()}
    return Trial("called", "", arrays, _part(trial, "changed", bool))


def _array(result: dict[str, Any]) -> np.ndarray:
    """A result; what was no array becomes an array of objects, as in a check."""
    if isinstance(result.get("value"), np.ndarray):
        return result["value"]
    value = np.empty((), dtype=object)
    value[()] = _text(result, "shown")
    return value


def _texts(holder: dict[str, Any], name: str) -> list[str]:
    texts = _part(holder, name, list)[:MOST_SUSPICIONS]
    return [clean(_as(text, str), LONGEST_REASON) for text in texts]


def _text(holder: dict[str, Any], name: str) -> str:
    return clean(_part(holder, name, str), LONGEST_REASON)


def _part(holder: dict[str, Any], name: str, kind: type[_T]) -> _T:
    if name not in holder:
        raise _NoReply
    return _as(holder[name], kind)


def _as(value: Any, kind: type[_T]) -> _T:
    if type(value) is not kind:
        raise _NoReply
    return value
