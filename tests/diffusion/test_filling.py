"""Filling a gap: the rest stays, and more rounds fit the gap to it."""

import pytest
import torch

from refimpl.diffusion import DENOISING, SCHEDULES, LatentBatches, fill
from refimpl.diffusion.filling import add_noise_between
from refimpl.errors import UserError
from refimpl.training import train
from tests.diffusion.diffusion_examples import options, tiny_model, two_kinds


@pytest.fixture(scope="module")
def trained():
    model = tiny_model()
    train(model, LatentBatches(two_kinds()[0]), options(300), loss=DENOISING)
    return model


KNOWN = torch.tensor([True, False, False, True]).expand(32, 4)


def test_what_is_known_stays_and_the_gap_fits_it(trained):
    clips, kinds = two_kinds(32)
    filled = fill(trained, clips, KNOWN, n_steps=10, n_rounds=4)
    assert torch.equal(filled[KNOWN], clips[KNOWN])
    gaps = filled[:, 1:3].mean(dim=(1, 2))
    assert ((gaps > 0) == (kinds == 0)).float().mean() > 0.9
    other = clips.clone()
    other[:, 1:3] = 100.0  # what stood in the gap does not matter
    torch.testing.assert_close(fill(trained, other, KNOWN, n_steps=10, n_rounds=4), filled)


def test_more_rounds_are_other_and_a_seed_gives_the_same(trained):
    clips, _ = two_kinds(32)
    first, again, more = (
        fill(trained, clips, KNOWN, n_steps=4, n_rounds=rounds) for rounds in (1, 1, 3)
    )
    assert torch.equal(first, again) and not torch.equal(first, more)


@pytest.mark.parametrize("name", SCHEDULES)
def test_noise_comes_back_as_much_as_the_later_time_has(name):
    schedule, then, now = SCHEDULES[name], torch.tensor(0.3), torch.tensor(0.6)
    generator = torch.Generator().manual_seed(0)
    clip, noise, fresh = (torch.randn(200_000, generator=generator) for _ in range(3))
    there = schedule.signal(then) * (3 + clip) + schedule.noise(then) * noise
    back = add_noise_between(there, then, now, fresh, schedule)
    assert back.mean().item() == pytest.approx(3 * schedule.signal(now).item(), abs=0.02)
    expected = schedule.signal(now) ** 2 + schedule.noise(now) ** 2
    assert back.var().item() == pytest.approx(expected.item(), rel=0.02)


def test_wrong_input_is_named(trained):
    clips, _ = two_kinds(2)
    with pytest.raises(UserError, match=r"known has shape \(32, 4\); it needs \(2, 4\)"):
        fill(trained, clips, KNOWN)
    with pytest.raises(UserError, match="n_rounds is 0"):
        fill(trained, clips, KNOWN[:2], n_rounds=0)
