"""What every curriculum does, whatever its strategy: schedule, bad input, saving."""

import numpy as np
import pytest

from refimpl.curriculum import STRATEGIES, CurriculumError, make_curriculum

NAMES = ("copying", "infilling", "next_token_prediction")
SETTINGS = {
    "fixed": {"shares": [0.2, 0.3, 0.5]},
    "reward_model": {"gradient_steps": 4, "n_candidates": 64},
}
ADAPTIVE = sorted(set(STRATEGIES) - {"uniform", "fixed"})


def make(kind, **options):
    options = {"n_steps": 1000, "warmup_steps": 100} | options
    return make_curriculum(kind, NAMES, settings=SETTINGS.get(kind), **options)


def losses_at(step):
    """Losses of a made-up run: each objective at its own speed, none of them smooth."""
    speeds = (0.001, 0.004, 0.0005)
    return {
        name: 3 * np.exp(-speed * step) + 0.01 * np.sin(step * (i + 1))
        for i, (name, speed) in enumerate(zip(NAMES, speeds, strict=True))
    }


def observe_until(curriculum, stop, start=0, every=50):
    for step in range(start, stop, every):
        curriculum.observe(step, losses_at(step))
    return curriculum


@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_mixture_is_a_distribution(kind):
    curriculum = observe_until(make(kind), 500)
    for step in (0, 99, 100, 333, 499, 10_000):
        mixture = curriculum.mixture(step)
        assert mixture.shape == (3,)
        assert (mixture >= 0).all()
        assert mixture.sum() == pytest.approx(1)


@pytest.mark.parametrize("kind", ADAPTIVE)
def test_is_uniform_until_the_warm_up_ends_and_moves_after_it(kind):
    curriculum = observe_until(make(kind), 300)
    for step in (0, 50, 99):
        assert curriculum.mixture(step) == pytest.approx(np.full(3, 1 / 3))
    assert curriculum.mixture(299) != pytest.approx(np.full(3, 1 / 3))


@pytest.mark.parametrize("kind", ADAPTIVE)
def test_a_run_of_any_length_has_time_to_adapt(kind):
    curriculum = make(kind, n_steps=40, warmup_steps=None)
    observe_until(curriculum, 40, every=4)
    assert curriculum.mixture(39) != pytest.approx(np.full(3, 1 / 3))


@pytest.mark.parametrize("kind", ADAPTIVE)
def test_a_mixture_comes_into_force_at_its_step_and_past_ones_stay(kind):
    curriculum = observe_until(make(kind, effect_delay=20), 250)
    before = [curriculum.mixture(step) for step in range(270)]
    curriculum.observe(250, losses_at(250))
    after = [curriculum.mixture(step) for step in range(271)]
    assert np.array_equal(before, after[:270])
    assert not np.array_equal(after[269], after[270])


def test_changing_a_mixture_that_was_handed_out_changes_nothing():
    curriculum = make("uniform")
    curriculum.mixture(0)[0] = 7
    assert curriculum.mixture(0).sum() == pytest.approx(1)


def test_fixed_shares_are_scaled_and_kept_from_the_first_step():
    curriculum = make_curriculum(
        "fixed", ("a", "b"), settings={"shares": {"b": 3, "a": 1}}, n_steps=100
    )
    mixtures = [curriculum.mixture(0)]
    curriculum.observe(50, {"a": 1.0, "b": 2.0})
    mixtures.append(curriculum.mixture(60))
    assert mixtures == [pytest.approx([0.25, 0.75])] * 2


def test_rewards_are_credited_to_the_mean_mixture_of_their_interval():
    curriculum = observe_until(make("exp3s", effect_delay=10), 350)
    steps = curriculum.history.steps
    for i, trained in enumerate(curriculum.history.mixtures):
        in_force = [curriculum.mixture(step) for step in range(steps[i], steps[i + 1])]
        assert trained == pytest.approx(np.mean(in_force, axis=0))


@pytest.mark.parametrize("kind", STRATEGIES)
def test_resumes_exactly(kind):
    whole = observe_until(make(kind, seed=3), 500)
    saved = observe_until(make(kind, seed=3), 250).state_dict()
    resumed = make(kind, seed=3)
    resumed.load_state_dict(saved)
    observe_until(resumed, 500, start=250)
    for step in range(0, 500, 25):
        assert np.array_equal(resumed.mixture(step), whole.mixture(step))


def test_state_is_numbers_and_arrays_and_survives_a_file(tmp_path):
    curriculum = observe_until(make("exp3s"), 300)
    state = curriculum.state_dict()
    np.savez(tmp_path / "state.npz", **state)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as saved:
        resumed = make("exp3s")
        resumed.load_state_dict(dict(saved))
    assert np.array_equal(resumed.mixture(299), curriculum.mixture(299))


def test_a_state_of_no_evaluations_resumes():
    resumed = make("exp3s")
    resumed.load_state_dict(make("exp3s").state_dict())
    observe_until(resumed, 200)
    assert np.array_equal(resumed.mixture(199), observe_until(make("exp3s"), 200).mixture(199))


def test_refuses_the_state_of_other_objectives_or_another_order():
    state = make("uniform").state_dict()
    other = make_curriculum("uniform", NAMES[::-1], n_steps=10)
    with pytest.raises(CurriculumError, match="in this order"):
        other.load_state_dict(state)


@pytest.mark.parametrize(
    "losses, named",
    [
        ({"copying": 1.0, "infilling": 1.0}, "missing: next_token_prediction"),
        (dict.fromkeys((*NAMES, "copy"), 1.0), "unknown: copy"),
        (dict.fromkeys(NAMES, float("nan")), "loss of copying at step 50 is nan"),
        (dict.fromkeys(NAMES, -1.0), "0 or more"),
    ],
)
def test_bad_losses_are_named_and_not_taken_in(losses, named):
    curriculum = make("uniform")
    curriculum.observe(0, losses_at(0))
    with pytest.raises(CurriculumError, match=named):
        curriculum.observe(50, losses)
    assert len(curriculum.history) == 1


def test_evaluations_come_in_order():
    curriculum = make("uniform")
    curriculum.observe(50, losses_at(50))
    with pytest.raises(CurriculumError, match="in order"):
        curriculum.observe(50, losses_at(50))


def test_a_reward_function_of_the_users_gets_what_it_needs():
    seen = {}

    def lower_is_better(**given):
        seen.update(given)
        return given["old_loss"] - given["new_loss"]

    curriculum = make("uniform", reward_fn=lower_is_better)
    observe_until(curriculum, 100)
    assert curriculum.history.rewards[0] == pytest.approx(
        [losses_at(0)[name] - losses_at(50)[name] for name in NAMES]
    )
    assert (seen["old_step_idx"], seen["new_step_idx"]) == (0, 50)
    assert seen["action_taken"] == pytest.approx(np.full(3, 1 / 3))


@pytest.mark.parametrize("bad", [1.0, np.full(3, np.nan), np.zeros(2)])
def test_a_reward_function_that_returns_something_else_is_refused(bad):
    curriculum = make("uniform", reward_fn=lambda **given: bad)
    curriculum.observe(0, losses_at(0))
    with pytest.raises(CurriculumError, match="3 finite numbers"):
        curriculum.observe(50, losses_at(50))


@pytest.mark.parametrize(
    "names, options, says",
    [
        ((), {}, "each named once"),
        (("a", "a"), {}, "each named once"),
        (("a",), {"n_steps": 0}, "n_steps of 1 or more"),
        (("a",), {"warmup_steps": -1}, "warmup_steps"),
    ],
)
def test_impossible_curricula_are_refused(names, options, says):
    with pytest.raises(CurriculumError, match=says):
        make_curriculum("uniform", names, **({"n_steps": 10} | options))


@pytest.mark.parametrize(
    "kind, settings, says",
    [
        ("unifrom", {}, "did you mean uniform"),
        ("reward_modle", {}, "did you mean reward_model"),
        ("reward_model", {"gradient_step": 10}, "did you mean gradient_steps"),
        ("reward_model", {"n_best": 5000}, "n_best"),
        ("reward_model", {"width": 30}, "divisible by 4"),
        ("exp3s", {"explorations": 0.1}, "did you mean exploration"),
        ("fixed", {}, "needs the setting 'shares'"),
        ("fixed", {"shares": [1.0, 2.0]}, "needs 3 shares"),
        ("fixed", {"shares": {"copying": 1.0}}, "a share for each"),
        ("fixed", {"shares": [0.0, 0.0, 0.0]}, "above 0"),
        ("fixed", {"shares": [1.0, -1.0, 0.0]}, "0 or more"),
    ],
)
def test_misspelt_kinds_and_settings_are_named(kind, settings, says):
    with pytest.raises(CurriculumError, match=says):
        make_curriculum(kind, NAMES, settings=settings, n_steps=10)


@pytest.mark.parametrize("kind", STRATEGIES)
def test_one_objective_gets_everything(kind):
    settings = {"shares": [2.0]} if kind == "fixed" else None
    curriculum = make_curriculum(kind, ("a",), settings=settings, n_steps=100, warmup_steps=0)
    for step in range(0, 100, 20):
        curriculum.observe(step, {"a": 3.0 / (step + 1)})
    assert curriculum.mixture(99) == pytest.approx([1.0])
