"""Reading what a child replied: in the form of a reply, or as tampering.

A reply may have been written by a student's code, so nothing about it is taken for granted.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.grading.session import ChildFailed

OF_A_CALL = ("called", "not started", "forbidden", "memory", "error")
LONGEST_REASON = 600  # characters


@dataclass(frozen=True)
class Trial:
    """One call of a function.

    Attributes:
        status: "called", "not started", "forbidden", "memory" or "error".
        reason: What went wrong.
        results: What it returned, by name.
        changed: Whether it changed its arguments.
    """

    status: str
    reason: str = ""
    results: Results = field(default_factory=dict)
    changed: bool = False


def read_about(reply: Any, functions: list[str]) -> dict[str, dict[str, Any]]:
    """Read what is said of each function before any code has run."""
    try:
        return {
            name: {
                "defined": bool(reply[name]["defined"]),
                "broken": _text(reply[name]["broken"]),
                "suspicions": [_text(one) for one in reply[name]["suspicions"]],
                "suspicions of all": [_text(one) for one in reply[name]["suspicions of all"]],
            }
            for name in functions
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ChildFailed("tampering", f"a reply without {error}") from None


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
        if reply["status"] == "missing":
            return "missing", _text(reply["reason"]), []
        trials = [_trial(trial) for trial in reply["trials"]]
    except (KeyError, TypeError, AttributeError):
        raise ChildFailed("tampering", "wrote a reply of another form") from None
    statuses = [trial.status for trial in trials]
    all_there = len(statuses) == n_trials or (statuses and statuses[-1] != "called")
    if len(statuses) > n_trials or not all_there or any(s != "called" for s in statuses[:-1]):
        raise ChildFailed("tampering", "wrote a reply about other calls")
    return "called", "", trials


def _trial(trial: dict[str, Any]) -> Trial:
    if trial["status"] not in OF_A_CALL:
        raise TypeError
    if trial["status"] != "called":
        return Trial(trial["status"], _text(trial.get("reason", "")))
    results = {name: _array(result) for name, result in trial["results"].items()}
    return Trial("called", "", results, bool(trial["changed"]))


def _array(result: dict[str, Any]) -> np.ndarray:
    """A result; what was no array becomes an array of objects, as in a check."""
    if isinstance(result["value"], np.ndarray):
        return result["value"]
    value = np.empty((), dtype=object)
    value[()] = _text(result["shown"])
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value[:LONGEST_REASON]
