"""Answers to exercise 12.1, as learners give them."""

import math

import numpy as np


def _clip_by_clip(clips, epsilon, times, shares):
    mixed = []
    for clip, noise, time in zip(clips, epsilon, times, strict=True):
        of_clip, of_noise = shares(time)
        mixed.append(of_clip * clip + of_noise * noise)
    return np.array(mixed)


def _quarter(time):
    return math.cos(math.pi / 2 * time), math.sin(math.pi / 2 * time)


def mixes_in_a_straight_line(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: (1 - t, t))


def begins_with_noise(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: _quarter(t)[::-1])


def goes_half_round(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: _quarter(2 * t))


def forgets_pi(clips, epsilon, times):
    t = times.reshape(-1, 1, 1)
    return clips * np.cos(t) + epsilon * np.sin(t)


def thinks_in_degrees(clips, epsilon, times):
    t = 90 * times.reshape(-1, 1, 1)
    return clips * np.cos(t) + epsilon * np.sin(t)


def mixes_the_variances(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: [x * x for x in _quarter(t)])


def squares_the_signal(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: (_quarter(t)[0] ** 2, _quarter(t)[1]))


def squares_the_noise(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: (_quarter(t)[0], _quarter(t)[1] ** 2))


def takes_roots(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: [x**0.5 for x in _quarter(t)])


def takes_roots_of_time(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: ((1 - t) ** 0.5, t**0.5))


def lets_shares_add_up(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, lambda t: (_quarter(t)[0], 1 - _quarter(t)[0]))


def keeps_the_clip(clips, epsilon, times):
    return clips + np.sin(np.pi * times / 2)[:, None, None] * epsilon


def keeps_the_noise(clips, epsilon, times):
    return np.cos(np.pi * times / 2)[:, None, None] * clips + epsilon


def subtracts_the_noise(clips, epsilon, times):
    return mixes_on_a_circle(clips, -epsilon, times)


def adds_no_noise(clips, epsilon, times):
    return np.cos(np.pi * times / 2)[:, None, None] * clips


def keeps_the_papers_offset(clips, epsilon, times):
    return mixes_on_a_circle(clips, epsilon, (times + 0.008) / 1.008)


def adds_noise_along_the_steps(clips, epsilon, times):
    times = np.resize(times, clips.shape[1])[:, None]
    return np.cos(np.pi / 2 * times) * clips + np.sin(np.pi / 2 * times) * epsilon


def adds_noise_along_the_numbers(clips, epsilon, times):
    times = np.resize(times, clips.shape[2])
    return np.cos(np.pi / 2 * times) * clips + np.sin(np.pi / 2 * times) * epsilon


def uses_the_first_time(clips, epsilon, times):
    of_clip, of_noise = _quarter(times[0])
    return of_clip * clips + of_noise * epsilon


def uses_the_mean_time(clips, epsilon, times):
    of_clip, of_noise = _quarter(times.mean())
    return of_clip * clips + of_noise * epsilon


def takes_an_eighth_of_a_circle(clips, epsilon, times):
    angles = np.pi / 4 * times[:, None, None]
    return np.cos(angles) * clips + np.sin(angles) * epsilon


WRONG = {
    takes_an_eighth_of_a_circle: "π/2, not π/4",
    mixes_in_a_straight_line: "the straight line from clip to noise",
    begins_with_noise: "at time 0 there is the clip",
    goes_half_round: "π/2, not π",
    forgets_pi: "multiply the time by π/2",
    thinks_in_degrees: "angles are in radians",
    mixes_the_variances: "their squares are the variances",
    squares_the_signal: "the clip's share is the cosine itself",
    squares_the_noise: "the noise's share is the sine itself",
    takes_roots: "take no root",
    takes_roots_of_time: "it is another schedule",
    lets_shares_add_up: "the squares of both shares add up to 1",
    keeps_the_clip: "the clip fades as the noise comes",
    keeps_the_noise: "the noise comes slowly",
    subtracts_the_noise: "add the noise",
    adds_no_noise: "added no noise",
    keeps_the_papers_offset: "without the paper's small offset",
    adds_noise_along_the_steps: "yours change along the steps",
    adds_noise_along_the_numbers: "yours change along a step's numbers",
    uses_the_first_time: "you used the first for all",
    uses_the_mean_time: "you used their mean",
}


def mixes_on_a_circle(clips, epsilon, times):
    angles = 0.5 * np.pi * times.reshape(len(times), 1, 1)
    return np.cos(angles) * clips + np.sin(angles) * epsilon


def goes_clip_by_clip(clips, epsilon, times):
    return _clip_by_clip(clips, epsilon, times, _quarter)


def takes_the_rest_of_the_variance(clips, epsilon, times):
    kept = np.cos(np.pi * times / 2) ** 2
    kept = kept[:, np.newaxis, np.newaxis]
    return np.sqrt(kept) * clips + np.sqrt(1 - kept) * epsilon


RIGHT = [mixes_on_a_circle, goes_clip_by_clip, takes_the_rest_of_the_variance]
