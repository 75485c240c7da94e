"""Rewards of a user's own, as they are written for the original library."""

import numpy as np
import pytest
import torch

from refimpl.birdie import Birdie
from refimpl.curriculum import CurriculumError
from tests.birdie.test_birdie_batches import CONFIG

OBJECTIVES = [{"name": "copying"}, {"name": "infilling"}]


def paper(action_taken=None, old_loss=None, new_loss=None, old_step_idx=None, new_step_idx=None):
    """The paper's, in the form that the original's README gives it."""
    change = (new_loss - old_loss) / (old_loss + 1e-8)
    reward = -100 * torch.e * torch.tanh((new_loss * old_loss).sqrt() * change.pow(3) * torch.e)
    return torch.clamp(torch.where(torch.isnan(reward), 0.0, reward), -1.0, 1.0)


def paper_by_vectors(old_loss_vector, new_loss_vector):
    """The same in the form in which the original's code calls it."""
    return paper(old_loss=old_loss_vector, new_loss=new_loss_vector)


def history_and_action(reward_fn, curriculum=None, n_evaluations=4):
    """What a run remembers whose copying learns and whose infilling does not, and its mixture."""
    config = CONFIG | {"objectives": OBJECTIVES, "reward_fn": reward_fn, "curriculum": curriculum}
    with Birdie(config | {"steps_between_evaluations": 2}) as birdie:
        for step in range(2 * n_evaluations - 1):
            if birdie.time_for_eval(step):
                losses = {"copying": torch.tensor(4.0 * 0.96**step), "infilling": 4.0}
                for name, _ in birdie.measure_validation_losses():
                    birdie.log_validation_loss(name, losses[name], step)
            birdie.get_next_training_sample()
        return birdie.curriculum.history, birdie.get_current_action()


@pytest.mark.parametrize("reward_fn", [paper, paper_by_vectors])
def test_the_papers_reward_written_for_tensors_is_worth_what_ours_is(reward_fn):
    ours, our_action = history_and_action(None, "exp3s")
    theirs, their_action = history_and_action(reward_fn, "exp3s")
    assert theirs.rewards == pytest.approx(ours.rewards, abs=1e-4)
    assert (theirs.rewards[:, 0] > 0.1).all()
    assert (theirs.rewards[:, 1] == 0).all()
    assert their_action == pytest.approx(our_action, abs=1e-3)


def test_it_moves_the_mixture_of_the_reward_model_too():
    seen = []

    def only_the_second(old_loss, new_loss):
        seen.append(old_loss)
        return torch.tensor([0.0, 1.0])

    history, action = history_and_action(only_the_second)
    assert history.rewards.tolist() == [[0, 1]] * 3
    assert all(loss.dtype == torch.float32 and loss.shape == (2,) for loss in seen)
    assert np.isfinite(action).all()


def test_a_reward_that_needs_what_there_is_not_is_refused_at_once():
    with pytest.raises(CurriculumError, match="'gradients'"):
        Birdie(CONFIG | {"reward_fn": lambda gradients: gradients})


def test_a_reward_of_the_wrong_shape_is_named():
    with pytest.raises(CurriculumError, match="2 finite numbers"):
        history_and_action(lambda old_loss, new_loss: (old_loss - new_loss).sum(), "exp3s")
