"""What runs in the sandbox: answers requests, one exercise each, until there are no more.

A request holds the Python that an answer needs, the name of its function, and inputs; the reply
holds what the function returned, as arrays. Nothing in here is trusted by the parent: code that a
student wrote runs in the same process, and can do to it whatever it likes.
"""

import copy
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from refimpl.course.comparing import as_array
from refimpl.course.grading.wire import WireError, pack, read_frame, unpack, write_frame
from refimpl.course.guard import ForbiddenCall, Guard

MAX_RESULT_BYTES = 32 * 2**20


def main(reply_descriptor: int, user: int | None) -> None:
    """Answer the requests that come on standard input.

    Args:
        reply_descriptor: Where the replies go.
        user: Become this user first; None where the parent was an ordinary one already.
    """
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(reply_descriptor, "wb")
    # Code that reads input finds none.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    while (frame := read_frame(requests)) is not None:
        write_frame(replies, pack(answer(unpack(frame))))
    replies.flush()
    os._exit(0)  # whatever threads are left behind


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run what an exercise needs and call its function.

    Args:
        request: "sources": Python, run one after another; "stop_at_errors": whether an error in one
            of them ends it; "function": a name; "run": how to call it, as (module, name, source
            or None); "forbidden": dotted names; "trials": inputs.

    Returns:
        "status": "called" with "trials", or what went wrong with a "reason".
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for source in request["sources"]:
        try:
            exec(compile(source, "<notebook>", "exec"), namespace)
        except MemoryError:
            return {"status": "memory", "reason": "a cell asked for more memory than there is"}
        except BaseException as error:  # also SystemExit
            if request["stop_at_errors"]:
                return {"status": "error", "reason": f"a cell raised {told(error)}"}
    function = namespace.get(request["function"])
    if not callable(function):
        return {"status": "missing", "reason": f"{request['function']} is no function"}
    run = load_run(*request["run"])
    trials = []
    for inputs in request["trials"]:
        guard = Guard(function, request["forbidden"])
        trials.append(call(run, guard, inputs))
        if trials[-1]["status"] != "called":
            break
    return {"status": "called", "trials": trials}


def call(run: Callable, guard: Guard, inputs: dict[str, Any]) -> dict[str, Any]:
    """Call the function once, and say what came."""
    handed = copy.deepcopy(inputs)
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
        return {"status": "forbidden", "reason": f"calls {guard.called}, which it is to replace"}
    if sum(getattr(result["value"], "nbytes", 0) for result in results.values()) > MAX_RESULT_BYTES:
        return {"status": "error", "reason": "returned more than 32 MiB"}
    return {"status": "called", "results": results, "changed": changed(handed, inputs)}


def changed(handed: dict[str, Any], inputs: dict[str, Any]) -> bool:
    """Tell whether a call changed its arguments."""
    try:
        return pack(handed) != pack(inputs)
    except WireError:
        return True


def sendable(value: Any) -> dict[str, Any]:
    """A result as it can be sent: an array, or the words for what is none."""
    array = as_array(value)
    if array.dtype.kind in "biufcU":
        return {"value": array}
    return {"value": None, "shown": f"{value!r:.60}"}


def load_run(module: str, name: str, source: str | None) -> Callable:
    """Return how an exercise's function is called: from the package, or from its source."""
    if source is None:
        return getattr(import_module(module), name)
    namespace: dict[str, Any] = {"__name__": module}
    exec(compile(source, f"<{module}>", "exec"), namespace)
    return namespace[name]


def told(error: BaseException) -> str:
    """An exception in a few words, whatever its `__str__` does."""
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except BaseException:
        return type(error).__name__


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
