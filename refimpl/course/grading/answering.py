"""Calling an answer in the sandbox, and saying what came, as arrays.

Where an answer must not call certain functions, the guard watches it and everything that runs
before it.
"""

import copy
import random
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from refimpl.course.differences import as_array
from refimpl.course.grading.interpreter import told
from refimpl.course.grading.overseeing import Restorer, oversee
from refimpl.course.grading.staying import refuse_processes
from refimpl.course.grading.wire import WireError, is_sendable, pack
from refimpl.course.guard import ForbiddenCall, Guard

MAX_RESULT_BYTES = 32 * 2**20  # of all calls of an answer together
MAX_TEXT_BYTES = 2**20  # of one result: text that is longer is no answer to anything


class Caller:
    """Calls answers to one exercise; made before any code of a notebook runs.

    Args:
        how: How an answer is called: "run", as (module, name, source or None), and "forbidden",
            dotted names.
    """

    def __init__(self, how: dict[str, Any]):
        self.run = load_run(*how["run"])
        self.is_watched = bool(how["forbidden"])
        self.guard = Guard(None, how["forbidden"], stay=self.is_watched)
        self._restore = Restorer().restore

    def call_all(self, function: Callable, trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Call an answer on each of some inputs, up to the first that goes wrong."""
        self._restore()  # whatever was done to the guard, or to what it is made of
        said, n_bytes = [], 0
        for inputs in trials:
            said.append(self._call(function, inputs))
            values = (one["value"] for one in said[-1].get("results", {}).values())
            n_bytes += sum(getattr(value, "nbytes", 0) for value in values)
            if n_bytes > MAX_RESULT_BYTES:
                said[-1] = {"status": "error", "reason": "returned more than 32 MiB"}
            if said[-1]["status"] != "called":
                break
        return said

    def _call(self, function: Callable, inputs: dict[str, Any]) -> dict[str, Any]:
        handed = copy.deepcopy(inputs)
        guard, restore = self.guard, self._restore
        guard.function = function
        seed_all()
        try:
            with guard.watching():
                returned = self.run(guard, handed)
                restore()
                results = {name: sendable(value) for name, value in returned.items()}
        except NotImplementedError:
            return {"status": "not started"}
        except ForbiddenCall as error:
            return {"status": "forbidden", "reason": str(error)}
        except MemoryError:
            return {"status": "memory", "reason": "asked for more memory than there is"}
        except BaseException as error:  # also SystemExit
            return {"status": "error", "reason": f"raised {told(error)}"}
        return {"status": "called", "results": results, "changed": changed(handed, inputs)}


def watch_all(callers: list[Caller], must_hold: bool) -> None:
    """Take from this process, for good, the ways out of the sight of some guards.

    Args:
        callers: Of those that forbid nothing, nothing is taken.
        must_hold: Whether to fail where the kernel does not take new processes away.
    """
    if guards := [caller.guard for caller in callers if caller.is_watched]:
        refuse_processes(must_hold)
        oversee(guards)


def seed_all() -> None:
    """Seed all random numbers again: the same answer gets the same grade each time."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (an answer's own, that nobody seeded)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def changed(handed: dict[str, Any], inputs: dict[str, Any]) -> bool:
    """Tell whether a call changed its arguments."""
    try:
        return pack(handed) != pack(inputs)
    except WireError:
        return True


def sendable(value: Any) -> dict[str, Any]:
    """A result as it can be sent: an array, or the words for what is none."""
    array = as_array(value)
    if is_sendable(array) and (array.dtype.kind != "U" or array.nbytes <= MAX_TEXT_BYTES):
        return {"value": array}
    return {"value": None, "shown": f"{value!r:.60}"}


def load_run(module: str, name: str, source: str | None) -> Callable:
    """Return how an exercise's function is called: from the package, or from its source."""
    if source is None:
        return getattr(import_module(module), name)
    namespace: dict[str, Any] = {"__name__": module}
    exec(compile(source, f"<{module}>", "exec"), namespace)
    return namespace[name]
