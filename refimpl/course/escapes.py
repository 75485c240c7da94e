"""Ways to run code out of sight of a profile function: another process, or a new thread."""

import inspect
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import refimpl

_PROCESS, _THREAD, _WATCH = "starts a process", "starts a thread by hand", "traces or profiles"
_BY_MODULE = {
    **dict.fromkeys(
        ("posix", "nt"),
        dict.fromkeys(("fork", "forkpty", "posix_spawn", "posix_spawnp", "system"), _PROCESS),
    ),
    "_posixsubprocess": {"fork_exec": _PROCESS},
    "_winapi": {"CreateProcess": _PROCESS},
    "_thread": dict.fromkeys(("start_new_thread", "start_joinable_thread"), _THREAD),
    "sys": dict.fromkeys(("setprofile", "settrace"), _WATCH),
}


def _find_builtins() -> Iterator[tuple[int, str]]:
    for module, names in _BY_MODULE.items():
        try:
            found = import_module(module)
        except ImportError:  # another system's
            continue
        yield from ((id(getattr(found, n)), names[n]) for n in names if hasattr(found, n))


_ESCAPES = dict(_find_builtins())
# By their code, since a name can be given to anything.
_START = threading.Thread.start.__code__
_OF_A_THREAD = {name: vars(threading.Thread)[name] for name in ("_bootstrap", "_bootstrap_inner")}
# Where installed code stands.
INSTALLED = tuple(
    {
        *(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *(sys.prefix, sys.base_prefix, str(Path(refimpl.__file__).parent), "<frozen "),
    }
)
_IMPORTS = import_module.__globals__["_bootstrap"]._find_and_load.__code__


def escape_by(function: Any, caller: FrameType, hook: Callable) -> str:
    """Say how a call of a built-in function escapes the guard; "" if it does not.

    What a module does while it is imported is its own affair: some libraries start a program then,
    to learn about the machine.

    Args:
        function: A built-in function that is about to be called.
        caller: The frame that calls it.
        hook: The profile function that `threading` gives to new threads.
    """
    words = _ESCAPES.get(id(function), "")
    if not words or is_importing(caller):
        return ""
    return "" if words is _THREAD and starts_a_watched_thread(caller, hook) else words


def starts_a_watched_thread(caller: FrameType, hook: Callable) -> bool:
    """Whether a frame is that of a plain `Thread.start`, and the thread will be watched."""
    if caller.f_code is not _START or threading.getprofile() is not hook:
        return False
    thread = caller.f_locals["self"]
    return all(inspect.getattr_static(thread, n) is plain for n, plain in _OF_A_THREAD.items())


def is_importing(frame: FrameType | None) -> bool:
    """Whether an installed module is being imported, and does something for itself."""
    while frame is not None and not is_own(frame.f_code):
        if frame.f_code is _IMPORTS:
            return True
        frame = frame.f_back
    return False


def is_own(code: CodeType) -> bool:
    """Whether code was written in a notebook, and not installed."""
    return not str(code.co_filename).startswith(INSTALLED)


def package_of_builtin(function: Any) -> str:
    """Return the package that a built-in function or method belongs to, without asking it."""
    module = function.__module__
    if type(module) is str:
        return module.split(".")[0]
    owner = function.__self__
    if isinstance(owner, ModuleType):
        return owner.__name__.split(".")[0]
    kind = owner if isinstance(owner, type) else type(owner)
    # The last but `object`: a class of the answer's own may lie over that of the package.
    for base in reversed(type.__dict__["__mro__"].__get__(kind)[:-1]):
        module = type.__dict__["__module__"].__get__(base)
        if type(module) is str and module != "builtins":
            return module.split(".")[0]
    return ""
