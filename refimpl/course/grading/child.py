"""What runs in the sandbox: reads a notebook, and calls its functions, as it is asked to.

A first request holds the notebook's cells; what is said of them is said before any of their code
has run. Each further request names a function and holds inputs, and its reply is what the function
returned, as arrays; or it names all functions to call while the notebook runs from
the top. A separate process answers each. Nothing in here is trusted by the parent: code
that a student wrote runs in these processes, and can do to them whatever it likes.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from refimpl.course.grading.answering import Caller, watch_all
from refimpl.course.grading.cells import broken_definition, readable_source
from refimpl.course.grading.certain import Certainty
from refimpl.course.grading.importing import import_ahead
from refimpl.course.grading.interpreter import run_sources
from refimpl.course.grading.needed import needed, statements_of
from refimpl.course.grading.refusing import close_memory, refuse_calls
from refimpl.course.grading.suspicion import among_names, dotted_names, suspicions
from refimpl.course.grading.walking import walk
from refimpl.course.grading.wire import pack, read_frame, unpack, write_frame
from refimpl.course.grading.workers import reply_of_a_worker

MAX_REQUEST_HEADER = 64 * 2**20
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
    if must_hold:
        close_memory()
    notebook = None
    while (frame := read_frame(requests)) is not None:
        request = unpack(frame, MAX_REQUEST_HEADER)
        if request["do"] == "read":
            notebook = Notebook(request["cells"])
            about = {name: notebook.about(name, **how) for name, how in request["of"].items()}
            if request["ahead"]:
                import_ahead([source for name in about for source in notebook.needed[name] or []])
            if "torch" in sys.modules and _forbids_operators(request["of"]):
                import_module("refimpl.course.operators").warm_up()
            reply = pack({"number": request["number"], "reply": about})
        else:
            work = partial(_work, notebook, request, must_hold)
            reply = reply_of_a_worker(work, [requests, replies], alone=must_hold)
        write_frame(replies, reply)
    os._exit(0)  # whatever threads are left behind


def _forbids_operators(of: dict[str, Any]) -> bool:
    return any(name.startswith("torch.") for how in of.values() for name in how["forbidden"])


def set_limits(limits: dict[str, int], must_hold: bool) -> None:
    """Limit this process and everything that it will start."""
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
        self._names = dotted_names(self.sources)
        self._certainty = Certainty(self.statements)
        self.needed: dict[str, list[str] | None] = {}

    def about(self, function: str, exercise: str, forbidden: list[str]) -> dict[str, Any]:
        """Say what the text alone tells about an answer."""
        sources = self.needed[function] = needed(self.statements, function, exercise)
        return {
            "defined": sources is not None,
            "certain": self._certainty.of(function, exercise),
            "broken": broken_definition(self.broken, function),
            "suspicions": suspicions(sources or [], forbidden),
            "suspicions of all": among_names(self._names, forbidden),
        }


def _work(notebook: Notebook, request: dict[str, Any], must_hold: bool) -> bytes:
    """Do what is asked, in a process that ends with it."""
    if request["do"] == "walk":
        reply = walk(notebook.sources, notebook.statements, request, must_hold)
    else:
        reply = answer(notebook.needed[request["function"]] or [], request, must_hold)
    return pack({"number": request["number"], "reply": reply})


def answer(sources: list[str], request: dict[str, Any], must_hold: bool) -> dict[str, Any]:
    """Run what an exercise needs and call its function.

    Args:
        sources: The statements that the function needs.
        request: "function": a name; "trials": inputs; and how to call it, as `Caller` takes it.
        must_hold: Whether to fail where the kernel does not hold a limit.

    Returns:
        "status": "called" with "trials", or what went wrong with a "reason".
    """
    caller = Caller(request)
    call_all: Callable = caller.call_all  # before anything can put another in its place
    watch_all([caller], must_hold)
    namespace, failed = run_sources(sources)
    before = f"{BEFORE}{failed})" if failed else ""
    function = namespace.get(request["function"])
    if not callable(function):
        return {"status": "missing", "reason": f"{request['function']} is no function{before}"}
    trials = call_all(function, request["trials"])
    if trials and trials[-1]["status"] != "called":
        trials[-1]["reason"] = trials[-1].get("reason", "") + before
    return {"status": "called", "trials": trials}
