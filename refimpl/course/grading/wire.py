"""What parent and child say to each other: plain values and arrays, as bytes.

Reading them runs no code, whatever they hold: JSON for the structure, raw bytes for the arrays.
"""

import json
import re
import struct
from typing import Any, BinaryIO

import numpy as np

MAX_HEADER = 4 * 2**20  # of a reply: JSON takes many times its size in memory
MAX_DIMENSIONS = 32
MAX_SIDE = 2**32  # of an array in one dimension
_LENGTH = struct.Struct(">Q")
_NO_MESSAGE = (
    *(ValueError, TypeError, KeyError, AttributeError),
    *(struct.error, RecursionError, OverflowError, MemoryError),
)
_LAST_CHARACTER = 0x10FFFF
_DTYPE = re.compile(r"[<>|][biufcU]\d{1,8}")  # text: up to the size of a whole message


class WireError(Exception):
    """Bytes that are no message, or a value that no message can hold."""


def pack(value: Any) -> bytes:
    """Turn a value into bytes.

    Args:
        value: None, booleans, numbers, text, numpy arrays without objects and of up to
            `MAX_DIMENSIONS`, and lists, tuples and dictionaries with text as keys, of these.

    Raises:
        WireError: Something else.
    """
    arrays: list[np.ndarray] = []
    header = json.dumps(_describe(value, arrays)).encode()
    return b"".join([_LENGTH.pack(len(header)), header, *(array.tobytes() for array in arrays)])


def unpack(message: bytes, max_header: int = MAX_HEADER) -> Any:
    """Turn bytes into the value that they were made from; tuples come back as lists.

    Args:
        message: From `pack`, or from code that wants us to believe that.
        max_header: How many bytes everything but arrays may take.

    Raises:
        WireError: The bytes are no message.
    """
    try:
        (n_header,) = _LENGTH.unpack_from(message)
        if n_header > max_header:
            raise WireError(f"a header of {n_header} bytes, {max_header} are read at most")
        start = _LENGTH.size
        header = json.loads(message[start : start + n_header])
        reader = _Arrays(message, start + n_header)
        value = reader.build(header)
    except _NO_MESSAGE as error:
        raise WireError(f"no message: {error}") from None
    if reader.position != len(message):
        raise WireError("a message with something behind it")
    return value


def is_sendable(array: np.ndarray) -> bool:
    """Whether a message can hold an array."""
    return array.dtype.kind in "biufcU" and array.ndim <= MAX_DIMENSIONS


def write_frame(stream: BinaryIO, message: bytes) -> None:
    """Write a message with its length in front."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def read_frame(stream: BinaryIO, max_bytes: int | None = None) -> bytes | None:
    """Read a message that `write_frame` wrote, or return None where the stream ends before.

    Raises:
        WireError: It is longer than `max_bytes`; nothing of it is read.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if max_bytes is not None and length > max_bytes:
        raise WireError(f"a message of {length} bytes, {max_bytes} are read at most")
    message = stream.read(length)
    return message if len(message) == length else None


def _describe(value: Any, arrays: list[np.ndarray]) -> Any:
    """A value's structure as JSON can hold it; arrays are put aside."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if isinstance(value, np.ndarray) and is_sendable(value):
        arrays.append(np.ascontiguousarray(value))
        return {"array": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, list | tuple):
        return [_describe(entry, arrays) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: _describe(entry, arrays) for key, entry in value.items()}}
    raise WireError(f"{type(value).__name__} cannot be sent to another process")


class _Arrays:
    """Takes the arrays out of a message, one after another."""

    def __init__(self, message: bytes, position: int):
        self.message = message
        self.position = position

    def build(self, header: Any) -> Any:
        """The value that a header describes."""
        if isinstance(header, list):
            return [self.build(entry) for entry in header]
        if not isinstance(header, dict):
            return header
        if "array" in header:
            return self._next(header["array"], header["shape"])
        return {key: self.build(entry) for key, entry in header["dict"].items()}

    def _next(self, dtype: str, shape: list[int]) -> np.ndarray:
        if not _DTYPE.fullmatch(dtype):
            raise WireError(f"no array: a dtype of {dtype!r:.40}")
        kind = np.dtype(dtype)
        count = _count(shape, (len(self.message) - self.position) // max(1, kind.itemsize))
        end = self.position + count * kind.itemsize
        here = self.message[self.position : end]
        array = np.frombuffer(here, kind) if here else np.zeros(count, kind)
        self.position = end
        if kind.kind == "b":
            array = array.view(np.uint8) != 0  # a byte of 2 is neither True nor False
        # Byte order is the machine's own from here on.
        array = array.astype(array.dtype.newbyteorder("="))
        if kind.kind == "U" and here and (array.view(np.uint32) > _LAST_CHARACTER).any():
            raise WireError("text of numbers that stand for no character")
        return array.reshape(shape)


def _count(shape: list[int], most: int) -> int:
    """How many values an array of a claimed shape has, if there is room for them.

    The product of what a stranger claims may have millions of digits, and while Python multiplies,
    nothing else in the process runs. So it is looked at after each step.
    """
    if len(shape) > MAX_DIMENSIONS:
        raise WireError(f"no array: {len(shape)} dimensions, {MAX_DIMENSIONS} are read at most")
    if any(type(n) is not int or not 0 <= n <= MAX_SIDE for n in shape):
        raise WireError("no array: a shape that none has")
    if 0 in shape:
        return 0
    count = 1
    for n in shape:
        count *= n
        if count > most:
            raise WireError("an array that is larger than its message")
    return count
