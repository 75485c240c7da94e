"""Running a notebook's code the way a notebook does: what fails does not end what follows."""

import __future__

import sys
from types import ModuleType
from typing import Any


def run_sources(sources: list[str]) -> tuple[dict[str, Any], str]:
    """Run pieces of Python, one after another, in a namespace of their own.

    Args:
        sources: Statements or cells.

    Returns:
        The namespace, and the first thing that went wrong, in words; "" for nothing.
    """
    module = sys.modules["__main__"] = ModuleType("__main__")
    module.__dict__["display"] = lambda *args, **kwargs: None
    later = any("from __future__ import annotations" in source for source in sources)
    flags = __future__.annotations.compiler_flag if later else 0
    failed = ""
    for source in sources:
        try:
            code = compile(source, "<notebook>", "exec", flags, dont_inherit=True)
            exec(code, module.__dict__)
        except BaseException as error:  # also SystemExit
            failed = failed or f"a cell raised {told(error)}"
    return module.__dict__, failed


def told(error: BaseException) -> str:
    """An exception in a few words, whatever its `__str__` does."""
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except BaseException:
        return type(error).__name__[:300]
