"""Who makes the batches: worker processes, or this one. Both give the same ones."""

import io
import multiprocessing
import pickle
import sys
import time
import types
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

import numpy as np

from refimpl.birdie.errors import BirdieError, WorkerError
from refimpl.birdie.worker import ERROR, open_shards, serve
from refimpl.packing import PackedBatch, Recipe


class Request(NamedTuple):
    """Batch `step` of the run is to come from a shard, with a mixture (n_objectives,)."""

    step: int
    shard: int
    shares: np.ndarray


class Inline:
    """Makes batches in this process, when they are taken."""

    def __init__(self, recipe: Recipe, numbers: list[int], states: dict[int, Any]) -> None:
        self._shards, self.filled = open_shards(recipe, numbers, states)
        self._requests: deque[Request] = deque()

    def ask(self, request: Request) -> None:
        """Have a batch made."""
        self._requests.append(request)

    def take(self) -> tuple[PackedBatch, dict[str, Any]]:
        """The batch that was asked for first, and the state of its shard after it."""
        step, number, shares = self._requests.popleft()
        shard = self._shards[number]
        return shard.batch(step, shares), shard.state_dict()

    def close(self) -> None:
        """Nothing is open."""


class _Worker(NamedTuple):
    process: Any
    connection: Connection


class Workers:
    """Makes batches in processes of their own, ahead of when they are taken.

    Args:
        recipe: how.
        numbers: the shards, dealt to the workers in turns.
        states: to go on from, by shard.
        n_workers: how many processes.
        start_method: "fork", "spawn", "forkserver"; None: spawn, which imports little, or where a
            script's or notebook's own functions are needed, the system's usual one.

    Attributes:
        filled: the shards that hold any tune.

    Raises:
        WorkerError: they cannot be started.
    """

    def __init__(
        self,
        recipe: Recipe,
        numbers: list[int],
        states: dict[int, Any],
        n_workers: int,
        start_method: str | None,
    ) -> None:
        self._workers: list[_Worker] = []
        self._requests: deque[Request] = deque()
        self._turns = {number: i % n_workers for i, number in enumerate(numbers)}
        n_workers = min(n_workers, len(numbers))
        method, load, hide = _how_to_start(recipe, start_method)
        context = multiprocessing.get_context(method)
        try:
            with hidden_main(hide):
                for worker in range(n_workers):
                    own = [number for number in numbers if self._turns[number] == worker]
                    known = {number: states[number] for number in own if number in states}
                    self._start(context, load, own, known, forked=method == "fork")
            filled = [self._receive(worker)[1] for worker in self._workers]
        except BaseException:
            self.close()
            raise
        self.filled = sorted(number for some in filled for number in some)

    def _start(self, context, load, own, known, *, forked) -> None:
        here, there = context.Pipe()
        # Forked, a worker has copies of the ends that this process keeps.
        strangers = [worker.connection for worker in self._workers] + [here] if forked else []
        process = context.Process(
            target=serve, args=(there, load, own, known, strangers), daemon=True
        )
        try:
            process.start()
        except Exception as error:
            here.close()
            raise WorkerError(
                f"a worker cannot be started ({type(error).__name__}: {error}); in a script, start"
                ' under `if __name__ == "__main__":`, or use num_workers=0'
            ) from error
        finally:
            there.close()
        self._workers.append(_Worker(process, here))

    def ask(self, request: Request) -> None:
        """Have a batch made."""
        worker = self._workers[self._turns[request.shard]]
        self._requests.append(request)
        with suppress(OSError):  # it died; said when its batch is taken, after those it has made
            # A list of numbers is read sooner than an array.
            worker.connection.send((request.step, request.shard, request.shares.tolist()))

    def take(self) -> tuple[PackedBatch, dict[str, Any]]:
        """The batch that was asked for first, and the state of its shard after it.

        Raises:
            BirdieError: what went wrong in the worker.
            WorkerError: the worker died.
        """
        request = self._requests.popleft()
        _, step, batch, state = self._receive(self._workers[self._turns[request.shard]])
        assert step == request.step, "a worker answers in the order in which it was asked"
        return batch, state

    def _receive(self, worker: _Worker) -> tuple:
        process, connection = worker
        message = None
        try:
            if not connection.poll():
                wait([connection, process.sentinel])
            # A worker's last words may still be there when it is gone.
            if connection.poll():
                message = connection.recv()
        except (EOFError, OSError):
            pass
        if message is None:
            process.join(60)  # it is ending; its exit code may be a moment away
            raise WorkerError(
                f"worker {self._workers.index(worker)} died (exit code {process.exitcode}); was it"
                " killed, or out of memory? Try fewer num_workers"
            )
        if message[0] == ERROR:
            error = BirdieError(message[1])
            error.add_note(message[2])  # where in the worker it was
            raise error
        return message

    def close(self) -> None:
        """End the workers, whatever they are doing; takes less than a second."""
        for worker in self._workers:
            worker.connection.close()  # one that waits for a request ends by itself
        deadline = time.monotonic() + 0.3
        for process, _ in self._workers:
            process.join(max(0.0, deadline - time.monotonic()))
        alive = [process for process, _ in self._workers if process.is_alive()]
        for end in ("terminate", "kill"):
            for process in alive:
                getattr(process, end)()
            deadline = time.monotonic() + 0.2
            for process in alive:
                process.join(max(0.0, deadline - time.monotonic()))
            alive = [process for process in alive if process.is_alive()]
        self._workers, self._requests = [], deque()


def _how_to_start(recipe: Recipe, method: str | None) -> tuple[str, Recipe | bytes, bool]:
    """The start method, the recipe as it is handed over, and whether the script can be left out."""
    known = multiprocessing.get_all_start_methods()
    if method is not None and method not in known:
        raise WorkerError(f"start_method is {method!r}; here it can be {', '.join(known)}")
    if method == "fork":
        return "fork", recipe, False
    try:
        packed = pack(recipe)
    except Exception as error:
        if method is None and "fork" in known and sys.platform != "darwin":
            return "fork", recipe, False
        raise WorkerError(
            f"the dataset cannot be sent to a worker ({type(error).__name__}: {error}); define ds,"
            " text_grabber_fn and tokenizer at the top of a module, or use num_workers=0"
        ) from error
    if not needs_main(packed):
        return method or "spawn", packed, True
    if method is None and "fork" in known and sys.platform != "darwin":
        return "fork", recipe, False
    return method or "spawn", packed, False


class _Pickler(pickle.Pickler):
    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, np.memmap) and thing.filename and thing.flags.c_contiguous:
            # By name: pickled as an array, every worker would hold a copy of a whole dataset.
            return np.memmap, (thing.filename, thing.dtype, "r", thing.offset, thing.shape)
        return NotImplemented


def pack(thing: Any) -> bytes:
    """Pickle for a worker of this very machine."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(thing)
    return buffer.getvalue()


def needs_main(packed: bytes) -> bool:
    """Whether unpickling needs the script that runs, because something is defined in it."""
    return b"__main__" in packed


@contextmanager
def hidden_main(hide: bool) -> Iterator[None]:
    """Keep `multiprocessing` from importing the running script and its imports again.

    A script that trains imports torch at its top, which no worker needs.
    """
    main = sys.modules["__main__"]
    if hide:
        sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
