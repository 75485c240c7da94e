"""Early stopping: the best weights are kept, also through a stop and a resume."""

import torch

from refimpl.training import Callback, KeepBest, evaluate_losses, train
from refimpl.training.callbacks import NO_IMPROVEMENT
from tests.training.training_examples import held_out, options, tiny_batches, tiny_model

FEW = [list(range(12)) * 2]  # one tune: a model soon knows it, and others no longer


def memorising_run(folder=None, *, patience=2, steps=60, more=(), model=None):
    import numpy as np

    model = model or tiny_model()
    best = KeepBest(patience)
    batches = tiny_batches(data=[np.array(tune) for tune in FEW])
    config = options(steps=steps, validate_every=2, checkpoint_every=8, learning_rate=0.02)
    result = train(
        model, batches, config, validation=held_out(), folder=folder, callbacks=[best, *more]
    )
    return model, best, result


def test_training_stops_when_held_out_tunes_are_no_longer_better_predicted():
    model, best, result = memorising_run()
    losses = result.validation_losses
    assert result.stopped_by == NO_IMPROVEMENT and result.step < 60
    assert best.loss == min(losses.values()) == losses[best.step]
    assert result.step == best.step + 2 * 2  # two validations without a better one
    last = evaluate_losses(model, held_out())["all"]
    best.restore(model)
    assert abs(evaluate_losses(model, held_out())["all"] - best.loss) < 1e-6 < last - best.loss


def test_without_patience_it_goes_on_and_still_knows_the_best():
    _, best, result = memorising_run(patience=None, steps=30)
    assert result.stopped_by == "steps" and 0 < best.step < 30


class StopAt(Callback):
    def __init__(self, step):
        self.step = step

    def after_step(self, run):
        if run.step == self.step:
            run.stop("test")


def test_a_resumed_run_finds_the_same_best(tmp_path):
    whole, best, result = memorising_run()
    memorising_run(tmp_path, more=[StopAt(8)])
    model, resumed, again = memorising_run(tmp_path, more=[StopAt(None)])
    assert (again.step, resumed.step, resumed.loss) == (result.step, best.step, best.loss)
    best.restore(whole)
    resumed.restore(model)
    for one, other in zip(whole.state_dict().values(), model.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_a_run_that_stopped_by_itself_is_saved_where_it_stopped(tmp_path):
    _, _, result = memorising_run(tmp_path)
    assert (tmp_path / f"checkpoint-{result.step:06d}").is_dir()
