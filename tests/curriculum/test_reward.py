"""The reward of a change of loss."""

import numpy as np
import pytest

from refimpl.curriculum import CurriculumError, birdie_reward, tensor_reward


def reward(old, new):
    return birdie_reward(old_loss=np.atleast_1d(old), new_loss=np.atleast_1d(new))


def test_is_positive_for_an_improvement_and_negative_for_a_loss_that_rose():
    assert reward(3.0, 2.9) > 0 > reward(2.9, 3.0)
    assert reward(2.0, 2.0) == 0


def test_matches_values_worked_out_by_hand():
    # old 3, new 2.7: d = 0.1, s = sqrt(8.1); e s d^3 = 0.0077363; times 100 e is 2.1, so 1.
    assert reward(3.0, 2.7) == 1
    # old 2, new 1.96: d = 0.02, s = 1.979899; e s d^3 = 4.30553e-5; times 100 e.
    assert reward(2.0, 1.96) == pytest.approx(0.0117037, rel=1e-4)


def test_values_that_the_documentation_names():
    assert reward(3.0, 3.0 * 0.99) == pytest.approx(0.002, abs=5e-4)
    assert reward(3.0, 3.0 * 0.95) == pytest.approx(0.27, abs=5e-3)
    assert reward(3.0, 3.0 * 0.92) == 1


def test_stays_within_one_and_grows_with_the_improvement():
    new = np.linspace(0, 20, 201)
    rewards = reward(np.full_like(new, 5.0), new)
    assert rewards.min() == -1
    assert rewards.max() == 1
    assert (np.diff(rewards[new > 3]) <= 0).all()


def test_a_loss_of_zero_divides_nothing_by_zero():
    assert reward(0.0, 0.0) == 0
    assert np.isfinite(reward([0.0, 1.0], [1.0, 0.0])).all()


def test_a_reward_written_for_tensors_gets_tensors():
    def written_for_tensors(action_taken, old_loss, new_loss, old_step_idx, new_step_idx):
        return (old_loss * new_loss).sqrt() * (new_step_idx - old_step_idx)

    rewards = tensor_reward(written_for_tensors)(
        action_taken=np.array([0.5, 0.5]),
        old_loss=np.array([4.0, 9.0]),
        new_loss=np.array([1.0, 4.0]),
        old_step_idx=3,
        new_step_idx=5,
    )
    assert isinstance(rewards, np.ndarray)
    assert rewards == pytest.approx([4.0, 12.0])


EVALUATIONS = {
    "action_taken": np.array([0.5, 0.5]),
    "old_loss": np.array([4.0, 9.0]),
    "new_loss": np.array([1.0, 4.0]),
    "old_step_idx": 3,
    "new_step_idx": 5,
}


@pytest.mark.parametrize(
    "function",
    [
        lambda old_loss_vector, new_loss_vector: old_loss_vector - new_loss_vector,
        lambda old_loss, new_loss: old_loss - new_loss,
        lambda new_loss, **given: given["old_loss"] - new_loss,
        lambda old_loss_vector, **given: old_loss_vector - given["new_loss_vector"],
        lambda old_loss=None, new_loss=None, scale=1: (old_loss - new_loss) * scale,
    ],
)
def test_a_reward_gets_only_what_it_takes(function):
    assert tensor_reward(function)(**EVALUATIONS) == pytest.approx([3.0, 5.0])


def test_a_reward_that_needs_something_unknown_is_refused():
    with pytest.raises(CurriculumError, match="'perplexity'.*old_loss"):
        tensor_reward(lambda old_loss, perplexity: perplexity)


def test_a_reward_that_writes_into_its_tensors_changes_nothing_else():
    rewards = tensor_reward(lambda old_loss, new_loss: old_loss.sub_(new_loss))
    given = {name: np.copy(value) for name, value in EVALUATIONS.items()}
    assert rewards(**given) == pytest.approx([3.0, 5.0])
    assert np.array_equal(given["old_loss"], EVALUATIONS["old_loss"])
