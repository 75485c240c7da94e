"""Samplers, with a denoiser that knows the right answer.

Where the clips are numbers of a normal distribution, the mean of what a noisy number could have
been is known, and so is the distribution that a sampler should reach.
"""

import pytest
import torch

from refimpl.diffusion import SAMPLERS, SCHEDULES, Parts, draw
from refimpl.errors import UserError

MEAN, STD, N = 2.0, 0.5, 20_000


def exact(schedule, calls=None):
    """Return the denoiser of clips with this mean and standard deviation."""

    def denoise(noisy, time):
        if calls is not None:
            calls.append(float(time))
        signal, noise = schedule.signal(time), schedule.noise(time)
        share = signal * STD**2 / (signal**2 * STD**2 + noise**2)
        clip = MEAN + share * (noisy - signal * MEAN)
        return Parts(clip, (noisy - signal * clip) / noise)

    return denoise


def noise(n=N, seed=1):
    return torch.randn(n, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_reaches_the_distribution_of_the_clips(schedule, sampler):
    clips = draw(exact(schedule), noise(), schedule, n_steps=200, sampler=sampler)
    assert clips.mean().item() == pytest.approx(MEAN, abs=0.03)
    assert clips.std().item() == pytest.approx(STD, abs=0.04)


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_one_step_gives_the_mean_of_all_clips(sampler):
    schedule = SCHEDULES["cosine"]
    clips = draw(exact(schedule), noise(), schedule, n_steps=1, sampler=sampler)
    assert clips.mean().item() == pytest.approx(MEAN, abs=0.02)
    assert clips.std() < 0.02


def test_more_steps_bring_heun_nearer_than_euler():
    schedule = SCHEDULES["straight"]
    errors = {}
    for sampler in "euler", "heun":
        few = draw(exact(schedule), noise(), schedule, n_steps=8, sampler=sampler)
        many = draw(exact(schedule), noise(), schedule, n_steps=400, sampler="heun")
        errors[sampler] = (few - many).abs().mean().item()
    assert errors["heun"] < errors["euler"] / 2


@pytest.mark.parametrize(
    ("sampler", "calls"), [("ddim", 5), ("ddpm", 5), ("euler", 5), ("heun", 9)]
)
def test_a_sampler_asks_the_network_once_a_step_and_heun_twice_but_for_the_last(sampler, calls):
    schedule, asked = SCHEDULES["cosine"], []
    draw(exact(schedule, asked), noise(4), schedule, n_steps=5, sampler=sampler)
    assert len(asked) == calls and max(asked) < 1 and min(asked) > 0


def test_only_ddpm_draws_on_its_way():
    schedule = SCHEDULES["cosine"]
    for sampler in SAMPLERS:
        ends = [
            draw(
                exact(schedule),
                noise(8),
                schedule,
                sampler=sampler,
                generator=torch.Generator().manual_seed(seed),
            )
            for seed in (1, 1, 2)
        ]
        assert torch.equal(ends[0], ends[1])
        assert torch.equal(ends[0], ends[2]) == (sampler != "ddpm")


def test_one_can_watch_every_step():
    seen = []
    schedule = SCHEDULES["cosine"]
    clips = draw(
        exact(schedule),
        noise(3),
        schedule,
        n_steps=4,
        watch=lambda time, noisy: seen.append((float(time), noisy)),
    )
    assert len(seen) == 4 and seen[-1][0] == 0 and torch.equal(seen[-1][1], clips)


def test_wrong_options_are_named():
    schedule = SCHEDULES["cosine"]
    with pytest.raises(UserError, match="n_steps is 0"):
        draw(exact(schedule), noise(2), schedule, n_steps=0)
    with pytest.raises(UserError, match="no sampler 'hein'; did you mean heun"):
        draw(exact(schedule), noise(2), schedule, sampler="hein")
