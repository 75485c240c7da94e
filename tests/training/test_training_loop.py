"""The loop: what it learns, what it weighs, how it stops."""

import itertools
import math
import os
import signal
import warnings
from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator

from refimpl.errors import UserError
from refimpl.training import (
    Callback,
    TrainingError,
    checkpoint,
    evaluate_losses,
    list_checkpoints,
    load_checkpoint,
    metrics,
    read_metrics,
    train,
)
from refimpl.training.step import training_step
from refimpl.vocabulary import IGNORE_INDEX
from tests.training.training_examples import (
    held_out,
    options,
    tiny_batches,
    tiny_model,
    tiny_run,
    without_times,
)


def test_it_learns():
    _, result = tiny_run(steps=120, learning_rate=0.02, dropout=0.0, validate_every=50)
    assert result.losses[0] == pytest.approx(math.log(16), abs=0.2)
    assert result.validation_loss < 1.6
    assert result.stopped_by == "steps"
    assert list(result.validation_losses) == [50, 100, 120]


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, second, third = (tiny_run(seed=seed)[1].losses for seed in (0, 0, 1))
    assert first == second
    assert first != third  # dropout


def test_validation_and_foreign_randomness_do_not_change_the_training():
    class Noisy(Callback):
        def after_step(self, run):
            torch.rand(run.step)

    plain = tiny_run(validation=None)[1].losses
    assert tiny_run(callbacks=[Noisy()])[1].losses == plain


def test_training_leaves_the_global_generator_alone():
    model = tiny_model(0.1)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    tiny_run(model=model)
    assert torch.equal(torch.rand(3), expected)


def test_pieces_of_a_batch_give_the_update_of_the_whole():
    """Also where one piece has few labels, or none."""

    def uneven():
        while True:
            batch = tiny_batches().batch(0)
            labels = batch["label_ids"].clone()
            labels[:4] = IGNORE_INDEX
            labels[4, 3:] = IGNORE_INDEX
            yield batch | {"label_ids": labels}

    weights, losses = [], []
    for pieces in (1, 2, 4):
        model = tiny_model()
        config = options(gradient_accumulation_steps=pieces)
        losses.append(train(model, uneven(), config).losses)
        weights.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    for i in (1, 2):
        assert losses[i] == pytest.approx(losses[0], rel=1e-5)
        assert torch.allclose(weights[i], weights[0], atol=1e-4)


def test_a_step_follows_its_own_gradient_scaled_down_to_the_norm():
    """With plain gradient descent at rate 1, the weights move by the gradient itself."""
    model, accelerator = tiny_model(), Accelerator(cpu=True)
    optimizer = accelerator.prepare(torch.optim.SGD(model.parameters(), lr=0.0))
    batches = tiny_batches()
    for step, clip_norm in enumerate((None, 0.1, 0.1, None)):
        batch = batches.batch(step)
        before = [p.detach().clone() for p in model.parameters()]
        gradients = torch.autograd.grad(model(**batch), list(model.parameters()))
        length = torch.cat([g.flatten() for g in gradients]).norm()
        _, norm, _ = training_step(
            model, optimizer, batch, accelerator, learning_rate=1.0, clip_norm=clip_norm
        )
        assert norm.item() == pytest.approx(length.item(), rel=1e-4)
        assert length > 0.1
        scale = 0.1 / length if clip_norm else 1.0
        for old, new, gradient in zip(before, model.parameters(), gradients, strict=True):
            assert torch.allclose(old - new, scale * gradient, atol=1e-5)


def test_pieces_without_labels_are_harmless_to_a_model_whose_mean_is_not():
    class Mean(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scores = torch.nn.Embedding(16, 16)

        def forward(self, input_ids, label_ids):
            scores = self.scores(input_ids).flatten(0, 1)
            return torch.nn.functional.cross_entropy(scores, label_ids.flatten())

    def half_empty():
        batch = tiny_batches().batch(0)
        labels = batch["label_ids"].clone()
        labels[:4] = IGNORE_INDEX
        return batch | {"label_ids": labels}

    result = train(Mean(), [half_empty()], options(gradient_accumulation_steps=2))
    assert all(map(math.isfinite, result.losses))


def test_validation_loss_is_the_mean_over_tokens_however_they_are_batched():
    model = tiny_model()
    losses = [evaluate_losses(model, held_out(size))["all"] for size in (1, 4, 100)]
    assert losses[1:] == pytest.approx([losses[0]] * 2, rel=1e-5)


def test_validation_by_name():
    batches = list(held_out(4))
    pairs = [("first", batches[0])] + [("rest", batch) for batch in batches[1:]]
    model, result = tiny_run(validation=lambda: pairs)
    losses = evaluate_losses(model, pairs)
    assert losses["first"] == pytest.approx(evaluate_losses(model, batches[:1])["all"])
    assert losses["rest"] == pytest.approx(evaluate_losses(model, batches[1:])["all"])
    assert losses["all"] == pytest.approx(evaluate_losses(model, batches)["all"])
    assert result.history[-1]["validation"].keys() == {"first", "rest"}
    with pytest.raises(TrainingError, match="no token to measure"):
        evaluate_losses(model, [])


def test_callbacks_see_steps_and_ask_for_validations():
    class Watcher(Callback):
        def __init__(self):
            self.steps, self.validated = [], {}

        def after_step(self, run):
            self.steps.append(run.step)

        def time_for_validation(self, step):
            return step == 5

        def after_validation(self, run, losses):
            self.validated[run.step] = losses["all"]

    watcher = Watcher()
    _, result = tiny_run(callbacks=[watcher])
    assert watcher.steps == list(range(1, 13))
    assert watcher.validated == result.validation_losses
    assert list(watcher.validated) == [5, 6, 12]


def test_metrics_have_a_line_for_every_step_and_validation(tmp_path):
    _, result = tiny_run(tmp_path)
    records = read_metrics(tmp_path)
    assert records == result.history
    assert [r["step"] for r in records if "loss" in r] == list(range(1, 13))
    assert records[-1].keys() == {"step", "validation_loss"}
    tokens = [int((tiny_batches().batch(k)["label_ids"] != IGNORE_INDEX).sum()) for k in range(12)]
    assert [r["tokens"] for r in records if "loss" in r] == [
        sum(tokens[: k + 1]) for k in range(12)
    ]
    seconds = [r["seconds"] for r in records if "loss" in r]
    assert seconds == sorted(seconds)


def test_it_stops_by_the_clock(monkeypatch):
    # A clock that each look moves on by 5 ms: on the machine's own, a step may take all the time.
    looks = itertools.count()
    clock = SimpleNamespace(perf_counter=lambda: 0.005 * next(looks))
    monkeypatch.setattr("refimpl.training.run.time", clock)
    _, result = tiny_run(steps=None, max_seconds=0.3)
    assert result.stopped_by == "seconds"
    assert result.seconds >= 0.3
    rates = [r["learning_rate"] for r in result.history if "loss" in r]
    assert rates[-1] < 0.9 * max(rates)


def test_the_processors_clock_does_not_count_what_passes_meanwhile(monkeypatch):
    passes, computes = itertools.count(), itertools.count()
    clock = SimpleNamespace(
        perf_counter=lambda: 0.1 * next(passes), process_time=lambda: 0.005 * next(computes)
    )
    monkeypatch.setattr("refimpl.training.run.time", clock)
    runs = [tiny_run(steps=None, max_seconds=0.3, clock=c)[1] for c in ("wall", "processor")]
    assert all(run.stopped_by == "seconds" for run in runs)
    assert len(runs[1].losses) > 10 * len(runs[0].losses)


def test_the_model_comes_back_as_it_was_but_trained():
    model, _ = tiny_run(mixed_precision="bf16")
    assert not model.training
    assert "forward" not in vars(model)
    assert next(model.parameters()).dtype == torch.float32
    _, plain = tiny_run()  # another precision in the same process
    _, half = tiny_run(mixed_precision="bf16")
    assert half.losses == pytest.approx(plain.losses, rel=0.02)
    assert half.losses != plain.losses


def test_fp16_on_a_cpu_is_an_error_with_the_way_out():
    with pytest.raises(TrainingError, match="mixed_precision"):
        tiny_run(mixed_precision="fp16")
    tiny_run(steps=1)


class Exploding(torch.nn.Module):
    """A model whose loss stops being a number at one of its training steps."""

    def __init__(self, at, value=float("nan"), in_gradient=False):
        super().__init__()
        self.model, self.at, self.value, self.calls = tiny_model(), at, value, 0
        self.in_gradient = in_gradient

    def forward(self, **batch):
        loss = self.model(**batch)
        if not self.training:
            return loss
        self.calls += 1
        if self.calls != self.at:
            return loss
        if self.in_gradient:
            loss.register_hook(lambda gradient: gradient * self.value)
            return loss
        return loss * self.value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_with_the_last_checkpoint_in_place(tmp_path, value):
    with pytest.raises(TrainingError, match="step 7: the loss is .*checkpoint-000004"):
        tiny_run(tmp_path, model=Exploding(7, value))
    assert [path.name for path in list_checkpoints(tmp_path)] == ["checkpoint-000004"]
    weights = load_checkpoint(list_checkpoints(tmp_path)[0]).weights
    assert all(tensor.isfinite().all() for tensor in weights.values())
    _, result = tiny_run(tmp_path, model=Exploding(99))
    assert result.step == 12


def test_a_gradient_that_is_no_number_at_the_very_step_of_a_checkpoint_is_not_saved(tmp_path):
    with pytest.raises(TrainingError, match="step 8: the gradient's norm is nan"):
        tiny_run(tmp_path, model=Exploding(8, in_gradient=True))
    assert [path.name for path in list_checkpoints(tmp_path)] == ["checkpoint-000004"]


@pytest.mark.parametrize("failing_write", [4, 5, 6])
def test_a_full_disk_stops_with_the_last_checkpoint_in_place(tmp_path, monkeypatch, failing_write):
    write, calls = checkpoint.write_bytes, []

    def limited(path, data):
        calls.append(path)
        if len(calls) == failing_write:
            path.write_bytes(data[: len(data) // 2])
            raise OSError(28, "No space left on device", str(path))
        write(path, data)

    whole = tiny_run(tmp_path / "whole")[1]
    monkeypatch.setattr(checkpoint, "write_bytes", limited)
    with pytest.raises(UserError, match="step 8: cannot write .*No space left.*checkpoint-000004"):
        tiny_run(tmp_path / "run")
    assert [path.name for path in list_checkpoints(tmp_path / "run")] == ["checkpoint-000004"]
    assert [path.name for path in (tmp_path / "run").glob(".*")] == [".lock"]
    _, result = tiny_run(tmp_path / "run")  # there is space again
    assert without_times(result.history) == without_times(whole.history)


def test_a_disk_that_is_full_for_the_log_stops_too(tmp_path, monkeypatch):
    append = metrics.MetricsLog.append

    def limited(self, records):
        if records[0]["step"] > 6:
            with self._path.open("a") as file:
                file.write('{"step": 7, "lo')
            raise OSError(28, "No space left on device", str(self._path))
        append(self, records)

    with monkeypatch.context() as patch:
        patch.setattr(metrics.MetricsLog, "append", limited)
        with pytest.raises(TrainingError, match="metrics.jsonl.*No space left.*checkpoint-000004"):
            tiny_run(tmp_path)
    assert [r["step"] for r in read_metrics(tmp_path) if "loss" in r] == [1, 2, 3, 4, 5, 6]
    assert tiny_run(tmp_path)[1].losses == tiny_run()[1].losses


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file is no folder"):
        tiny_run(tmp_path / "file" / "run")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_step_saves_and_says_how_to_go_on(tmp_path, capsys, number):
    class Interrupting(Callback):
        def after_step(self, run):
            if run.step == 7:
                os.kill(os.getpid(), number)

    handler = signal.getsignal(number)
    _, first = tiny_run(tmp_path, callbacks=[Interrupting()])
    assert (first.step, first.stopped_by) == (7, "interrupt")
    assert "checkpoint-000007" in capsys.readouterr().out
    assert signal.getsignal(number) == handler
    _, second = tiny_run(tmp_path, callbacks=[Callback()])
    assert without_times(second.history) == without_times(tiny_run()[1].history)


def test_a_second_interrupt_stops_at_once():
    class Impatient(Callback):
        def after_step(self, run):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    # A shell's background job ignores Ctrl-C; what is tested is a process that does not.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            tiny_run(callbacks=[Impatient()])
    finally:
        signal.signal(signal.SIGINT, handler)


def test_batches_that_cannot_be_trained_on_are_errors():
    empty = tiny_batches().batch(0)
    empty["label_ids"] = torch.full_like(empty["label_ids"], IGNORE_INDEX)
    for batches, message in (
        ([], "have run out"),
        (iter([tiny_batches().batch(0)]), "have run out"),
        ([empty], "holds no token to learn from"),
    ):
        with pytest.raises(TrainingError, match=message):
            train(tiny_model(), batches, options())
    with pytest.raises(TrainingError, match="8 rows cannot be dealt to 16"):
        train(tiny_model(), tiny_batches(), options(gradient_accumulation_steps=16))


def test_a_finite_list_is_gone_through_again_and_again():
    result = train(tiny_model(), [tiny_batches().batch(k) for k in range(5)], options())
    assert result.step == 12


def test_it_trains_without_a_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tiny_run(tmp_path)
