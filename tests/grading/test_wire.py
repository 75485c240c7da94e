"""What parent and child say to each other survives the way, and hostile bytes do no harm."""

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from refimpl.course.grading.replies import read_about, read_trials
from refimpl.course.grading.session import ChildFailed
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


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, np.array([object()]), b"bytes", np.zeros([1] * 33)]
)
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
        message({"array": "<f8", "shape": [2**32 + 1, 0]}),
        message({"array": "<f8", "shape": [2**32] * 31 + [0]}),
        message({"array": "<f8", "shape": [True]}, bytes(8)),
        message({"array": "<f8", "shape": {"0": 1}}, bytes(8)),
        message({"array": "<U0", "shape": [2**32] * 32}),
        struct.pack(">Q", 10**6) + b"[" * 10**6,
        struct.pack(">Q", 5000) + b"9" * 5000,
        struct.pack(">Q", 2**63) + b"{}",
    ],
)
def test_hostile_bytes_are_no_message(hostile):
    with pytest.raises(WireError):
        unpack(hostile)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ([1] * 33, "33 dimensions"),
        ([10**4000] * 2, "a shape that none has"),
        ([2**32] * 32, "larger than its message"),
    ],
)
def test_a_size_is_refused_before_it_is_multiplied_out(shape, words):
    with pytest.raises(WireError, match=words):
        unpack(message({"array": "<f8", "shape": shape}))


# What somebody may write who knows the form: headers that are nearly right, with any bytes behind.
claims = st.fixed_dictionaries(
    {
        "array": st.sampled_from(
            ["<f8", "|b1", "<U3", "<U0", "|i1", ">c16", "|O8", "|b9", "<M8", ""]
        )
        | plain,
        "shape": st.lists(st.integers(-1, 5) | st.integers(), max_size=40) | plain,
    }
)
headers = st.recursive(
    plain | claims,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["dict", "array", "shape", "x"]), inner, max_size=3)
        | st.builds(
            lambda entries: {"dict": entries}, st.dictionaries(st.text(), inner, max_size=3)
        )
    ),
    max_leaves=8,
)


def check_hostile(header, noise, place):
    """Whatever comes is a value or an error of ours, and takes no longer than its bytes do."""
    whole = bytearray(pack({"a": np.arange(5), "b": ["text", 1.5]}))
    whole[place : place + len(noise)] = noise
    for hostile in (noise, bytes(whole), message({}, noise), message(header, noise)):
        for read in (unpack, as_a_reply):
            try:
                read(hostile)
            except (WireError, ChildFailed):
                continue


def as_a_reply(hostile):
    value = unpack(hostile)
    read_about(value, ["f"])
    read_trials(value, 3)


hostile_parts = given(headers, st.binary(max_size=200), st.integers(0, 200))
test_any_bytes_are_a_message_or_an_error_of_ours = settings(deadline=None)(
    hostile_parts(check_hostile)
)
test_many_bytes_are_a_message_or_an_error_of_ours = pytest.mark.soak(
    settings(deadline=None, max_examples=50_000)(hostile_parts(check_hostile))
)


# A reply in which any part may be something else: an array is neither equal to text nor unequal.
def any_of(*right):
    return st.sampled_from(right) | values


texts = st.text(max_size=5) | st.just("\ud800")
trial = st.fixed_dictionaries(
    {"status": any_of("called", "error", "memory", "not started")},
    optional={
        "reason": any_of("raised ValueError: \ud800"),
        "changed": any_of(True, False),
        "results": st.dictionaries(
            texts, st.fixed_dictionaries({}, optional={"value": values, "shown": any_of("…")})
        )
        | values,
    },
)
replies = st.fixed_dictionaries(
    {"status": any_of("called", "missing")},
    optional={"reason": any_of("why"), "trials": st.lists(trial | values, max_size=3) | values},
)
abouts = st.fixed_dictionaries(
    {
        "defined": any_of(True, False),
        "broken": any_of("\ud800"),
        "suspicions": st.lists(texts) | values,
        "suspicions of all": st.lists(texts) | values,
    }
)


def check_reply(reply, about):
    try:
        _, reason, trials = read_trials(reply, 2)
        for text in (reason, *(one.reason for one in trials)):
            text.encode()
    except ChildFailed as failed:
        assert failed.status == "tampering"
    try:
        said = read_about({"f": about}, ["f"])["f"]
        "".join([said["broken"], *said["suspicions"], *said["suspicions of all"]]).encode()
    except ChildFailed as failed:
        assert failed.status == "tampering"


any_reply = given(replies | values, abouts | values)
test_any_reply_is_one_or_tampering = settings(deadline=None)(any_reply(check_reply))
test_many_replies_are_replies_or_tampering = pytest.mark.soak(
    settings(deadline=None, max_examples=50_000)(any_reply(check_reply))
)


def test_long_text_and_empty_arrays_come_back():
    for array in (np.array("x" * 1_200_000), np.zeros((2**31, 0, 3)), np.zeros(3, "U0")):
        back = unpack(pack(array))
        assert back.shape == array.shape and np.array_equal(back, array)


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
