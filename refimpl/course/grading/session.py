"""A child that is talked to: requests in, replies out, and an end to it when it takes too long."""

import queue
import subprocess
import time
from contextlib import ExitStack, suppress
from threading import Event, Thread
from typing import Any

from refimpl.course.grading import wire
from refimpl.course.grading.cgroups import memory_group
from refimpl.course.grading.report import STALLED
from refimpl.course.grading.sandbox import FOLDERS, Sandbox
from refimpl.course.grading.usage import Used, end_processes, memory_of, used_by
from refimpl.course.grading.users import borrowed_user

MAX_REPLY = 64 * 2**20
LOOK_EVERY = 0.25  # seconds between two looks at what a child uses
PATIENCE = 4  # how much longer than it may compute a child may sleep
# Seconds of the clock, and how many for each that may be computed: far more than a busy machine
# takes. Only a child that hides what it computes, or lets all others go first, gets there.
LONGEST_WAIT, LONGEST_SHARE = 600, 60


class ChildFailed(Exception):
    """A child that gave no reply.

    Attributes:
        status: "timeout", "stalled", "memory", "files", "crash" or "tampering".
    """

    def __init__(self, status: str, reason: str):
        super().__init__(reason)
        self.status = status


class Stopped(Exception):
    """The grader wants to stop."""


class Session:
    """A child process in a sandbox; use it in a `with` statement, which ends it.

    Args:
        sandbox: Where it runs.
        stop: Set by somebody else to end a wait.
    """

    def __init__(self, sandbox: Sandbox, stop: Event | None = None):
        self.limits = sandbox.limits
        self._reference_second = sandbox.reference_second
        self._stop = stop or Event()
        self._n_asked = 0
        self._threads: list[Thread] = []
        with ExitStack() as lent:
            self._group = lent.enter_context(memory_group(self._all_memory()))
            command = sandbox.command(lent.enter_context(borrowed_user()))
            self._process = subprocess.Popen(
                self._group.entering(command) if self._group else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # however much they print
                env=sandbox.environment(),
                start_new_session=True,
            )
            self._lent = lent.pop_all()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child and everything that it started; then give back what it was lent."""
        with self._lent:
            end_processes(self._process)
            for thread in self._threads:
                thread.join(timeout=10)
            # A process that got away, which only one in the open can, may hold a pipe.
            if not any(thread.is_alive() for thread in self._threads):
                self._process.stdout.close()
                with suppress(OSError):  # there may be something left to be written
                    self._process.stdin.close()

    def ask(self, request: dict[str, Any], reference_seconds: float | None = None) -> Any:
        """Send a request and return the reply.

        Args:
            request: The message.
            reference_seconds: How long it may compute; as long as for an answer, if not given.

        Raises:
            ChildFailed: There was none, or none that can be read. The child is of no use any more.
            Stopped: The grader wants to stop.
        """
        self._n_asked += 1
        message = wire.pack(request | {"number": self._n_asked})
        before = used_by(self._process.pid).seconds
        allowed = self.limits.seconds if reference_seconds is None else reference_seconds
        frame = self._wait(self._exchange(message), before, allowed)
        try:
            if frame is None:
                ending = self._ending()
                self._look_at_memory()
                raise ChildFailed("crash", f"the process ended {ending}")
            if isinstance(frame, wire.WireError):
                raise frame
            reply = wire.unpack(frame)
            number = reply.get("number") if isinstance(reply, dict) else None
            # An array is neither equal to a number nor unequal.
            if type(number) is not int or number != self._n_asked or "reply" not in reply:
                raise wire.WireError("a reply to something else")
            return reply["reply"]
        except wire.WireError as error:
            raise ChildFailed("tampering", f"wrote something else than a reply: {error}") from None

    def _exchange(self, message: bytes) -> queue.Queue:
        """Write and read in a thread, since a child may never read, and never write.

        (Waiting for both at once would do on Linux, but not on Windows.)
        """
        box: queue.Queue = queue.Queue()

        def exchange() -> None:
            try:
                wire.write_frame(self._process.stdin, message)
                box.put(wire.read_frame(self._process.stdout, MAX_REPLY))
            except wire.WireError as error:
                box.put(error)
            except (OSError, ValueError, MemoryError):
                box.put(None)

        self._threads = [Thread(target=exchange, daemon=True)]
        self._threads[0].start()
        return box

    def _wait(
        self, box: queue.Queue, spent_before: float, allowed: float
    ) -> bytes | wire.WireError | None:
        """Wait for a reply, with an eye on what the child computes, and on its sleep.

        Args:
            box: Where the reply comes.
            spent_before: Processor seconds that the child had computed already.
            allowed: Reference seconds that it may compute.
        """
        start, limits, n_asleep = time.monotonic(), self.limits, 0
        seconds = allowed * self._reference_second
        while True:
            try:
                return box.get(timeout=LOOK_EVERY)
            except queue.Empty:
                pass
            if self._stop.is_set():
                raise Stopped
            used = used_by(self._process.pid)
            self._look_at_memory(used)
            if used.files > limits.files:
                raise ChildFailed("files", f"wrote more than {limits.files} files")
            if used.descriptors > limits.descriptors:
                raise ChildFailed("files", f"opened more than {limits.descriptors} files at once")
            if used.seconds - spent_before > seconds:
                raise ChildFailed("timeout", f"computed for more than {allowed:g} reference s")
            # Looks are counted, not the time between them: that may be long on a busy machine.
            n_asleep += not used.runs
            if n_asleep * LOOK_EVERY > PATIENCE * allowed:
                raise ChildFailed(STALLED, f"slept for more than {PATIENCE * allowed:g} s")
            if time.monotonic() - start > LONGEST_WAIT + LONGEST_SHARE * seconds:
                raise ChildFailed(STALLED, "came to no end, and could not be seen to compute")

    def _all_memory(self) -> int:
        """Bytes for processes and for files, which lie in memory, too."""
        return self.limits.memory + len(FOLDERS) * self.limits.room

    def _look_at_memory(self, used: Used | None = None) -> None:
        if self._group:
            too_much = self._group.was_exceeded()
        else:
            limit = self.limits.memory
            too_much = used and used.memory > limit and memory_of(self._process.pid) > limit
        if too_much:
            raise ChildFailed("memory", f"used more than {self.limits.memory / 2**30:g} GiB")

    def _ending(self) -> str:
        try:
            return f"with exit status {self._process.wait(timeout=10)}"
        except subprocess.TimeoutExpired:
            return "its conversation"
