"""Control: a branch that changes nothing at first, and hints of which each may be left out."""

import numpy as np
import pytest
import torch

from refimpl.diffusion import (
    DENOISING,
    ControlBranch,
    ControlConfig,
    ControlledTransformer,
    DiffusionModel,
    HintBatches,
    LatentBatches,
    chord_steps,
    make_hints,
    melody_steps,
    tunes_of_level_1,
)
from refimpl.errors import UserError
from refimpl.training import train
from tests.diffusion.diffusion_examples import options, tiny_model, two_kinds

CLASSES = torch.tensor([[0, 0, 11, -1], [3, 3, 3, 3]])


@pytest.fixture(scope="module")
def trained():
    model = tiny_model()
    train(model, LatentBatches(*two_kinds()), options(100), loss=DENOISING)
    return model


def controlled(trained, n_layers=1):
    branch = ControlBranch(trained.network, ControlConfig(n_layers=n_layers))
    return DiffusionModel(ControlledTransformer(trained.network, branch), drop_rate=0.5)


def test_at_first_a_branch_changes_nothing(trained):
    model, hints = controlled(trained, 2), make_hints((2, 4, 2), melody=CLASSES)
    noisy, times = torch.randn(2, 4, 2), torch.tensor([0.3, 0.8])
    told = model.network(noisy, times, torch.tensor([0, 1]), hints)
    torch.testing.assert_close(told, trained.network(noisy, times, torch.tensor([0, 1])))


def test_gradients_reach_the_branch_and_not_the_frozen_network(trained):
    model = controlled(trained)
    batches = HintBatches(*hinted(), keep=(1, 1, 1))
    for _ in range(3):  # the layers that begin as zero pass their first gradients on one by one
        DENOISING(model, next(batches))[0].backward()
        with torch.no_grad():
            for weight in model.network.branch.parameters():
                weight -= 0.01 * weight.grad
    assert all(w.grad.abs().max() > 0 for w in model.network.branch.hints_in.parameters())
    assert all(w.grad.abs().max() > 0 for w in model.network.branch.outs.parameters())
    assert all(w.grad is None for w in model.network.network.parameters())


def hinted(n=64):
    clips, kinds = two_kinds(n)
    melodies = torch.where(kinds == 1, 7, 2)[:, None].expand(n, 4)
    return clips, melodies, torch.zeros_like(melodies), torch.full((n,), -1)


def test_a_trained_branch_is_obeyed_and_the_frozen_network_is_as_before(trained):
    before = {name: w.clone() for name, w in trained.network.state_dict().items()}
    model = controlled(trained)
    train(model, HintBatches(*hinted(), keep=(1, 0, 0)), options(250), loss=DENOISING)
    wanted = torch.arange(16) % 2
    melody = torch.where(wanted == 1, 7, 2)[:, None].expand(16, 4)
    clips = model.write(16, hints=make_hints((16, 4, 2), melody=melody), n_steps=10)
    assert (clips.mean(dim=(1, 2)) - (1.5 - 3.0 * wanted)).abs().max() < 0.8
    assert all(torch.equal(w, before[name]) for name, w in trained.network.state_dict().items())
    torch.testing.assert_close(model.write(4, n_steps=3), trained.write(4, n_steps=3))


def test_guidance_goes_beyond_the_hints(trained):
    model, noisy, time = controlled(trained), torch.randn(2, 4, 2), torch.tensor(0.5)
    train(model, HintBatches(*hinted(), keep=(1, 0, 0)), options(20), loss=DENOISING)
    hints = make_hints((2, 4, 2), melody=CLASSES)
    free, told, beyond = (
        model.denoise(noisy, time, hints=hints, guidance=scale).clip for scale in (0.0, 1.0, 2.0)
    )
    torch.testing.assert_close(beyond, free + 2 * (told - free), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(free, model.denoise(noisy, time).clip)


def test_hints_hold_what_is_told_and_zeros_for_the_rest():
    latents = torch.randn(2, 4, 2)
    mask = torch.tensor([[True, False, True, True]] * 2)
    hints = make_hints((2, 4, 2), melody=CLASSES, known=(latents, mask))
    assert hints.shape == (2, 4, 29)
    assert hints[0, 2, 11] == 1 and hints[0, 3, 12] == 1 and hints[..., :13].sum() == 8
    assert hints[..., 13:26].eq(0).all()
    torch.testing.assert_close(hints[..., 26:28], latents * mask[..., None])
    assert torch.equal(hints[..., 28], mask.float())
    assert make_hints((2, 4, 2)).eq(0).all()


def test_batches_leave_hints_out_as_often_as_asked_and_know_all_but_a_gap():
    clips, kinds = torch.randn(400, 16, 2), torch.zeros(400, dtype=torch.int64)
    rows = kinds[:, None].expand(400, 16)
    batches = HintBatches(clips, rows, rows, kinds, batch_size=400, keep=(0.7, 0.0, 0.5))
    hints = next(batches)["hints"]
    told = [hints[:, :, part].flatten(1).any(dim=1) for part in ([0], [13], [28])]
    assert [round(one.float().mean().item(), 1) for one in told] == [0.7, 0.0, 0.5]
    known = hints[told[2]][..., 28]
    assert (known.sum(dim=1) >= 4).all() and (known.sum(dim=1) <= 14).all()
    edges = torch.diff(known, dim=1).abs().sum(dim=1)
    assert edges.max() <= 2 and edges.min() >= 1
    state = HintBatches(clips, rows, rows, kinds, batch_size=400, keep=(0.7, 0.0, 0.5))
    assert torch.equal(next(state)["hints"], hints)


def test_the_melody_and_the_chords_of_a_tune():
    (tune,) = tunes_of_level_1("validation", 1)
    rate = 64 / tune.duration
    melody = melody_steps(tune.render(), tune.sample_rate, rate, 70)
    assert melody.shape == (70,) and melody[-5:].eq(-1).all()
    chords = chord_steps(tune, rate, 64)
    first = tune.chords[0]
    assert chords[0] == first.root and chords.min() >= 0
    note = next(note for note in tune.notes if note.part == "melody")
    assert melody[1] == note.pitch % 12


def test_wrong_input_is_named(trained):
    wrong = {
        "network has 2 blocks": lambda: ControlBranch(trained.network, ControlConfig(n_layers=3)),
        r"shape \(2, 3\); the clips need \(2, 4\)": lambda: make_hints(
            (2, 4, 2), melody=CLASSES[:, :3]
        ),
        "classes go from -1 to 12": lambda: make_hints((2, 4, 2), chords=CLASSES + (CLASSES == 11)),
        r"mask \(2, 3\)": lambda: make_hints(
            (2, 4, 2), known=(torch.zeros(2, 4, 2), torch.ones(2, 3, dtype=torch.bool))
        ),
    }
    for message, call in wrong.items():
        with pytest.raises(UserError, match=message):
            call()
    assert np.isfinite(trained.write(1, n_steps=1).numpy()).all()
