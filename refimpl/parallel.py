"""One function on many items: here, in processes of this machine, or on a Dask cluster.

Results come in the order of the items, wherever they were worked out. A few items are under way at
a time, so that a long stream of them need not be in memory. What is written down is written by the
caller alone: a worker that is lost takes nothing with it, and no result comes twice.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from refimpl.errors import UserError

if TYPE_CHECKING:
    from distributed import Client

Shared, Item, Result = TypeVar("Shared"), TypeVar("Item"), TypeVar("Result")
AHEAD = 4  # items under way for each process, or for each thread of a cluster
WAIT = "10s"  # for a scheduler


def map_in_order(
    function: Callable[[Shared, Item], Result],
    shared: Shared,
    items: Iterable[Item],
    *,
    n_processes: int = 1,
    scheduler: str | None = None,
) -> Iterator[Result]:
    """Call a function for each item and yield the results in the order of the items.

    Args:
        function: of a module, so that another process can import it; called with `shared` and an
            item.
        shared: what all calls need, such as a tokenizer. A process gets it once.
        items: a stream, read as far ahead as there is work under way.
        n_processes: of this machine; 1 works in this one. With more, a script needs the usual
            `if __name__ == "__main__":`, since each process imports it.
        scheduler: the address of a Dask scheduler, such as "tcp://host:8786", whose workers do the
            work instead.

    Raises:
        UserError: Dask is not installed, no scheduler answers, or an item was lost with one worker
            after another.
    """
    if scheduler is not None:
        yield from _on_a_cluster(function, shared, items, scheduler)
    elif n_processes > 1:
        yield from _in_processes(function, shared, items, n_processes)
    else:
        yield from (function(shared, item) for item in items)


def _in_processes(
    function: Callable[[Shared, Item], Result],
    shared: Shared,
    items: Iterable[Item],
    n_processes: int,
) -> Iterator[Result]:
    # Spawned, not forked: a fork of a process whose libraries run threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_processes, context, _start_worker, (function, shared)) as pool:

        def submit(number: int, item: Item) -> Callable[[], Result]:
            with _deaf_to_interrupts() if number < n_processes else nullcontext():
                future = pool.submit(_in_worker, item)  # may start a process
            waiting.append(future)
            return future.result

        waiting: list = []
        try:
            yield from _in_order(submit, items, AHEAD * n_processes)
        finally:
            for future in waiting:
                future.cancel()


def _on_a_cluster(
    function: Callable[[Shared, Item], Result],
    shared: Shared,
    items: Iterable[Item],
    address: str,
) -> Iterator[Result]:
    with connect(address) as client:
        # A task rather than data scattered to workers: Dask can make it anew when one is lost.
        kept = client.submit(_itself, shared, pure=False)

        def submit(number: int, item: Item) -> Callable[[], Result]:
            future = client.submit(function, kept, item, pure=False)
            return lambda: _result_on_a_cluster(future, number)

        n_threads = sum(client.nthreads().values())
        yield from _in_order(submit, items, AHEAD * max(1, n_threads))


def connect(address: str) -> Client:
    """Return a client of a Dask scheduler.

    Args:
        address: such as "tcp://host:8786".

    Raises:
        UserError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--scheduler needs Dask: pip install 'refimpl[cluster]'") from None
    try:
        return Client(address, timeout=WAIT)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            f"no Dask scheduler answers at {address} ({error}): start one, or leave --scheduler out"
        ) from None


def _in_order(
    submit: Callable[[int, Item], Callable[[], Result]], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Submit items, a few ahead of the oldest whose result is waited for."""
    under_way: deque[Callable[[], Result]] = deque()
    for number, item in enumerate(items):
        under_way.append(submit(number, item))
        if len(under_way) >= ahead:
            yield under_way.popleft()()
    while under_way:
        yield under_way.popleft()()


def _result_on_a_cluster(future: Any, number: int) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise UserError(
            f"item {number} was lost with one worker of the cluster after another ({error}); look "
            "at the workers' logs: they may lack memory, or have another version of the package"
        ) from error


def _itself(shared: Shared) -> Shared:
    return shared


def _start_worker(function: Callable, shared: Any) -> None:
    """Keep in the worker what all calls need, and its libraries from fighting for cores."""
    import torch
    from threadpoolctl import threadpool_limits

    global _work
    _work = function, shared
    threadpool_limits(limits=1)
    torch.set_num_threads(1)


def _in_worker(item: Any) -> Any:
    function, shared = _work
    return function(shared, item)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let processes that are started meanwhile inherit that Ctrl-C is ignored.

    Ctrl-C reaches every process of a terminal. The first one ends the work in order; a worker that
    broke off by itself would only fill the screen with its traceback.
    """
    if threading.current_thread() is not threading.main_thread():  # which has no say in it
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
