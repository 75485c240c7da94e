"""A separate process for each answer, copied from one that has imported everything already.

An answer may leave threads behind, or replace a function. No other answer meets them, because its
process ends with it, and so does everything that it started.
"""

import io
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from refimpl.course.grading.wire import WireError, read_frame, write_frame

HAS_WORKERS = sys.platform == "linux"  # elsewhere a process that uses libraries is no safe to copy
MAX_REPLY = 64 * 2**20


def reply_of_a_worker(work: Callable[[], bytes], pipes: list[BinaryIO], alone: bool) -> bytes:
    """Do some work in a separate process, and return its reply.

    Where that process ends without a reply, so does this one, as it would have without a worker.

    Args:
        work: Returns a reply.
        pipes: Closed in the worker: the way from the caller, then the way to it. Where the caller's
            end of the first is closed, nobody waits for a reply, and worker and process end.
        alone: Whether no other process can be seen from here, so that all may be ended.
    """
    if not HAS_WORKERS:
        return work()
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(read_end)
        for pipe in pipes:
            os.close(pipe.fileno())
        with os.fdopen(write_end, "wb") as stream:
            write_frame(stream, work())
        os._exit(0)  # whatever threads are left behind
    os.close(write_end)
    with io.BufferedReader(_WhileWanted(read_end, pipes[0].fileno(), pid)) as stream:
        try:
            frame = read_frame(stream, MAX_REPLY)
        except WireError:
            frame = b""  # no reply of ours
    if frame is None:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) % 256 or 1)
    _end_all(pid, alone)
    return frame


class _WhileWanted(io.RawIOBase):
    """A worker's reply, for as long as somebody waits for it.

    A grader that is killed cannot end an answer that runs, and the kernel's signal of a parent's
    death does not reach a process that has become another user. But the grader's end of the
    requests closes with it.

    Args:
        reply: Where the worker writes.
        requests: Where the caller writes.
        worker: Its process.
    """

    def __init__(self, reply: int, requests: int, worker: int):
        self._reply, self._requests, self._worker = reply, requests, worker
        self._poll = select.poll()
        self._poll.register(reply, select.POLLIN)
        self._poll.register(requests, 0)  # that its other end is closed is always told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if self._requests in dict(self._poll.poll()):
            with suppress(ProcessLookupError):
                os.killpg(self._worker, signal.SIGKILL)
            os._exit(1)
        return os.readv(self._reply, [buffer])

    def close(self) -> None:
        if not self.closed:
            os.close(self._reply)
        super().close()


def _end_all(pid: int, alone: bool) -> None:
    """End a worker and what it started, and wait for those that are ours to wait for."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    # Also what has left its session. Only where these are the processes of a sandbox: there, this
    # is the first of them, and whatever has lost its parent is ours to wait for.
    if alone and os.getpid() == 1:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(-1, signal.SIGKILL)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
