"""Notice when an answer calls a function that already is the answer.

Python reports every call to a *profile function*. Ours knows the code of the forbidden functions,
however the answer obtained them: imported under another name, read again from the file, or taken
out of an exercise. It watches from the first call of the answer until its results are plain
arrays, so nothing that an answer returns can do the work later.
"""

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import PurePath
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from refimpl.course.escapes import escape_by, package_of_builtin
from refimpl.errors import UserError

_Place = tuple[str, str, int]

# What does the work in some modules, and could be called directly.
_INSIDE = {
    "numpy.fft": ("_raw_fft",),
    "scipy.fft": ("c2c", "r2c", "_execute_1D"),
}


class ForbiddenCall(Exception):
    """An answer called what it was to write."""


class Guard:
    """A function that must not call certain others; call it like the function itself.

    Args:
        function: The learner's function.
        forbidden: Dotted names such as "refimpl.mel.hz_to_mel", or functions themselves.
        stay: Whether the function must not leave the guard's sight, as by another process.

    Attributes:
        complaint: The forbidden thing that the function did, in words; "" for nothing.
        hook: The profile function.
        thread_hook: The profile function of threads; the same, unless set.
        is_watching: Whether the guard checks calls now.
        finished: Whether the last call returned.
        value: Its result.

    Raises:
        UserError: A name that does not exist.
    """

    def __init__(
        self, function: Callable, forbidden: Iterable[str | Callable], *, stay: bool = True
    ):
        self.function = function
        self._must_stay = stay
        self.complaint = ""
        self.finished, self.value = False, None
        self._places: dict[_Place | CodeType, str] = {}
        self._known: dict[int, tuple[CodeType, str]] = {}
        self._builtins: dict[int, str] = {}
        # By name and package: built-in functions, and Python's where what does the work cannot be
        # told from the function itself, or where importing its module would take seconds.
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self._like: dict[str, set[str]] = defaultdict(set)
        self._forbidden = []
        for entry in forbidden:
            self._forbid(entry)
            inside = isinstance(entry, str) and _INSIDE.get(entry.rpartition(".")[0])
            for name in inside or ():
                self._like[name].add(entry.split(".")[0])
                self._by_name[name].add(entry.split(".")[0])
        self._watch = ExitStack()
        self._is_open = self.is_watching = False
        self.hook = self.thread_hook = self.notice  # one object, to be recognised again

    def _forbid(self, entry: str | Callable) -> None:
        name = entry if isinstance(entry, str) else getattr(entry, "__name__", str(entry))
        package, last = name.split(".")[0], name.split(".")[-1]
        if isinstance(entry, str):
            if not _is_imported(entry):
                self._like[last].add(package)
                self._by_name[last].add(package)
                return
            entry = find_by_name(entry)
        self._forbidden.append(entry)
        codes = list(_codes(entry))
        self._places.update((_place(code), last) for code in codes)
        if not codes:
            self._builtins[id(entry)] = last
            self._by_name[last].add(package)
        if not isinstance(entry, type | FunctionType | MethodType):
            self._like[last].add(package)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._is_open:
            with self.watching():
                return self(*args, **kwargs)
        for entry in self._forbidden:
            # What a cache answers is no call, so a cached function would not be noticed.
            getattr(entry, "cache_clear", lambda: None)()
        self.finished = False
        self._begin()
        self.value = self.function(*args, **kwargs)
        self.finished = True
        return self.value

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch everything from the first call of the function to the end of a `with` block.

        Raises:
            ForbiddenCall: Something was called that must not be, in whatever way that ended.
        """
        self._is_open, came_through = True, False
        before = sys.getprofile(), threading.getprofile()
        try:
            with self._watch:
                yield
                came_through = True
        finally:
            begun, self._is_open, self.is_watching = self.is_watching, False, False
            if came_through and begun and self._must_stay and sys.getprofile() is not self.hook:
                self.complain("your function switches off what notices forbidden calls")
            sys.setprofile(before[0])
            threading.setprofile(before[1])
            if self.complaint:  # also where the answer caught the exception
                raise ForbiddenCall(self.complaint)

    def _begin(self) -> None:
        """Start watching, or resume after an exception that ended it."""
        if not self.is_watching and "torch" in sys.modules and (named := self._operators()):
            from refimpl.course.operators import watch_operators

            self._watch.enter_context(watch_operators(named, self._call_of))
        if sys.getprofile() is not self.hook:
            sys.setprofile(self.hook)
        threading.setprofile(self.thread_hook)  # in threads that the answer starts
        self.is_watching = True

    def _operators(self) -> set[str]:
        return {name for name, packages in self._by_name.items() if "torch" in packages}

    def notice(self, frame: FrameType, event: str, argument: Any) -> None:
        """Look at a call; this is the profile function."""
        # Nothing here may run code of the answer's: within this function nobody watches.
        if not self.is_watching:
            return
        if event == "call":
            if name := self._name_of(frame):
                self._call_of(name)
        elif event == "c_call":
            if name := self._name_of_builtin(argument):
                self._call_of(name)
            if self._must_stay and (words := escape_by(argument, frame, self.thread_hook)):
                self.complain(f"your function {words}, where nobody notices forbidden calls")
                raise ForbiddenCall(words)

    def _call_of(self, name: str) -> None:
        self.complain(f"your function calls {name}, which it is to replace")
        raise ForbiddenCall(name)

    def complain(self, words: str) -> None:
        """Note what the function did that it must not do; the first counts."""
        self.complaint = self.complaint or words

    def _name_of(self, frame: FrameType) -> str:
        """The name of a forbidden function that a frame runs, or ""."""
        code = frame.f_code
        if (known := self._known.get(id(code))) is None:
            name = self._places.get(_place(code), "") or self._name_of_like(frame)
            # The code is kept, so that no other gets its number.
            known = self._known[id(code)] = code, name
        return known[1]

    def _name_of_like(self, frame: FrameType) -> str:
        module = dict.get(frame.f_globals, "__name__")
        package = module.split(".")[0] if type(module) is str else "?"
        # The first part of `KMeans.fit` is a class, which may be forbidden as a whole.
        parts = (str(frame.f_code.co_name), str(frame.f_code.co_qualname).split(".")[0])
        return next((part for part in parts if package in self._like.get(part, ())), "")

    def _name_of_builtin(self, function: Any) -> str:
        if name := self._builtins.get(id(function)):
            return name
        name = function.__name__.strip("_")  # `torch._softmax` is no other function
        packages = self._by_name.get(name)
        return name if packages and package_of_builtin(function) in packages else ""


def _place(code: CodeType) -> _Place | CodeType:
    """Where code stands, which stays the same when its file is read again or copied."""
    file_name = str(code.co_filename)
    if not file_name.endswith(".py"):  # as of what a dataclass writes: all those look alike
        return code
    return PurePath(file_name).name, code.co_qualname, code.co_firstlineno


def _is_imported(name: str) -> bool:
    """Whether what a dotted name stands for is there, without importing it.

    Some packages, such as librosa, import a part when it is first asked for.
    """
    parent, _, last = name.rpartition(".")
    holder, _, class_name = parent.rpartition(".")
    if isinstance(vars(sys.modules.get(holder, sys)).get(class_name), type):
        return True
    names = vars(sys.modules[parent]) if parent in sys.modules else {"__getattr__": None}
    return last in names or "__getattr__" not in names


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
