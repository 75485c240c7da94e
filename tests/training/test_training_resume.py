"""Killed at any moment, a run goes on as if nothing had happened."""

import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from refimpl.errors import UserError
from refimpl.training import (
    Callback,
    NextTokenBatches,
    TrainingError,
    list_checkpoints,
    load_checkpoint,
    read_metrics,
    train,
)
from refimpl.training.checkpoint import save_checkpoint
from refimpl.vocabulary import Vocabulary
from tests.holding import held_by_another
from tests.training.training_examples import (
    options,
    tiny_batches,
    tiny_model,
    tiny_run,
    tunes,
    without_times,
)
from tests.training.training_processes import run_killed

STEPS = 24


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unkilled")
    assert run_killed(folder, 0, STEPS) == 0
    return folder


def assert_same_run(folder, unkilled):
    assert without_times(read_metrics(folder)) == without_times(read_metrics(unkilled))
    ours, theirs = list_checkpoints(folder), list_checkpoints(unkilled)
    assert [path.name for path in ours] == [path.name for path in theirs]
    for file in ("model.safetensors", "state.safetensors"):
        assert (ours[-1] / file).read_bytes() == (theirs[-1] / file).read_bytes()
    assert [path.name for path in folder.glob(".*")] == [".lock"]


def test_killed_at_many_points_of_steps_and_saves_it_gives_the_same_run(tmp_path, unkilled):
    rng = np.random.default_rng(7)
    kills = 0
    for _ in range(40):
        fuse = int(rng.integers(14, 40))  # past the first checkpoint, so that there is progress
        code = run_killed(tmp_path, fuse, STEPS)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
    assert code == 0
    assert kills >= 3
    assert_same_run(tmp_path, unkilled)


def test_killed_from_outside_at_random_moments_it_gives_the_same_run(tmp_path, unkilled):
    rng = np.random.default_rng()
    for _ in range(3):
        run_killed(tmp_path, 0, STEPS, kill_after=rng.uniform(0.05, 0.6))
    assert run_killed(tmp_path, 0, STEPS) == 0
    assert_same_run(tmp_path, unkilled)


def test_a_run_killed_before_it_removed_old_checkpoints_does_so_at_last(tmp_path):
    tiny_run(tmp_path, steps=6, checkpoint_every=3, keep_checkpoints=9)
    assert len(list_checkpoints(tmp_path)) == 2
    tiny_run(tmp_path, steps=6, checkpoint_every=3, keep_checkpoints=1)  # it is finished already
    assert [path.name for path in list_checkpoints(tmp_path)] == ["checkpoint-000006"]


def test_a_run_stopped_and_resumed_has_the_losses_of_the_whole(tmp_path):
    _, whole = tiny_run(tmp_path / "whole", callbacks=[StopAt(None)])
    tiny_run(tmp_path / "parts", callbacks=[StopAt(7)])
    _, result = tiny_run(tmp_path / "parts", callbacks=[StopAt(None)])
    assert result.losses == whole.losses
    assert result.weight == whole.weight


def test_a_checkpoint_that_counts_tokens_is_resumed_like_one_that_counts_weight(tmp_path):
    """Checkpoints from before other losses than the cross-entropy call the weight `tokens`."""
    _, whole = tiny_run(tmp_path / "whole")
    tiny_run(tmp_path / "parts", callbacks=[StopAt(7)])
    checkpoint = load_checkpoint(list_checkpoints(tmp_path / "parts")[0])
    state = {**checkpoint.state, "callbacks": []}
    state["tokens"] = state.pop("weight")
    (tmp_path / "old").mkdir()
    save_checkpoint(tmp_path / "old", replace(checkpoint, state=state))
    _, result = tiny_run(tmp_path / "old")
    assert result.losses and result.losses == whole.losses[-len(result.losses) :]
    assert result.weight == whole.weight


class StopAt(Callback):
    def __init__(self, step):
        self.step, self.seen = step, 0

    def after_step(self, run):
        self.seen += 1
        if run.step == self.step:
            run.stop("enough")

    def state_dict(self):
        return {"seen": self.seen, "array": np.arange(3), "tensor": torch.ones(2)}

    def load_state_dict(self, state):
        self.seen = state["seen"]
        assert state["array"].tolist() == [0, 1, 2]
        assert state["tensor"].tolist() == [1.0, 1.0]


def test_a_folder_in_which_another_process_trains_is_refused_and_left_alone(tmp_path):
    _, result = tiny_run(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with (
        held_by_another(tmp_path),
        pytest.raises(UserError, match="another process is training into"),
    ):
        tiny_run(tmp_path, steps=20)
    assert {path: path.read_bytes() for path in before} == before
    assert tiny_run(tmp_path, steps=20)[1].step > result.step


def test_callbacks_are_saved_and_resumed(tmp_path):
    _, first = tiny_run(tmp_path, callbacks=[StopAt(5)])
    assert (first.step, first.stopped_by) == (5, "enough")
    again = StopAt(None)
    _, second = tiny_run(tmp_path, callbacks=[again])
    assert (second.step, second.stopped_by, again.seen) == (12, "steps", 12)
    with pytest.raises(TrainingError, match="1 callbacks, and this run has 0"):
        tiny_run(tmp_path)


def test_batches_without_a_position_are_gone_through_again(tmp_path):
    def endless(batches):
        return (batches.batch(k) for k in range(10**6))

    def run(folder, stop):
        model = tiny_model(0.1)
        data = endless(tiny_batches())
        return train(model, data, options(), folder=folder, callbacks=[StopAt(stop)])

    whole = run(tmp_path / "whole", None)
    run(tmp_path / "parts", 5)
    assert run(tmp_path / "parts", None).losses == whole.losses


def test_a_finished_run_is_not_trained_again(tmp_path):
    _, first = tiny_run(tmp_path)
    model, second = tiny_run(tmp_path, model=tiny_model(0.1, seed=3))
    assert second.losses == first.losses
    assert second.validation_losses == first.validation_losses
    saved = load_checkpoint(list_checkpoints(tmp_path)[-1]).weights
    assert all(torch.equal(model.state_dict()[name], saved[name]) for name in saved)


def test_more_steps_may_be_asked_for_later(tmp_path):
    tiny_run(tmp_path)
    _, result = tiny_run(tmp_path, steps=15)
    assert result.step == 15
    assert len(result.losses) == 15


def test_resume_never_refuses_a_folder_with_checkpoints(tmp_path):
    tiny_run(tmp_path)
    with pytest.raises(TrainingError, match="already holds checkpoint-000012"):
        tiny_run(tmp_path, resume="never")
    with pytest.raises(TrainingError, match="'auto' or 'never'"):
        tiny_run(tmp_path, resume="yes")


def test_another_model_is_refused_by_the_name_of_the_difference(tmp_path):
    tiny_run(tmp_path)
    with pytest.raises(TrainingError, match="model.n_layers = 1, and this run has 2"):
        tiny_run(tmp_path, model=tiny_model(0.1, n_layers=2))


def test_another_vocabulary_data_or_option_is_refused_by_name(tmp_path):
    tiny_run(tmp_path)
    data, config = tunes(), options()
    other = NextTokenBatches(data, 8, 16, 0, vocabulary=Vocabulary(12))
    for batches, changed, message in (
        (other, config, "vocabulary.kind = report, and this run has course"),
        (tiny_batches(seed=1), config, "seed 0 when the run was saved, and have 1 now"),
        (tiny_batches(data=data[1:]), config, "n_tunes 24 when the run was saved, and have 23"),
        (tiny_batches(), options(learning_rate=1.0), "training.learning_rate = 0.003, and this"),
    ):
        with pytest.raises(TrainingError, match=message):
            train(tiny_model(0.1), batches, changed, folder=tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path):
    tiny_run(tmp_path)
    newest = list_checkpoints(tmp_path)[-1]
    weights = newest / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(TrainingError, match=f"{newest} cannot be read"):
        tiny_run(tmp_path)


def test_the_newest_checkpoints_and_the_best_are_kept(tmp_path):
    class WorseAndWorse:
        """A validation set on which a model does worse the more it has learned."""

        def __call__(self):
            batch = tiny_batches(seed=5).batch(0)
            labels = batch["label_ids"]
            return [batch | {"label_ids": torch.where(labels >= 0, 12, labels)}]

    tiny_run(
        tmp_path,
        steps=40,
        validate_every=4,
        checkpoint_every=4,
        keep_checkpoints=2,
        validation=WorseAndWorse(),
    )
    steps = [load_checkpoint(path).step for path in list_checkpoints(tmp_path)]
    losses = {r["step"]: r["validation_loss"] for r in read_metrics(tmp_path) if "loss" not in r}
    best = min(losses, key=losses.get)
    assert best < 36
    assert steps == [best, 36, 40]
