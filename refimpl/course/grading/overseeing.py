"""Keeping an answer from disarming what notices forbidden calls.

A guard in the same process can be got rid of by code that reaches for it. Python's *audit hooks*
(PEP 578) are told of the ways to do that, from whatever code, and cannot be taken away again.
"""

import sys
import threading
from _thread import get_ident
from collections.abc import Callable
from types import CodeType, FrameType, ModuleType
from typing import Any

from refimpl.course.escapes import INSTALLED, is_importing, is_own, starts_a_watched_thread
from refimpl.course.guard import Guard

_PROCESS, _REACHES = "starts a process", "reaches for what runs it"
# Refused to all code, except while a module is imported.
_ALWAYS = {
    **dict.fromkeys(("os.fork", "os.forkpty", "os.posix_spawn", "os.system"), _PROCESS),
    **dict.fromkeys(("os.exec", "os.spawn", "subprocess.Popen", "pty.spawn"), _PROCESS),
    **dict.fromkeys(("sys.setprofile", "sys.settrace"), "traces or profiles"),
    **dict.fromkeys(("sys.addaudithook", "sys.monitoring.register_callback"), _REACHES),
}
_THREAD = ("_thread.start_new_thread", "_thread.start_joinable_thread")
# Refused to the answer's own code: libraries do so for their own reasons.
_OF_OWN_CODE = {
    *("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._getframe"),
    *("sys._current_frames", "sys._current_exceptions", "code.__new__", "function.__new__"),
    *("cpython.PyInterpreterState_New", "cpython.run_interactivehook"),
}
_ATTRIBUTES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
_MODULES = {
    *("ctypes", "_ctypes", "cffi", "_cffi_backend", "greenlet", "_greenlet"),
    *("_testcapi", "_testinternalcapi", "_xxsubinterpreters", "_interpreters"),
}

_WATCHED = {*_ALWAYS, *_THREAD, *_OF_OWN_CODE, "import", "open", "compile"}
_WATCHED |= {"object.__getattr__", "object.__setattr__"}
# By their code: the guard itself, and what gives a thread its profile function.
_MAY_PROFILE = {
    Guard._begin.__code__,
    Guard.watching.__wrapped__.__code__,
    threading.Thread._bootstrap_inner.__code__,
}


def oversee(guards: list[Guard]) -> None:
    """Refuse, from now on and for good, what gets code out of the sight of some guards.

    Args:
        guards: Told of what was tried. All of them watch the threads that are started.
    """
    busy: set[int] = set()  # threads: what is done here makes events too

    def in_threads(frame: FrameType, event: str, argument: Any) -> None:
        for guard in guards:
            guard.notice(frame, event, argument)

    def audit(event: str, arguments: tuple) -> None:
        if event not in _WATCHED and not event.startswith("ctypes."):
            return
        if (thread := get_ident()) in busy:
            return
        busy.add(thread)
        try:
            words = _offence(event, arguments, sys._getframe(1), in_threads)
        finally:
            busy.discard(thread)
        for guard in guards if words else ():
            # The kernel refuses processes, so one that was tried for before is not held against it.
            if words != _PROCESS or guard.is_watching:
                guard.complain(f"your function {words}, where nobody notices forbidden calls")
        if words:
            raise PermissionError(f"{words}, which this exercise does not allow")

    for guard in guards:
        guard.thread_hook = in_threads
    threading.setprofile(in_threads)
    sys.addaudithook(audit)


def _offence(event: str, arguments: tuple, frame: FrameType, hook: Callable) -> str:
    """Name a forbidden event in words; "" for a permitted one."""
    words = ""
    if event in _ALWAYS:
        words = "" if frame.f_code in _MAY_PROFILE else _ALWAYS[event]
    elif event in _THREAD:
        words = "" if starts_a_watched_thread(frame, hook) else "starts a thread by hand"
    elif event == "object.__setattr__":
        words = _REACHES if arguments[1] == "__code__" else ""
    elif event == "open":
        path = arguments[0]
        words = _REACHES if type(path) in (str, bytes) and _is_memory(path) else ""
    elif is_own(_asking(frame)):
        if event == "object.__getattr__":
            words = _REACHES if arguments[1] in _ATTRIBUTES else ""
        elif event == "import":
            words = _REACHES if arguments[0].split(".")[0] in _MODULES else ""
        elif event == "compile":
            name = arguments[1]
            words = _REACHES if type(name) is str and name.startswith(INSTALLED) else ""
        else:
            words = _REACHES
    return "" if words and is_importing(frame) else words


def _asking(frame: FrameType) -> CodeType:
    """The code that wants something, past modules that only hand it on."""
    while frame.f_back and (
        frame.f_code.co_filename.endswith(("inspect.py", "importlib/__init__.py"))
        or "ctypes" in frame.f_code.co_filename
        or frame.f_code.co_filename.startswith("<frozen importlib")
        or frame.f_code.co_name == "walk_tb"
    ):
        frame = frame.f_back
    return frame.f_code


def _is_memory(path: str | bytes) -> bool:
    text = path.decode("utf-8", "replace") if isinstance(path, bytes) else path
    return text.startswith("/proc") and text.endswith("/mem")


class Restorer:
    """The present content of modules and classes, to restore after an answer has changed it."""

    def __init__(self) -> None:
        self._dicts: list[tuple[Callable, dict]] = []
        self._classes: list[tuple[type, str, Any]] = []
        for name, module in list(sys.modules.items()):
            own = name.startswith("refimpl.course")
            if own or name in ("builtins", "sys", "threading", "copy", "json", "numpy", "inspect"):
                self._keep(module, own)
        self._set = type.__setattr__

    def _keep(self, module: ModuleType, own: bool) -> None:
        held = {n: value for n, value in vars(module).items() if own or callable(value)}
        self._dicts.append((vars(module).update, held))
        for value in held.values() if own else ():
            if isinstance(value, type) and value.__module__ == module.__name__:
                parts = vars(value).items()
                self._classes += [(value, n, p) for n, p in parts if callable(p)]

    def restore(self) -> None:
        """Put everything back; uses nothing that can be changed meanwhile."""
        for update, held in self._dicts:
            update(held)
        put = self._set
        for kind, name, part in self._classes:
            put(kind, name, part)
