"""The model: what it learns, how labels and guidance steer it, its averaged weights."""

import numpy as np
import pytest
import torch

from refimpl.diffusion import (
    DENOISING,
    PARAMETRISATIONS,
    AveragedWeights,
    DiffusionConfig,
    DiffusionTransformer,
    LatentBatches,
    validation_batches,
)
from refimpl.diffusion.loss import spread_times
from refimpl.errors import UserError
from refimpl.training import evaluate_losses, train
from tests.diffusion.diffusion_examples import SHAPE, options, tiny_model, two_kinds


@pytest.fixture(scope="module")
def trained():
    model, (clips, labels) = tiny_model(), two_kinds()
    train(model, LatentBatches(clips, labels), options(300), loss=DENOISING)
    return model


def test_it_writes_what_its_label_says(trained):
    labels = torch.arange(32) % 2
    clips = trained.write(32, labels=labels, n_steps=10)
    wanted = 1.5 - 3.0 * labels
    assert (clips.mean(dim=(1, 2)) - wanted).abs().max() < 0.6


def test_without_a_label_it_writes_both_kinds(trained):
    means = trained.write(64, n_steps=10).mean(dim=(1, 2))
    assert 10 < (means > 0).sum() < 54
    assert means.abs().mean() > 1


@pytest.mark.parametrize("parametrisation", PARAMETRISATIONS)
def test_every_parametrisation_learns(parametrisation):
    model, (clips, labels) = tiny_model(parametrisation=parametrisation), two_kinds()
    held_out = validation_batches(*two_kinds(32, seed=9))
    before = evaluate_losses(model, held_out, loss=DENOISING)["all"]
    train(model, LatentBatches(clips, labels), options(60), loss=DENOISING)
    assert evaluate_losses(model, held_out, loss=DENOISING)["all"] < before / 2


def test_guidance_moves_the_clip_along_the_line_from_none_to_the_label(trained):
    noisy, labels = torch.randn(2, 4, 2), torch.tensor([0, 1])
    time = torch.tensor(0.6)
    free, given, beyond = (
        trained.denoise(noisy, time, labels, guidance=scale).clip for scale in (0.0, 1.0, 3.0)
    )
    torch.testing.assert_close(beyond, free + 3 * (given - free), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(free, trained.denoise(noisy, time).clip)


def test_a_limit_cuts_the_clip_and_keeps_the_mixture(trained):
    noisy, time = 8 * torch.randn(2, 4, 2), torch.tensor(0.5)
    parts = trained.denoise(noisy, time, limit=0.7)
    assert parts.clip.abs().max() <= 0.7
    signal, noise = trained.schedule.scales(time[None])
    torch.testing.assert_close(signal * parts.clip + noise * parts.epsilon, noisy)


def test_a_seed_gives_the_same_clips(trained):
    first, again, other = (trained.write(2, seed=seed, n_steps=3) for seed in (5, 5, 6))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_new_network_predicts_nothing_and_reads_in_both_directions():
    network = DiffusionTransformer(SHAPE)
    noisy, times = torch.randn(2, 4, 2), torch.tensor([0.1, 0.9])
    assert network(noisy, times).eq(0).all()
    model, (clips, labels) = tiny_model(), two_kinds()
    train(model, LatentBatches(clips, labels), options(20), loss=DENOISING)
    for changed, seen in (0, 3), (3, 0):
        other = noisy.clone()
        other[:, changed] += 1
        difference = model.network(noisy, times) - model.network(other, times)
        assert difference[:, seen].abs().max() > 0


def test_minus_one_is_no_label():
    model, (clips, labels) = tiny_model(), two_kinds()
    train(model, LatentBatches(clips, labels), options(20), loss=DENOISING)
    noisy, times = torch.randn(2, 4, 2), torch.tensor([0.5, 0.5])
    none = model.network(noisy, times, torch.tensor([-1, -1]))
    torch.testing.assert_close(none, model.network(noisy, times))
    assert not torch.allclose(none, model.network(noisy, times, torch.tensor([0, 1])))


@pytest.mark.parametrize("drop_rate", [0.0, 0.5, 1.0])
def test_labels_are_withheld_in_training_at_the_drop_rate(drop_rate):
    model = tiny_model(drop_rate=drop_rate)
    seen = []

    def network(noisy, times, labels):
        seen.append(labels)
        return torch.zeros_like(noisy)

    model.network.forward = network
    clips, labels = two_kinds(1000)
    DENOISING(model.train(), {"latents": clips, "labels": labels})
    assert (seen[-1] == -1).float().mean().item() == pytest.approx(drop_rate, abs=0.06)
    DENOISING(model.eval(), {"latents": clips, "labels": labels})
    assert torch.equal(seen[-1], labels)


def test_times_are_spread_over_the_whole_range():
    times = spread_times(100, torch.device("cpu")).sort().values
    assert (times - (torch.arange(100) + 0.5) / 100).abs().max() <= 0.5 / 100 + 1e-3
    assert times.min() > 0 and times.max() < 1


def test_averaged_weights_are_the_running_mean():
    model, mean, average = tiny_model(), None, AveragedWeights(decay=0.5)
    newest = []

    class Listener(AveragedWeights):
        def after_step(self, run):
            newest.append(run.model.network.positions.detach().clone())

    clips, labels = two_kinds()
    train(
        model,
        LatentBatches(clips, labels),
        options(6),
        loss=DENOISING,
        callbacks=[average, Listener()],
    )
    for step, positions in enumerate(newest, start=1):
        keep = min(0.5, (1 + step) / (10 + step))
        mean = positions if mean is None else keep * mean + (1 - keep) * positions
    average.put_into(model)
    torch.testing.assert_close(model.network.positions.detach(), mean)


def test_a_resumed_run_ends_with_the_same_weights_and_the_same_average(tmp_path):
    def run(folder, steps):
        model, average = tiny_model(), AveragedWeights(decay=0.9)
        batches = LatentBatches(*two_kinds())
        config = options(steps, final_learning_rate=1.0, warmup_steps=0)
        train(model, batches, config, loss=DENOISING, folder=folder, callbacks=[average])
        return model, average

    whole, whole_average = run(tmp_path / "whole", 8)
    run(tmp_path / "parts", 5)
    resumed, resumed_average = run(tmp_path / "parts", 8)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name])
    for name, weight in whole_average.weights.items():
        assert torch.equal(weight, resumed_average.weights[name])


def test_batches_visit_every_clip_once_an_epoch():
    clips = torch.arange(10.0).reshape(10, 1, 1)
    batches = LatentBatches(clips, torch.arange(10), batch_size=5)
    epochs = [torch.cat([next(batches)["labels"] for _ in range(2)]) for _ in range(2)]
    assert all(sorted(epoch.tolist()) == list(range(10)) for epoch in epochs)
    assert not torch.equal(*epochs)
    state = batches.state_dict()
    expected = next(batches)
    again = LatentBatches(clips, torch.arange(10), batch_size=5)
    again.load_state_dict(state)
    assert torch.equal(next(again)["latents"], expected["latents"])


def test_a_validation_is_always_the_same():
    model, batches = tiny_model(), validation_batches(*two_kinds(20), batch_size=8)
    assert [len(batch["latents"]) for batch in batches] == [8, 8, 4]
    first, second = (evaluate_losses(model, batches, loss=DENOISING)["all"] for _ in range(2))
    assert first == second


def test_wrong_input_is_named():
    model = tiny_model()
    wrong = {
        "reads 4 at most": lambda: model.network(torch.zeros(1, 5, 2), torch.zeros(1)),
        r"needs \(B, S, 2\)": lambda: model.network(torch.zeros(1, 4, 3), torch.zeros(1)),
        "label 2 is none": lambda: model.network(
            torch.zeros(1, 4, 2), torch.zeros(1), torch.tensor([2])
        ),
        "3 labels for 2 clips": lambda: model.write(2, labels=torch.zeros(3, dtype=torch.int64)),
        "drop_rate is 2": lambda: tiny_model(drop_rate=2),
        "decay is 1": lambda: AveragedWeights(1),
        "at least one clip": lambda: LatentBatches(torch.zeros(0, 4, 2)),
        "1 labels for 2 clips": lambda: LatentBatches(torch.zeros(2, 4, 2), torch.zeros(1)),
        "multiple of twice": lambda: DiffusionConfig(hidden_size=30, n_heads=4),
    }
    for message, call in wrong.items():
        with pytest.raises(UserError, match=message):
            call()


def test_clips_may_be_shorter_than_the_longest():
    prediction = DiffusionTransformer(SHAPE)(torch.zeros(2, 3, 2), torch.zeros(2))
    assert prediction.shape == (2, 3, 2)
    assert np.isfinite(prediction.detach().numpy()).all()
