"""Running a notebook's code the way a notebook does: what fails does not end what follows."""

import __future__

import inspect
import linecache
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from refimpl.course.grading.cells import FLAGS

SHARE = 4  # one cell may take a quarter of the time that is left
LONGEST_SLEEP, ASLEEP = 10, 4  # seconds a cell may sleep, and how many for each it may compute


class OutOfTime(BaseException):
    """A cell took longer than it may."""


def run_sources(sources: list[str], seconds: float | None = None) -> tuple[dict[str, Any], str]:
    """Run pieces of Python, one after another, in their own namespace.

    Args:
        sources: Statements or cells.
        seconds: Of processor time for all together; None for no end. A piece that takes more than
            its share of what is left is interrupted, so that something is left for all others.

    Returns:
        The namespace, and the first thing that went wrong, in words; "" for nothing.
    """
    module = sys.modules["__main__"] = ModuleType("__main__")
    module.__dict__.update(display=_nothing, get_ipython=_NoIPython)
    later = any("from __future__ import annotations" in source for source in sources)
    flags = FLAGS | (__future__.annotations.compiler_flag if later else 0)
    failed = ""
    for number, source in enumerate(sources, start=1):
        start = time.process_time()
        try:
            with interrupted_after(seconds and seconds / SHARE):
                _run(source, f"<cell {number}>", flags, module.__dict__)
        except BaseException as error:  # also SystemExit
            failed = failed or f"a cell raised {told(error)}"
        if seconds is not None:
            seconds = max(seconds - (time.process_time() - start), 0.1)
    return module.__dict__, failed


def _run(source: str, name: str, flags: int, namespace: dict[str, Any]) -> None:
    # Where `inspect` looks for it, and so what needs a function's text, such as `torch.jit`.
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    code = compile(source, name, "exec", flags, dont_inherit=True)
    if not code.co_flags & inspect.CO_COROUTINE:
        exec(code, namespace)
        return
    import asyncio  # for `await` outside a function

    loop = namespace.setdefault("__loop__", None) or asyncio.new_event_loop()
    namespace["__loop__"] = loop  # one for all cells, as in a notebook
    loop.run_until_complete(eval(code, namespace))


@contextmanager
def interrupted_after(seconds: float | None) -> Iterator[None]:
    """Raise `OutOfTime` in what computes too long, or sleeps far longer.

    Code that catches the exception is interrupted again; in the end the waiting process ends it.

    Args:
        seconds: Of processor time; None for no end.
    """
    if seconds is None or not hasattr(signal, "setitimer"):
        yield
        return
    start = time.monotonic(), time.process_time()

    def interrupt(number: int, _: object) -> None:
        asleep = time.monotonic() - start[0] > LONGEST_SLEEP + ASLEEP * seconds
        # A busy machine lets nothing sleep so deeply.
        asleep = asleep and time.process_time() - start[1] < 0.01 * (time.monotonic() - start[0])
        if number == signal.SIGPROF or asleep:
            raise OutOfTime(f"took more than {seconds:.1f} s")

    timers = {
        signal.ITIMER_PROF: (signal.SIGPROF, seconds),
        signal.ITIMER_REAL: (signal.SIGALRM, 1),
    }
    handlers = {number: signal.signal(number, interrupt) for number, _ in timers.values()}
    # What has been going on goes on afterwards: answers are called within a cell.
    before = {timer: signal.setitimer(timer, t, t) for timer, (_, t) in timers.items()}
    try:
        yield
    finally:
        for timer in timers:
            signal.setitimer(timer, 0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for timer, left in before.items():
            signal.setitimer(timer, *left)


class _NoIPython:
    """What a notebook gets that asks for its shell: something that does nothing."""

    def __getattr__(self, name: str) -> Any:
        return _nothing


def _nothing(*args: Any, **kwargs: Any) -> None:
    return None


def told(error: BaseException) -> str:
    """An exception in a few words, whatever its `__str__` does."""
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except BaseException:
        return type(error).__name__[:300]
