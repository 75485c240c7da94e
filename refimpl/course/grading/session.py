"""A child that is talked to: requests in, replies out, and an end to it when it takes too long."""

import os
import selectors
import subprocess
import time
from typing import Any

import psutil

from refimpl.course.grading import wire
from refimpl.course.grading.sandbox import Sandbox

MAX_REPLY = 64 * 2**20
LOOK_EVERY = 0.2  # seconds between two looks at a child's memory


class ChildFailed(Exception):
    """A child that gave no reply.

    Attributes:
        status: "timeout", "memory", "crash" or "tampering".
    """

    def __init__(self, status: str, reason: str):
        super().__init__(reason)
        self.status = status


class Session:
    """A child process in a sandbox; use it in a `with` statement, which ends it.

    Args:
        sandbox: Where it runs.
        slot: A number for each child that runs at the same time.
    """

    def __init__(self, sandbox: Sandbox, slot: int = 0):
        self.limits = sandbox.limits
        self._replies, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(
                sandbox.command(theirs, slot),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,  # however much they print
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs],
                env=sandbox.environment(),
                preexec_fn=sandbox.set_limits,
                start_new_session=True,
            )
        finally:
            os.close(theirs)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child and all that it started."""
        descendants = _descendants(self._process.pid)
        self._process.kill()
        for process in descendants:  # in a sandbox they go with it; in the open they would stay
            try:
                process.kill()
            except psutil.Error:
                continue
        self._process.wait()
        self._process.stdin.close()
        os.close(self._replies)

    def ask(self, request: Any) -> Any:
        """Send a request and return the reply.

        Raises:
            ChildFailed: There was none, or none that can be read. The child is of no use any more.
        """
        try:
            wire.write_frame(self._process.stdin, wire.pack(request))
        except OSError:
            raise ChildFailed("crash", "the process had ended before it was asked") from None
        frame = self._receive(time.monotonic() + self.limits.seconds)
        try:
            return wire.unpack(wire.frame_message(frame))
        except wire.WireError as error:
            raise ChildFailed("tampering", f"wrote something else than a reply: {error}") from None

    def _receive(self, deadline: float) -> bytes:
        """Read one frame, with an eye on the clock and on the memory."""
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._replies, selectors.EVENT_READ)
            while (length := wire.frame_length(received)) is None or len(received) < length:
                if length is not None and length > MAX_REPLY:
                    raise ChildFailed("tampering", f"a reply of {length} bytes")
                if time.monotonic() > deadline:
                    raise ChildFailed("timeout", f"took more than {self.limits.seconds:g} s")
                if selector.select(LOOK_EVERY):
                    some = os.read(self._replies, 2**20)
                    if not some:
                        raise ChildFailed("crash", f"the process ended {self._ending()}")
                    received += some
                elif _memory(self._process.pid) > self.limits.memory:
                    gigabytes = self.limits.memory / 2**30
                    raise ChildFailed("memory", f"used more than {gigabytes:g} GiB")
        if len(received) != length:
            raise ChildFailed("tampering", "wrote more than a reply")
        return bytes(received)

    def _ending(self) -> str:
        try:
            return f"with exit status {self._process.wait(timeout=2)}"
        except subprocess.TimeoutExpired:
            return "its conversation"


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _memory(pid: int) -> int:
    """Bytes that a process and all that it started hold in memory."""
    total = 0
    for process in _descendants(pid):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total
