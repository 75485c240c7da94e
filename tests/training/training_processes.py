"""What the tests run in processes of their own: to be killed, or to train together."""

import multiprocessing
import os
import signal
from queue import Empty

import torch

from refimpl import files
from refimpl.training import Callback, checkpoint, loop, metrics, run

# Each process starts as a copy of one that has imported everything, and has no threads yet.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["refimpl.training", "refimpl.transformer", "torch._dynamo"])


def _with_fuse(owner, name, fuse):
    """Let each call of a function burn the fuse; when it is gone the process is killed at once."""
    original = getattr(owner, name)

    def call(*arguments, **named):
        fuse[0] -= 1
        if fuse[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    setattr(owner, name, call)


def killed_run(folder, fuse_length, steps):
    """Train in a folder until the fuse has burnt; 0: to the end.

    It burns at every update and at every stage of every write: the log, each file, each wait for
    the disk (between a file's bytes and its name), each rename.
    """
    from tests.training.training_examples import tiny_run

    torch.set_num_threads(1)
    loop.plot_metrics = lambda folder: None  # kills are to fall on steps and saves, not on drawing
    fuse = [fuse_length]
    for owner, name in (
        (run, "training_step"),
        (metrics.MetricsLog, "append"),
        (checkpoint, "write_bytes"),
        (checkpoint, "sync_folder"),
        (checkpoint.shutil, "rmtree"),
        (files.os, "fsync"),
        (checkpoint.Path, "rename"),
    ):
        _with_fuse(owner, name, fuse)
    tiny_run(folder, steps=steps, checkpoint_every=3, keep_checkpoints=1)


def run_killed(folder, fuse_length, steps, kill_after=None):
    """Start `killed_run`; returns its exit code."""
    process = context.Process(target=killed_run, args=(folder, fuse_length, steps))
    process.start()
    if kill_after is not None:
        process.join(kill_after)
        process.kill()
    process.join()
    return process.exitcode


class InterruptAt(Callback):
    def __init__(self, step):
        self.step = step

    def after_step(self, run):
        if run.step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


def rank_run(rank, n_processes, port, queue, changes):
    """Be one of several processes, as `accelerate launch` would start it, and train."""
    from tests.training.training_examples import tiny_run

    torch.set_num_threads(1)
    os.environ |= {
        "ACCELERATE_USE_CPU": "true",
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(n_processes),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    model, result = tiny_run(**changes)
    weights = {name: tensor.tolist() for name, tensor in model.state_dict().items()}
    # A second run in the same processes; only the last of them hears the interrupt.
    _, stopped = tiny_run(callbacks=[InterruptAt(5 if rank == n_processes - 1 else None)])
    queue.put((rank, without_device(result), weights, (stopped.step, stopped.stopped_by)))


def without_device(result):
    return {
        "losses": result.losses,
        "validation": result.validation_losses,
        "step": result.step,
        "weight": result.weight,
        "stopped_by": result.stopped_by,
    }


def next_of(queue, processes):
    """What one of the processes puts next, however long it takes, unless one of them failed."""
    while True:
        try:
            return queue.get(timeout=1)
        except Empty:
            assert not any(process.exitcode for process in processes), "a process failed"


def run_together(n_processes, port, **changes):
    """Train in several processes under gloo; returns what each rank has put, in order."""
    queue = context.Queue()
    processes = [
        context.Process(target=rank_run, args=(rank, n_processes, port, queue, changes))
        for rank in range(n_processes)
    ]
    for process in processes:
        process.start()
    try:
        results = [next_of(queue, processes) for _ in processes]
    finally:
        for process in processes:
            process.join(60)
            process.kill()
    return [result[1:] for result in sorted(results, key=lambda result: result[0])]
