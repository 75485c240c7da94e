import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics import bits_per_second, nats_per_second, perplexity, usage


def test_perplexity_is_the_number_of_equally_frequent_codes():
    assert perplexity(np.tile([3, 5, 8, 13], 10)) == pytest.approx(4.0)
    assert perplexity(np.zeros((5, 2), int)) == 1.0
    assert perplexity([0, 0, 0, 1]) == pytest.approx(2 ** (0.75 * np.log2(4 / 3) + 0.25 * 2))
    assert np.isnan(perplexity([]))


def test_usage_counts_codes_that_occur():
    assert usage([0, 1, 1, 7], 8) == 3 / 8
    assert usage([], 8) == 0


@pytest.mark.parametrize("ids", [[0, 8], [-1, 3], [-100]])
def test_special_tokens_and_ignored_labels_are_refused(ids):
    with pytest.raises(UserError, match="codes in 0…7; leave out special tokens"):
        usage(ids, 8)


def test_rates_a_second_do_not_depend_on_how_a_second_is_cut():
    assert bits_per_second(689.0625, 512) == pytest.approx(6201.6, abs=0.1)
    whole = nats_per_second(3.0, 31.25)
    assert nats_per_second(1.5, 62.5) == pytest.approx(whole)
    uniform = nats_per_second(np.log(1024), 31.25) / np.log(2)
    assert uniform == pytest.approx(bits_per_second(31.25, 1024))
