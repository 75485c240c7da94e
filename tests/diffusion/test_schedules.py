"""Schedules and parametrisations: two mixtures give back what was mixed."""

import pytest
import torch

from refimpl.diffusion import PARAMETRISATIONS, SCHEDULES
from refimpl.diffusion.parametrisations import find_parametrisation
from refimpl.diffusion.schedules import find_schedule
from refimpl.errors import UserError

TIMES = torch.linspace(0.01, 0.99, 99)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_schedule_leads_from_the_clip_to_noise(schedule):
    signal, noise = schedule.scales(torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(signal[0], torch.tensor(1.0))
    torch.testing.assert_close(noise, torch.tensor([0.0, 1.0]), atol=1e-4, rtol=0)
    assert signal[1] < 0.01
    assert (schedule.log_snr(TIMES).diff() < 0).all()


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_clips_of_variance_one_keep_it(name):
    signal, noise = SCHEDULES[name].scales(TIMES)
    torch.testing.assert_close(signal**2 + noise**2, torch.ones(99))


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_slopes_are_those_of_the_curves(schedule):
    times = TIMES.double()
    for curve, slope in (
        (schedule.signal, schedule.signal_slope),
        (schedule.noise, schedule.noise_slope),
    ):
        measured = (curve(times + 1e-5) - curve(times - 1e-5)) / 2e-5
        torch.testing.assert_close(slope(times), measured, atol=1e-6, rtol=1e-6)


def test_the_straight_schedule_is_straight():
    signal, noise = SCHEDULES["straight"].scales(TIMES)
    torch.testing.assert_close(noise, TIMES)
    torch.testing.assert_close(signal, 1 - TIMES)


def test_log_snr_is_twice_the_log_of_the_ratio_of_amplitudes():
    half = SCHEDULES["straight"].log_snr(torch.tensor([0.5, 0.2]))
    torch.testing.assert_close(half, torch.tensor([0.0, 2.7725887]))  # 2 ln(.8 / .2)


def test_every_clip_gets_the_noise_of_its_own_time():
    clips, epsilon = torch.ones(2, 3, 4), -torch.ones(2, 3, 4)
    noisy = SCHEDULES["straight"].add_noise(clips, epsilon, torch.tensor([0.25, 1.0]))
    assert noisy[0].eq(0.5).all() and noisy[1].eq(-1).all()


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("parametrisation", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_clip_and_noise_come_back_from_the_mixtures(schedule, parametrisation):
    generator = torch.Generator().manual_seed(0)
    clips, epsilon = torch.randn(2, 5, 3, 2, generator=generator).double()
    times = torch.tensor([0.05, 0.3, 0.5, 0.7, 0.95], dtype=torch.float64)
    signal, noise = schedule.scales(times, 3)
    target = parametrisation.target(clips, epsilon, signal, noise)
    noisy = schedule.add_noise(clips, epsilon, times)
    parts = parametrisation.parts(target, noisy, signal, noise)
    torch.testing.assert_close(parts.clip, clips)
    torch.testing.assert_close(parts.epsilon, epsilon)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("noise", [2.0, 2.0]), ("velocity", [2 * 0.8 - 0.6, 2 * 0.8 - 0.6]), ("flow", [1.0, 1.0])],
)
def test_targets_are_those_of_the_papers(name, expected):
    signal, noise = torch.tensor(0.8), torch.tensor(0.6)
    target = PARAMETRISATIONS[name].target(torch.ones(2), 2 * torch.ones(2), signal, noise)
    torch.testing.assert_close(target, torch.tensor(expected))


def test_an_error_of_the_noise_explodes_where_little_signal_is_left_and_not_of_the_velocity():
    schedule, time = SCHEDULES["cosine"], torch.tensor([0.999])
    signal, noise = schedule.scales(time)
    clip = epsilon = torch.ones(1)
    noisy = schedule.add_noise(clip, epsilon, time)

    def error(name):
        one = PARAMETRISATIONS[name]
        wrong = one.target(clip, epsilon, signal, noise) + 0.01
        return (one.parts(wrong, noisy, signal, noise).clip - clip).abs().item()

    assert error("velocity") < 0.011 and error("noise") > 5


@pytest.mark.parametrize("find", [find_schedule, find_parametrisation])
def test_an_unknown_name_is_answered_with_those_that_there_are(find):
    with pytest.raises(UserError, match="there is no .* 'sine'"):
        find("sine")
