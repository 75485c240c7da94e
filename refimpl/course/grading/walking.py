"""Running a notebook from the top, and calling each answer at its check.

The text of a notebook does not always show what an answer needs. At the check everything is
defined, so this run counts where an answer by itself fails.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import refimpl.course
from refimpl.course.grading.answering import Caller, watch_all
from refimpl.course.grading.interpreter import interrupted_after, run_sources
from refimpl.course.grading.needed import Statement

MOST = 3  # answers to one exercise that are looked at


def walk(
    sources: list[str], statements: list[Statement], request: dict[str, Any], must_hold: bool
) -> dict[str, Any]:
    """Run a notebook up to the last requested check, and call the answers on the way.

    Args:
        sources: The cells.
        statements: Those in them.
        request: "of": for each exercise its "function", how it is called, and its "trials";
            "seconds": for all cells; "seconds each": for the calls of one exercise.
        must_hold: Whether to fail where the kernel does not take new processes away.

    Returns:
        "found": for each exercise what each answer came to, call by call.
    """
    wanted = request["of"]
    found: dict[str, list] = {name: [] for name in wanted}
    callers: dict[str, Caller] = {}

    def check(exercise: str, function: Callable, *_: Any, **__: Any) -> int:
        if exercise in found and callable(function) and len(found[exercise]) < MOST:
            with interrupted_after(request["seconds each"] / MOST):
                said = callers[exercise].call_all(function, wanted[exercise]["trials"])
                found[exercise].append(said)
        return 0

    refimpl.course.check = check  # before it is known what the modules hold
    callers.update((name, Caller(how)) for name, how in wanted.items())
    watch_all(list(callers.values()), must_hold)
    sys.path.append(str(Path.cwd()))  # a notebook imports what it has written there
    last = _last_check(statements, set(wanted))
    namespace, _ = run_sources(sources[:last], request["seconds"])
    for name, how in wanted.items():  # checks that were deleted
        if not found[name]:
            check(name, namespace.get(how["function"]))
    return {"found": found}


def _last_check(statements: list[Statement], wanted: set[str]) -> int | None:
    """How many cells there are up to the last requested check; None for all of them."""
    places = {name: one.cell + 1 for one in statements for name in one.checks & wanted}
    return max(places.values()) if places.keys() == wanted else None
