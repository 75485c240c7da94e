"""Baselines that a model must beat, checked where the answer is known."""

import numpy as np
import pytest

from refimpl.training import BigramModel, TrainingError, measure_baselines
from refimpl.vocabulary import Vocabulary
from tests.training.training_examples import VOCABULARY, tunes


def test_probabilities_of_all_tokens_sum_to_one_after_each_token():
    model = BigramModel(tunes(), vocabulary=VOCABULARY)
    everything = np.arange(VOCABULARY.size)
    assert model.unigram_probability(everything).sum() == pytest.approx(1)
    for last in everything:
        after = model.probability(np.full(VOCABULARY.size, last), everything)
        assert after.sum() == pytest.approx(1)
        assert after.min() > 0


def test_white_noise_is_uniform_to_all_of_them():
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 500, 2000) for _ in range(150)]
    found = measure_baselines(noise[:100], noise[100:], vocabulary=Vocabulary(500, "report"))
    assert found["uniform"] == pytest.approx(np.log(504))
    assert found["unigram"] == pytest.approx(np.log(500), abs=0.02)
    assert found["bigram"] == pytest.approx(np.log(500), abs=0.3)


def test_a_markov_chain_costs_the_bigram_its_entropy():
    rng = np.random.default_rng(1)
    vocabulary = Vocabulary(8, "report")
    jumps = [rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2], size=4000).cumsum() % 8 for _ in range(20)]
    found = measure_baselines(jumps[:10], jumps[10:], vocabulary=vocabulary)
    entropy = -sum(p * np.log(p) for p in (0.5, 0.3, 0.2))
    assert found["bigram"] == pytest.approx(entropy, abs=0.02)
    assert found["unigram"] == pytest.approx(np.log(8), abs=0.02)


def test_nothing_to_count_is_an_error():
    with pytest.raises(TrainingError, match="no tunes"):
        BigramModel([], vocabulary=VOCABULARY)
