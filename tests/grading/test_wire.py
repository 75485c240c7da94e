"""What parent and child say to each other survives the way, and hostile bytes do no harm."""

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from refimpl.course.grading.wire import WireError, pack, read_frame, unpack, write_frame

DTYPES = ["bool", "int8", "int64", "uint16", "float32", "float64", "complex128", "U3", ">f8"]
numbers = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
plain = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
values = st.recursive(
    plain | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def same(first, second):
    if isinstance(first, np.ndarray):
        kinds = first.dtype.kind == second.dtype.kind and first.shape == second.shape
        return kinds and np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return type(first) is type(second) and first == second


@given(values)
@settings(deadline=None, max_examples=80)
def test_values_come_back_as_they_were(value):
    assert same(value, unpack(pack(value)))


def test_tuples_come_back_as_lists_and_numpy_numbers_as_arrays():
    back = unpack(pack((1, np.float32(2))))
    assert back == [1, np.float32(2)] and isinstance(back[1], np.ndarray)


@pytest.mark.parametrize("value", [object(), {1: 2}, np.array([object()]), b"bytes", {1, 2}])
def test_what_could_run_code_or_is_unknown_is_not_sent(value):
    with pytest.raises(WireError):
        pack(value)


def message(header, rest=b""):
    text = json.dumps(header).encode()
    return struct.pack(">Q", len(text)) + text + rest


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xff" * 100,
        message({"array": "|O", "shape": [1]}, bytes(8)),
        message({"array": "<f8", "shape": [10**12]}),
        message({"array": "<f8", "shape": [-1]}, bytes(8)),
        message({"array": "<f8", "shape": [True]}, bytes(8)),
        message({"array": "<f8", "shape": [1.0]}, bytes(8)),
        message({"array": "<f3", "shape": [1]}, bytes(8)),
        message({"array": "<f8", "shape": [1] * 100}, bytes(8)),
        message({"array": "<U0", "shape": [10**15]}),
        message({"array": "<U1", "shape": [1]}, b"\xff\xff\xff\x7f"),
        message({"array": 5, "shape": [1]}),
        message({"dict": 5}),
        message({"other": {}}),
        message(None, b"behind"),
        struct.pack(">Q", 10**6) + b"[" * 10**6,
        struct.pack(">Q", 5000) + b"9" * 5000,
        struct.pack(">Q", 2**63) + b"{}",
    ],
)
def test_hostile_bytes_are_no_message(hostile):
    with pytest.raises(WireError):
        unpack(hostile)


@given(st.binary(max_size=200), st.integers(0, 200))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_an_error_of_ours(noise, place):
    whole = bytearray(pack({"a": np.arange(5), "b": ["text", 1.5]}))
    whole[place : place + len(noise)] = noise
    for hostile in (noise, bytes(whole), message({}, noise)):
        try:
            unpack(hostile)
        except WireError:
            continue


def test_a_byte_that_is_neither_true_nor_false_becomes_true():
    back = unpack(message({"array": "|b1", "shape": [2]}, b"\x02\x00"))
    assert back.view(np.uint8).tolist() == [1, 0]


def test_frames():
    stream = io.BytesIO()
    write_frame(stream, b"one")
    write_frame(stream, b"")
    stream.seek(0)
    assert [read_frame(stream), read_frame(stream), read_frame(stream)] == [b"one", b"", None]
    assert read_frame(io.BytesIO(struct.pack(">Q", 10) + b"short")) is None
    with pytest.raises(WireError, match="at most"):
        read_frame(io.BytesIO(struct.pack(">Q", 2**40)), max_bytes=100)
