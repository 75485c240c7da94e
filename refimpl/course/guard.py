"""Noticing when an answer calls a function that is the answer.

Python tells a *profile function* of every call. Ours knows the code of what must not be called,
however the answer got hold of it: imported under another name, or taken out of an exercise.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

from refimpl.errors import UserError


class ForbiddenCall(Exception):
    """An answer called what it was to write."""


class Guard:
    """A function that must not call certain others; call it like the function itself.

    Args:
        function: The learner's function.
        forbidden: Dotted names such as "refimpl.mel.hz_to_mel", or functions themselves.

    Raises:
        UserError: A name that does not exist.
    """

    def __init__(self, function: Callable, forbidden: Iterable[str | Callable]):
        self.function = function
        self.names: dict[CodeType, str] = {}
        self.builtins: dict[int, str] = {}
        self.called: str | None = None
        self.finished, self.value = False, None  # whether the last call came back, and with what
        # What nobody has imported yet is known by its name: importing it takes seconds for some.
        self.absent: dict[str, str] = {}
        self._forbidden = []
        for entry in forbidden:
            if isinstance(entry, str) and not _is_imported(entry):
                self.absent[entry.split(".")[-1]] = entry.split(".")[0]
            else:
                self._forbidden.append(find_by_name(entry) if isinstance(entry, str) else entry)
        for entry in self._forbidden:
            name = getattr(entry, "__name__", str(entry))
            codes = list(_codes(entry))
            self.names.update(dict.fromkeys(codes, name))
            if not codes:
                self.builtins[id(entry)] = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for entry in self._forbidden:
            # What a cache answers is no call, so a cached function would not be noticed.
            getattr(entry, "cache_clear", lambda: None)()
        self.finished = False
        before = sys.getprofile()
        sys.setprofile(self._notice)
        threading.setprofile(self._notice)  # in threads that the answer starts
        try:
            self.value = self.function(*args, **kwargs)
        finally:
            sys.setprofile(before)
            threading.setprofile(None)
            if self.called:  # also where the answer caught the first exception
                raise ForbiddenCall(f"your function calls {self.called}, which it is to replace")
        self.finished = True
        return self.value

    def _notice(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            name = self.names.get(frame.f_code)
            # The first part of `KMeans.fit` is a class, which may be forbidden as a whole.
            for part in (frame.f_code.co_name, frame.f_code.co_qualname.split(".")[0]):
                if part in self.absent and self.absent[part] == _package(frame):
                    name = part
        elif event == "c_call":
            name = self.builtins.get(id(argument))
        else:
            return
        if name:
            self.called = name
            raise ForbiddenCall(name)


def _is_imported(name: str) -> bool:
    """Whether the module of a dotted name has been imported (for a method, that of its class)."""
    parent, _, last = name.rpartition(".")
    found = vars(sys.modules[parent]) if parent in sys.modules else {}
    if "__getattr__" in found and last not in found:
        return False  # librosa imports its parts when they are first used, which takes seconds
    holder, _, class_name = parent.rpartition(".")
    known_class = isinstance(getattr(sys.modules.get(holder), class_name, None), type)
    return bool(found) or known_class


def _package(frame: FrameType) -> str:
    """The package that a running function belongs to."""
    return str(frame.f_globals.get("__name__", "?")).split(".")[0]


def find_by_name(name: str) -> Any:
    """Return what a dotted name stands for: a module's attribute, or a class's."""
    parts = name.split(".")
    for n_module in range(len(parts) - 1, 0, -1):
        try:
            found = import_module(".".join(parts[:n_module]))
        except ModuleNotFoundError:
            continue
        for part in parts[n_module:]:
            if not hasattr(found, part):
                break
            found = getattr(found, part)
        else:
            return found
    raise UserError(f"an exercise forbids {name}, which does not exist")


def _codes(entry: Any) -> Iterator[CodeType]:
    """The code of a function, of what a decorator wrapped, or of all methods of a class."""
    if isinstance(entry, type):
        for member in vars(entry).values():
            yield from _codes(member)
        return
    while entry is not None:
        # Numba keeps the Python function as `py_func`, numpy's dispatcher as `_implementation`.
        code = getattr(getattr(entry, "__func__", entry), "__code__", None)
        if isinstance(code, CodeType):
            yield code
        inner = (
            getattr(entry, name, None) for name in ("__wrapped__", "py_func", "_implementation")
        )
        entry = next((found for found in inner if callable(found)), None)
