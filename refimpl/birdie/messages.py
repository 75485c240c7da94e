"""Sending objects to a worker so that it imports little, and maps files instead of copying."""

import io
import pickle
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


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
