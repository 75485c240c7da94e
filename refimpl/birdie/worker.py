"""A worker's side: makes the batches that it is asked for, in the order in which it is asked."""

import pickle
import signal
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.errors import UserError
from refimpl.packing import Recipe, Shard

OPENED, BATCH, ERROR = "opened", "batch", "error"


def open_shards(
    recipe: Recipe, numbers: list[int], states: dict[int, Any]
) -> tuple[dict[int, Shard], list[int]]:
    """Open shards, and say which of them hold any tune."""
    shards = {number: Shard(recipe, number, states.get(number)) for number in numbers}
    return shards, [number for number, shard in shards.items() if not shard.empty]


def serve(
    connection: Connection,
    recipe: Recipe | bytes,
    numbers: list[int],
    states: dict[int, Any],
    strangers: list[Connection],
) -> None:
    """Run in a worker process until the connection closes.

    Args:
        connection: to the process that trains.
        recipe: how batches are made; pickled where the process was not forked.
        numbers: this worker's shards.
        states: to go on from, by shard; empty to begin.
        strangers: connections of other workers that a fork has copied. Closed here, or the end of
            the process that trains would go unnoticed.
    """
    for stranger in strangers:
        stranger.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that trains to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        recipe = _unpack(recipe) if isinstance(recipe, bytes) else recipe
        shards, filled = open_shards(recipe, numbers, states)
        connection.send((OPENED, filled))
        while True:
            step, number, shares = connection.recv()
            batch = shards[number].batch(step, np.array(shares))
            connection.send((BATCH, step, batch, shards[number].state_dict()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # closed: nobody wants another batch
    except Exception as error:
        message = str(error) if isinstance(error, UserError) else _describe(error)
        with suppress(OSError):
            connection.send((ERROR, message, traceback.format_exc()))
    finally:
        connection.close()


def _unpack(packed: bytes) -> Recipe:
    try:
        return pickle.loads(packed)
    except Exception as error:
        raise BirdieError(
            f"a worker cannot load the dataset ({_describe(error)}); define ds, text_grabber_fn and"
            " tokenizer in a module that can be imported, or use num_workers=0"
        ) from error


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
