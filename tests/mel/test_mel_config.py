"""MelConfig: what it accepts, what it refuses and how it says so."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.errors import UserError
from refimpl.mel import MelConfig, MelError


def test_round_trip_through_json():
    config = MelConfig(n_fft=4096, hop_length=704, n_mels=192, f_max=8000, htk=True, norm=None)
    assert MelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_missing_parameters_keep_their_defaults():
    assert MelConfig.from_dict({"n_mels": 64}) == MelConfig(n_mels=64)


@pytest.mark.parametrize(
    ("wrong", "right"), [("hop", "hop_length"), ("n_mel", "n_mels"), ("fmax", "f_max")]
)
def test_an_unknown_parameter_is_named_with_the_nearest_right_one(wrong, right):
    with pytest.raises(MelError, match=f"'{wrong}'; did you mean {right}"):
        MelConfig.from_dict({wrong: 1})


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"n_mels": 0}, "n_mels"),
        ({"n_mels": 12.5}, "n_mels"),
        ({"n_mels": "many"}, "n_mels"),
        ({"n_mels": True}, "n_mels"),
        ({"n_mels": float("nan")}, "n_mels"),
        ({"n_fft": 511}, "n_fft"),
        ({"win_length": 4096}, "win_length"),
        ({"hop_length": 2048}, "hop_length"),
        ({"hop_length": 600, "win_length": 600}, "hop_length"),
        ({"f_min": 9000, "f_max": 8000}, "f_max"),
        ({"f_max": 20000}, "f_max"),
        ({"f_min": float("nan")}, "f_min"),
        ({"window": "han"}, "hann"),
        ({"norm": "l2"}, "norm"),
        ({"power": 3.0}, "power"),
        ({"ref": 0.0}, "ref"),
        ({"floor_db": 0.0}, "floor_db"),
        ({"htk": "yes"}, "htk"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_it(parameters, named):
    with pytest.raises(UserError, match=named) as caught:
        MelConfig(**parameters)
    assert "\n" not in str(caught.value)


def test_numbers_of_numpy_become_plain_ones():
    config = MelConfig(n_mels=np.int64(64), f_max=np.float32(8000), hop_length=256.0)
    assert json.dumps(config.to_dict())
    assert config == MelConfig(n_mels=64, f_max=8000.0, hop_length=256)


def test_frozen():
    with pytest.raises(AttributeError):
        MelConfig().n_mels = 3


def test_frame_rate():
    assert MelConfig(sample_rate=22050, hop_length=441).frame_rate == 50.0


@given(st.integers(0, 5000), st.integers(2, 1500))
def test_the_samples_of_n_frames_have_n_frames(n_frames, hop_length):
    config = MelConfig(hop_length=hop_length)
    assert config.n_frames(config.n_samples(n_frames)) == n_frames
