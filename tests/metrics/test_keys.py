"""The key of a sound by its pitch classes."""

import numpy as np
import pytest

from refimpl.embeddings.turned_chroma import chroma
from refimpl.errors import UserError
from refimpl.metrics import estimate_key
from refimpl.tinytunes import TuneConfig, Tunes

C_MAJOR = np.array([3.0, 0, 1, 0, 2, 1, 0, 2, 0, 1, 0, 0.5])
A_MINOR = np.array([2.0, 0, 0.5, 0, 2, 0.5, 0, 0.5, 0, 3, 0, 0.5])


@pytest.mark.parametrize(("strengths", "key"), [(C_MAJOR, (0, "major")), (A_MINOR, (9, "minor"))])
def test_a_turned_pattern_is_the_same_mode_in_another_key(strengths, key):
    for up in range(12):
        found = estimate_key(5 * np.roll(strengths, up))
        assert found == ((key[0] + up) % 12, key[1])


def test_the_keys_of_tunes_are_told_from_their_sounds():
    right = []
    for level in (1, 3):
        for tune in Tunes("test", TuneConfig(level=level)).take(10):
            frames = chroma(tune.render(), tune.sample_rate)
            right.append(estimate_key(frames.sum(axis=0)) == (tune.key, tune.mode))
    assert np.mean(right) >= 0.75  # by chance 1 in 24


def test_what_has_no_pitch_class_has_no_key():
    assert estimate_key(np.zeros(12)) is None
    assert estimate_key(np.full(12, 0.3)) is None


@pytest.mark.parametrize("wrong", [np.ones(11), np.ones((2, 12)), -C_MAJOR, C_MAJOR * np.nan])
def test_other_numbers_are_refused(wrong):
    with pytest.raises(UserError, match="give 12 numbers"):
        estimate_key(wrong)
