"""Exp3.S: what it draws after what was paid."""

import numpy as np
import pytest

from refimpl.curriculum import Exp3S, History, birdie_reward, make_curriculum
from refimpl.curriculum.bandit import rescale


def history_of(drawn, pay, n=3):
    """Rounds in which these objectives were drawn and this was paid."""
    mixtures = 0.5 * np.eye(n)[list(drawn)] + 0.5 / n
    rewards = np.repeat(np.array(pay, dtype=float)[:, None] / n, n, axis=1)
    steps = np.arange(len(mixtures) + 1)
    return History(steps, np.ones((len(steps), n)), mixtures, rewards)


def test_draws_at_random_before_anything_was_paid():
    assert Exp3S().probabilities(History.empty(4)) == pytest.approx(np.full(4, 0.25))


def test_prefers_what_paid_more_and_keeps_exploring():
    history = history_of([0, 1, 2] * 10, [0.1, 0.1, 0.9] * 10)
    probabilities = Exp3S(exploration=0.1).probabilities(history)
    assert probabilities.argmax() == 2
    assert probabilities[2] > 0.6
    assert probabilities.min() >= 0.1 / 3
    assert probabilities.sum() == pytest.approx(1)


def test_follows_a_best_objective_that_changes():
    first, then = [0.1, 0.9, 0.1], [0.9, 0.1, 0.1]
    before = Exp3S().probabilities(history_of([0, 1, 2] * 8, first * 8))
    after = Exp3S().probabilities(history_of([0, 1, 2] * 24, first * 8 + then * 16))
    assert before.argmax() == 1
    assert after.argmax() == 0


def test_emphasises_what_it_draws():
    history = history_of([0, 1, 2] * 10, [0.1, 0.1, 0.9] * 10)
    drawn = [
        Exp3S(emphasis=0.4).propose(history, progress=0.5, reward_fn=birdie_reward, seed=seed)
        for seed in range(40)
    ]
    assert np.sort(drawn, axis=1) == pytest.approx(np.tile([0.2, 0.2, 0.6], (40, 1)))
    assert np.bincount(np.argmax(drawn, axis=1), minlength=3).argmax() == 2


def test_pay_is_scaled_by_what_was_seen():
    seen = np.linspace(0, 10, 11)
    assert rescale(5.0, seen) == pytest.approx(0.0)
    assert rescale(8.0, seen) == pytest.approx(1.0)
    assert rescale(100.0, seen) == 1.0
    assert rescale(-100.0, seen) == -1.0
    assert rescale(3.0, np.full(5, 3.0)) == 0.0


@pytest.mark.parametrize(
    "settings", [{"learning_rate": 0}, {"exploration": 1.5}, {"emphasis": -0.1}]
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ValueError, match="Exp3.S needs"):
        make_curriculum("exp3s", ("a", "b"), settings=settings, n_steps=10)
