"""The reward model: what it learns, what it leaves alone, and that it finds better mixtures."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from refimpl.curriculum import (
    CurriculumError,
    RewardModel,
    SimulatedLearner,
    birdie_reward,
    make_curriculum,
)
from refimpl.curriculum.evidence import Evidence
from refimpl.curriculum.network import predict_improvements
from refimpl.curriculum.reward_model import predict_rewards

N_STEPS, EVERY = 2000, 100
QUICK = {"n_candidates": 512, "gradient_steps": 60}  # a third of the time, nearly as good


@pytest.fixture(autouse=True)
def one_thread():
    """Networks this small are slower with more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def helpful_learner(seed):
    """Five objectives of which one teaches two others, one is learned at once, one never.

    An equal share wastes two fifths on what does not learn; which they are, the seed draws.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(5)
    rate = np.array([3.0, 1.5, 1.5, 60.0, 0.0])[np.argsort(order)] / N_STEPS
    transfer = np.eye(5)
    transfer[order[1], order[0]] = transfer[order[2], order[0]] = 0.8
    return SimulatedLearner(
        rate=rate * rng.uniform(0.8, 1.25, 5),
        transfer=transfer,
        forgetting=np.full(5, 0.1) / N_STEPS,
        floor=rng.uniform(0.3, 0.6, 5),
        span=rng.uniform(2.5, 3.5, 5),
        noise=0.002,
    )


def loss_reduction(*, old_loss, new_loss, **unused):
    return old_loss - new_loss


def final_loss(kind, learner, seed, **options):
    """Loss at the end of a run under a curriculum."""
    curriculum = make_curriculum(kind, learner.names, n_steps=N_STEPS, seed=seed, **options)
    return learner.run(curriculum, steps_between_evaluations=EVERY, seed=seed)


@pytest.mark.parametrize("reward_fn, n_seeds", [(birdie_reward, 5), (loss_reduction, 3)])
def test_comes_near_the_best_mixture_where_equal_and_fixed_shares_do_not(reward_fn, n_seeds):
    closed, gained = [], []
    for seed in range(n_seeds):
        learner = helpful_learner(seed)
        reached = final_loss("reward_model", learner, seed, reward_fn=reward_fn, settings=QUICK)
        equal = final_loss("uniform", learner, seed)
        fixed = final_loss("fixed", learner, seed, settings={"shares": [2, 3, 2, 2, 1]})
        best = learner.final_loss(learner.best_mixture(N_STEPS, n_starts=3), N_STEPS)
        closed.append((equal - reached) / (equal - best))
        gained.append(fixed - reached)
    # Of eight such learners seven come four tenths of the way or further, one goes astray early;
    # so medians, which one in five does not move. benchmarks/curriculum.py has means of many.
    assert np.median(closed) > 0.2
    assert np.median(gained) > 0.1


def history_of(learner, n_intervals=16):
    """A run of random mixtures."""
    curriculum = make_curriculum(
        "reward_model",
        learner.names,
        n_steps=n_intervals * EVERY,
        warmup_steps=0,
        settings={"gradient_steps": 1, "n_candidates": 8},
    )
    learner.run(curriculum, steps_between_evaluations=EVERY)
    return curriculum.history


def predict(history, candidates, **options):
    options = {"gradient_steps": 100, "n_layers": 1, "width": 32, "seed": 0} | options
    evidence = Evidence.of(history, window=64, half_life=8)
    return predict_improvements(evidence, candidates, **options)


def test_sees_which_objective_helps_which():
    transfer = np.eye(3)
    transfer[1, 0] = 1.0  # practising the first is as good for the second
    learner = SimulatedLearner(
        rate=np.full(3, 1 / N_STEPS),
        transfer=transfer,
        forgetting=np.zeros(3),
        floor=np.full(3, 0.5),
        span=np.full(3, 3.0),
        noise=0.0005,
    )
    improvements = predict(history_of(learner), np.eye(3))  # of the three pure mixtures
    assert improvements[0, 0] > 3 * abs(improvements[0, 2])
    assert improvements[0, 1] > 3 * abs(improvements[2, 1])
    assert improvements[1, 1] > 3 * abs(improvements[1, 0])


def test_predicted_rewards_are_the_reward_functions_own():
    history = history_of(helpful_learner(0), 4)
    candidates = np.eye(5)
    rewards = predict_rewards(history, candidates, np.full((5, 5), 1e-4), loss_reduction)
    new = history.losses[-1] * np.exp(-1e-4 * EVERY)
    assert rewards == pytest.approx((history.losses[-1] - new).sum())


def test_exploration_decays_over_this_runs_steps():
    shares = [RewardModel().exploration(progress) for progress in np.linspace(0, 1, 21)]
    assert shares[0] == 1
    assert (np.diff(shares) <= 0).all()
    assert shares[10:] == [0.0] * 11
    assert RewardModel(explore_until=0).exploration(0) == 0


def test_what_is_tried_first_covers_every_objective():
    curriculum = make_curriculum(
        "reward_model",
        tuple("abcdef"),
        n_steps=100_000,  # so long that all of this is its beginning
        warmup_steps=0,
        settings={"gradient_steps": 1},
    )
    for step in range(8):
        curriculum.observe(step, dict.fromkeys("abcdef", 1.0))
    tried = np.stack([curriculum.mixture(step) for step in range(8)])
    assert (tried.max(axis=0) > 0.4).all()


def test_leaves_random_numbers_alone_and_learns_where_gradients_are_off():
    history, candidates = history_of(helpful_learner(1), 6), np.eye(5)
    expected = predict(history, candidates)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    with torch.no_grad():
        assert np.array_equal(predict(history, candidates), expected)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert np.array_equal(predict(history, candidates), expected)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.abs(expected).max() > 0


def test_a_default_device_of_the_callers_is_not_used():
    history, candidates = history_of(helpful_learner(1), 6), np.eye(5)
    expected = predict(history, candidates)
    with torch.device("meta"):
        assert np.array_equal(predict(history, candidates), expected)


def test_losses_that_are_zero_or_never_move_give_finite_mixtures():
    curriculum = make_curriculum("reward_model", ("a", "b", "c"), n_steps=100, warmup_steps=0)
    for step in range(0, 60, 10):
        curriculum.observe(step, {"a": 0.0, "b": 2.0, "c": 3.0 - step / 50})
        assert np.isfinite(curriculum.mixture(step)).all()


def test_torch_is_imported_only_when_a_network_is_trained():
    code = (
        "import sys; from refimpl.curriculum import make_curriculum\n"
        "curriculum = make_curriculum('reward_model', ('a', 'b'), n_steps=10, warmup_steps=0)\n"
        "curriculum.observe(0, {'a': 1.0, 'b': 1.0}); curriculum.mixture(0)\n"
        "assert 'torch' not in sys.modules and 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("settings", [{"least": 2.0}, {"window": 0}, {"n_best": 0}])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(CurriculumError, match="a reward model needs"):
        RewardModel(**settings)
