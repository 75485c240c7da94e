"""The corpus: reproducible, endless, and split so that no tune is in two splits."""

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.tinytunes import SAMPLES_PER_BEAT, Corpus, TuneConfig


def test_a_tune_depends_on_its_index_alone():
    in_order = list(Corpus("train").take(4))
    alone = Corpus("train")[3]
    assert alone.to_json() == in_order[3].to_json()
    assert np.array_equal(alone.render(), in_order[3].render())


def test_level_1_lies_on_its_grid():
    for tune in Corpus("train").take(50):
        assert tune.n_samples == 16 * SAMPLES_PER_BEAT
        eighths = (
            np.array([n.onset for n in tune.notes]) * tune.sample_rate / (SAMPLES_PER_BEAT / 2)
        )
        assert np.allclose(eighths, np.round(eighths), atol=1e-9)


def test_an_unknown_split_is_named():
    with pytest.raises(UserError, match="train, validation, test"):
        Corpus("dev")


def test_an_unknown_level_is_named():
    with pytest.raises(UserError, match="1, 2 and 3"):
        TuneConfig(level=4)
