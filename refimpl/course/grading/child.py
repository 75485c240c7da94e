"""What runs in the sandbox: reads a notebook, and calls its functions, as it is asked to.

A first request holds the notebook's cells; what is said of them is said before any of their code
has run. Each further request holds the name of a function and inputs, and its reply what the
function returned, as arrays. Nothing in here is trusted by the parent: code that a student wrote
runs in the same process, and can do to it whatever it likes.
"""

import copy
import os
import random
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from refimpl.course.comparing import as_array
from refimpl.course.grading.cells import broken_definition, readable_source
from refimpl.course.grading.importing import import_ahead
from refimpl.course.grading.needed import needed, statements_of
from refimpl.course.grading.refusing import refuse_calls
from refimpl.course.grading.running import run_sources, told
from refimpl.course.grading.suspicion import suspicions
from refimpl.course.grading.wire import (
    WireError,
    is_sendable,
    pack,
    read_frame,
    unpack,
    write_frame,
)
from refimpl.course.guard import ForbiddenCall, Guard

MAX_REQUEST_HEADER = 64 * 2**20
MAX_RESULT_BYTES = 32 * 2**20
BEFORE = " (after "  # in a reason: what failed before the function was called


def main(user: int | None, limits: dict[str, int], must_hold: bool) -> None:
    """Answer the requests that come on standard input, on standard output.

    Args:
        user: Become this user first; None where the parent was an ordinary one already.
        limits: By the names that the module `resource` has for them, in its units.
        must_hold: Whether to fail where a limit cannot be set.
    """
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Code that reads input finds none, and what it prints goes nowhere.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    set_limits(limits, must_hold)
    refuse_calls(must_hold)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    notebook = None
    while (frame := read_frame(requests)) is not None:
        request = unpack(frame, MAX_REQUEST_HEADER)
        if request["do"] == "read":
            notebook = Notebook(request["cells"])
            reply = {name: notebook.about(name, names) for name, names in request["of"].items()}
            import_ahead([source for name in reply for source in notebook.needed[name] or []])
        else:
            reply = answer(notebook, request)
        write_frame(replies, pack({"number": request["number"], "reply": reply}))
    os._exit(0)  # whatever threads are left behind


def set_limits(limits: dict[str, int], must_hold: bool) -> None:
    """Limit this process and all that it will start."""
    try:
        import resource
    except ImportError:  # Windows
        if must_hold:
            raise
        return
    for name, value in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (ValueError, OSError, AttributeError):
            if must_hold:
                raise


class Notebook:
    """The code of a submission.

    Args:
        cells: The source of each code cell.
    """

    def __init__(self, cells: list[str]):
        self.sources, self.broken = readable_source(cells)
        self.statements = statements_of(self.sources)
        self.needed: dict[str, list[str] | None] = {}

    def about(self, function: str, forbidden: list[str]) -> dict[str, Any]:
        """Say what the text alone tells about an answer."""
        sources = self.needed[function] = needed(self.statements, function)
        return {
            "defined": sources is not None,
            "broken": broken_definition(self.broken, function),
            "suspicions": suspicions(sources or [], forbidden),
            "suspicions of all": suspicions(self.sources, forbidden),
        }


def answer(notebook: Notebook, request: dict[str, Any]) -> dict[str, Any]:
    """Run what an exercise needs and call its function.

    Args:
        notebook: The submission.
        request: "function": a name; "whole": whether to run the whole notebook; "run": how to call
            the function, as (module, name, source or None); "forbidden": dotted names; "trials":
            inputs.

    Returns:
        "status": "called" with "trials", or what went wrong with a "reason".
    """
    name = request["function"]
    namespace, failed = run_sources(notebook.sources if request["whole"] else notebook.needed[name])
    before = f"{BEFORE}{failed})" if failed else ""
    function = namespace.get(name)
    if not callable(function):
        return {"status": "missing", "reason": f"{name} is no function{before}"}
    run = load_run(*request["run"])
    trials = []
    for inputs in request["trials"]:
        trials.append(call(run, Guard(function, request["forbidden"]), inputs))
        if trials[-1]["status"] != "called":
            trials[-1]["reason"] = trials[-1].get("reason", "") + before
            break
    return {"status": "called", "trials": trials}


def call(run: Callable, guard: Guard, inputs: dict[str, Any]) -> dict[str, Any]:
    """Call the function once, and say what came."""
    handed = copy.deepcopy(inputs)
    seed_all()
    try:
        results = {name: sendable(value) for name, value in run(guard, handed).items()}
    except NotImplementedError:
        return {"status": "not started"}
    except ForbiddenCall as error:
        return {"status": "forbidden", "reason": str(error)}
    except MemoryError:
        return {"status": "memory", "reason": "asked for more memory than there is"}
    except BaseException as error:  # also SystemExit
        return {"status": "error", "reason": f"raised {told(error)}"}
    if guard.called:
        reason = f"your function calls {guard.called}, which it is to replace"
        return {"status": "forbidden", "reason": reason}
    if sum(getattr(result["value"], "nbytes", 0) for result in results.values()) > MAX_RESULT_BYTES:
        return {"status": "error", "reason": "returned more than 32 MiB"}
    return {"status": "called", "results": results, "changed": changed(handed, inputs)}


def seed_all() -> None:
    """Start all random numbers anew: the same answer gets the same grade each time."""
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
    if is_sendable(array):
        return {"value": array}
    return {"value": None, "shown": f"{value!r:.60}"}


def load_run(module: str, name: str, source: str | None) -> Callable:
    """Return how an exercise's function is called: from the package, or from its source."""
    if source is None:
        return getattr(import_module(module), name)
    namespace: dict[str, Any] = {"__name__": module}
    exec(compile(source, f"<{module}>", "exec"), namespace)
    return namespace[name]
