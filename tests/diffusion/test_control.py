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
    loudness_steps,
    make_hints,
    melody_steps,
    tunes_of_level_1,
    widen,
)
from refimpl.diffusion.tune_latents import hear_tunes
from refimpl.errors import UserError
from refimpl.training import train
from tests.diffusion.diffusion_examples import options, tiny_model, two_kinds

CLASSES = torch.tensor([[0, 0, 11, -1], [3, 3, 3, 3]])


@pytest.fixture(scope="module")
def trained():
    model = tiny_model()
    train(model, LatentBatches(*two_kinds()), options(100), loss=DENOISING)
    return model


MELODY = {"melody": 1.0, "chords": 0.0, "known": 0.0}  # always told the melody, nothing else


def controlled(trained, n_layers=1, **options):
    branch = ControlBranch(trained.network, ControlConfig(n_layers=n_layers, **options))
    return DiffusionModel(ControlledTransformer(trained.network, branch), drop_rate=0.5)


def test_at_first_a_branch_changes_nothing(trained):
    model, hints = controlled(trained, 2), make_hints((2, 4, 2), melody=CLASSES)
    noisy, times = torch.randn(2, 4, 2), torch.tensor([0.3, 0.8])
    told = model.network(noisy, times, torch.tensor([0, 1]), hints)
    torch.testing.assert_close(told, trained.network(noisy, times, torch.tensor([0, 1])))


def test_gradients_reach_the_branch_and_not_the_frozen_network(trained):
    model = controlled(trained)
    batches = HintBatches(*hinted(), keep=dict.fromkeys(MELODY, 1.0))
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
    told = {"melody": melodies, "chords": torch.zeros_like(melodies)}
    return clips, told | {"loudness": clips.mean(dim=2) - 18}, torch.full((n,), -1)


def test_a_trained_branch_is_obeyed_and_the_frozen_network_is_as_before(trained):
    before = {name: w.clone() for name, w in trained.network.state_dict().items()}
    model = controlled(trained)
    train(model, HintBatches(*hinted(), keep=MELODY), options(250), loss=DENOISING)
    wanted = torch.arange(16) % 2
    melody = torch.where(wanted == 1, 7, 2)[:, None].expand(16, 4)
    clips = model.write(16, hints=make_hints((16, 4, 2), melody=melody), n_steps=10)
    assert (clips.mean(dim=(1, 2)) - (1.5 - 3.0 * wanted)).abs().max() < 0.8
    assert all(torch.equal(w, before[name]) for name, w in trained.network.state_dict().items())
    torch.testing.assert_close(model.write(4, n_steps=3), trained.write(4, n_steps=3))


def test_guidance_goes_beyond_the_hints(trained):
    model, noisy, time = controlled(trained), torch.randn(2, 4, 2), torch.tensor(0.5)
    train(model, HintBatches(*hinted(), keep=MELODY), options(20), loss=DENOISING)
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
    how = {"batch_size": 400, "keep": {"melody": 0.7, "chords": 0.0, "known": 0.5}}
    channels = {"melody": rows, "chords": rows}
    hints = next(HintBatches(clips, channels, kinds, **how))["hints"]
    told = [hints[:, :, part].flatten(1).any(dim=1) for part in ([0], [13], [28])]
    assert [round(one.float().mean().item(), 1) for one in told] == [0.7, 0.0, 0.5]
    known = hints[told[2]][..., 28]
    assert (known.sum(dim=1) >= 4).all() and (known.sum(dim=1) <= 14).all()
    edges = torch.diff(known, dim=1).abs().sum(dim=1)
    assert edges.max() <= 2 and edges.min() >= 1
    assert torch.equal(next(HintBatches(clips, channels, kinds, **how))["hints"], hints)


def test_a_loudness_is_told_beside_whether_it_is_told():
    loudness = torch.tensor([[-18.0, -8.0, -80.0, -23.0]] * 2)
    channels = ("loudness", "melody")
    hints = make_hints((2, 4, 2), loudness=loudness, channels=channels)
    assert hints.shape == (2, 4, 15)
    # The usual loudness is 0, and silence is no further away than -45 dB.
    torch.testing.assert_close(hints[0, :, 0], torch.tensor([0.0, 2.0, -5.4, -1.0]))
    assert hints[..., 1].eq(1).all() and hints[..., 2:].eq(0).all()
    assert make_hints((2, 4, 2), channels=channels).eq(0).all()


def test_batches_hold_the_channels_of_their_branch_and_leave_each_out_alone():
    clips, told, labels = hinted(400)
    keep = {"loudness": 0.4, "melody": 0.7}
    batch = next(HintBatches(clips, told, labels, batch_size=400, keep=keep))
    hints, rows = batch["hints"], batch["latents"].mean(dim=2)
    assert hints.shape == (400, 4, 15)
    louder, sung = hints[:, 0, 1] == 1, hints[..., 2:].sum(dim=(1, 2)) == 4
    assert [round(one.float().mean().item(), 1) for one in (louder, sung)] == [0.4, 0.7]
    assert 0.2 < (louder & sung).float().mean() < 0.36  # .28, since neither knows of the other
    torch.testing.assert_close(hints[louder][..., 0], rows[louder] / 5, atol=1e-5, rtol=1e-4)
    assert hints[~louder][..., :2].eq(0).all()


def test_a_branch_of_two_channels_obeys_each_alone_and_both(trained):
    keep = {"melody": 0.6, "loudness": 0.6}
    model = controlled(trained, channels=tuple(keep))
    train(model, HintBatches(*hinted(), keep=keep), options(250), loss=DENOISING)
    wanted = 1.5 - 3.0 * (torch.arange(16) % 2)
    melody = torch.where(wanted < 0, 7, 2)[:, None].expand(16, 4)
    loudness = (wanted - 18)[:, None].expand(16, 4)
    for told in (
        {"melody": melody},
        {"loudness": loudness},
        {"melody": melody, "loudness": loudness},
    ):
        hints = make_hints((16, 4, 2), **told, channels=tuple(keep))
        clips = model.write(16, hints=hints, n_steps=10)
        assert (clips.mean(dim=(1, 2)) - wanted).abs().max() < 0.8, tuple(told)


def test_a_wider_branch_begins_as_the_one_that_it_was_made_from(trained):
    model = controlled(trained, channels=("melody",))
    melody = hinted()[1]["melody"][:2]
    train(model, HintBatches(*hinted(), keep={"melody": 1.0}), options(10), loss=DENOISING)
    wide = widen(model.network.branch, trained.network, ("melody", "loudness"))
    both = DiffusionModel(ControlledTransformer(trained.network, wide))
    told = {
        "melody": melody,
        "loudness": torch.full((2, 4), -3.0),
        "channels": wide.config.channels,
    }
    before = model.write(
        2, n_steps=3, hints=make_hints((2, 4, 2), melody=melody, channels=("melody",))
    )
    torch.testing.assert_close(
        both.write(2, n_steps=3, hints=make_hints((2, 4, 2), **told)), before
    )
    # It is a branch of its own.
    with torch.no_grad():
        wide.outs[0].weight += 1
        wide.blocks[0].ffn[0].weight += 1
    hints = make_hints((2, 4, 2), melody=melody, channels=("melody",))
    assert torch.equal(model.write(2, n_steps=3, hints=hints), before)
    for channels in (("loudness", "melody"), ("loudness",), ()):
        with pytest.raises(UserError, match="those of the branch first: melody"):
            widen(model.network.branch, trained.network, channels)


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


def test_the_loudness_of_a_sound_is_in_decibels_and_ends_in_silence():
    sound = np.concatenate([np.full(1000, 1.0), np.full(1000, 0.1)])
    loudness = loudness_steps(sound, 1000, 2.0, 6)
    assert loudness.dtype == torch.float32
    torch.testing.assert_close(loudness, torch.tensor([0.0, 0.0, -20.0, -20.0, -80.0, -80.0]))
    (tune,) = tunes_of_level_1("validation", 1)
    rate = 64 / tune.duration
    heard = hear_tunes([tune], rate, show=False).channels()
    levels = loudness_steps(tune.render(), tune.sample_rate, rate, 64)
    assert torch.equal(heard["loudness"], levels[None])
    assert {name: rows.shape for name, rows in heard.items()} == dict.fromkeys(
        ("melody", "chords", "loudness"), (1, 64)
    )


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
        "no channel 'loudnes'.*loudness": lambda: make_hints((2, 4, 2), channels=("loudnes",)),
        "loudness cannot be told: this control reads melody, chords, known": lambda: make_hints(
            (2, 4, 2), loudness=torch.zeros(2, 4)
        ),
        "loudness has shape": lambda: make_hints(
            (2, 4, 2), loudness=torch.zeros(2, 3), channels=("loudness",)
        ),
        "not a number everywhere": lambda: make_hints(
            (2, 4, 2), loudness=torch.full((2, 4), -torch.inf), channels=("loudness",)
        ),
        "none of them twice": lambda: ControlConfig(channels=("melody", "melody")),
        "give at least one": lambda: ControlConfig(channels=()),
        "no channel 'bass'": lambda: ControlConfig(channels=("bass",)),
        "channel melody needs rows": lambda: HintBatches(
            torch.zeros(2, 4, 2), {}, torch.zeros(2), keep={"known": 1, "melody": 1}
        ),
        "hints have 29 numbers per step; this control reads 15": lambda: controlled(
            trained, channels=("loudness", "melody")
        ).write(2, hints=make_hints((2, 4, 2), melody=CLASSES), n_steps=1),
    }
    for message, call in wrong.items():
        with pytest.raises(UserError, match=message):
            call()
    assert np.isfinite(trained.write(1, n_steps=1).numpy()).all()
