"""Answers to exercise 12.5, as learners give them."""

import math

import numpy as np


def _shares(time):
    return math.cos(math.pi / 2 * time), math.sin(math.pi / 2 * time)


def _steps(predict, start, times, repair):
    """DDIM with something done to the clip and its noise at each step."""
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        (a, b), (c, d) = _shares(now), _shares(then)
        epsilon = predict(noisy, now)
        clip, epsilon = repair((noisy - b * epsilon) / a, epsilon, noisy, a, b)
        noisy = c * clip + d * epsilon
    return noisy


def _refit(cut):
    """Change the clip, and find the noise again."""

    def repair(clip, epsilon, noisy, a, b):
        clip = cut(clip)
        return clip, (noisy - a * clip) / b

    return repair


def changes_nothing(predict, start, times, limit):
    return _steps(predict, start, times, lambda x, e, *rest: (x, e))


def keeps_the_old_noise(predict, start, times, limit):
    return _steps(predict, start, times, lambda x, e, *rest: (x.clip(-limit, limit), e))


def cuts_above(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: np.clip(x, None, limit)))


def cuts_below(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: np.clip(x, -limit, None)))


def squashes(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: np.tanh(x / limit) * limit))


def makes_all_smaller(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x / max(1, abs(x).max() / limit)))


def scales_to_the_limit(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x / abs(x).max() * limit))


def makes_them_zero(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x * (abs(x) <= limit)))


def cuts_at_one(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x.clip(-1, 1)))


def halves_the_limit(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x.clip(-limit / 2, limit / 2)))


def normalises(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x / max(x.std(), 1)))


def forgets_to_divide(predict, start, times, limit):
    def repair(clip, epsilon, noisy, a, b):
        clip = np.clip(noisy - b * epsilon, -limit, limit)
        return clip, (noisy - a * clip) / b

    return _steps(predict, start, times, repair)


def divides_by_more(predict, start, times, limit):
    def repair(clip, epsilon, noisy, a, b):
        clip = (noisy - b * epsilon) / max(a, 0.1)
        return clip, (noisy - a * clip) / b

    return _steps(predict, start, times, repair)


def loses_the_sign(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: abs(x).clip(0, limit)))


def cuts_at_the_end(predict, start, times, limit):
    return np.clip(changes_nothing(predict, start, times, limit), -limit, limit)


def cuts_what_is_noisy(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        noisy = _steps(predict, noisy, [now, then], lambda x, e, *rest: (x, e))
        noisy = np.clip(noisy, -limit, limit)
    return noisy


def cuts_the_noise(predict, start, times, limit):
    return changes_nothing(lambda z, t: predict(z, t).clip(-limit, limit), start, times, limit)


def cuts_once(predict, start, times, limit):
    noisy = cuts_the_clip(predict, start, times[:2], limit)
    return changes_nothing(predict, noisy, times[1:], limit)


def asks_about_then(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        (a, b), (c, d) = _shares(now), _shares(then)
        clip = np.clip((noisy - b * predict(noisy, max(then, 1e-3))) / a, -limit, limit)
        noisy = c * clip + d * (noisy - a * clip) / b
    return noisy


def asks_twice(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        (a, b), (c, d) = _shares(now), _shares(then)
        clip = np.clip((noisy - b * predict(noisy, now)) / a, -limit, limit)
        predict(noisy, now)
        noisy = c * clip + d * (noisy - a * clip) / b
    return noisy


def leaves_the_noise_as_large(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        (a, b), (c, _) = _shares(now), _shares(then)
        clip = np.clip((noisy - b * predict(noisy, now)) / a, -limit, limit)
        noisy = noisy + (c - a) * clip
    return noisy


def subtracts_the_whole_clip(predict, start, times, limit):
    def repair(clip, epsilon, noisy, a, b):
        clip = np.clip(clip, -limit, limit)
        return clip, (noisy - clip) / b

    return _steps(predict, start, times, repair)


def leaves_out_the_first_time(predict, start, times, limit):
    return cuts_the_clip(predict, start, times[1:] if len(times) > 2 else times, limit)


def _finds_the_rest(predict, start, times, limit, scale):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        s, n = np.cos(np.pi / 2 * now), np.sin(np.pi / 2 * now)
        clip = np.clip((noisy - n * predict(noisy, now)) / s, -limit, limit)
        rest = noisy - s * clip
        noisy = np.cos(np.pi / 2 * then) * clip + np.sin(np.pi / 2 * then) * scale(rest)
    return noisy


def leaves_the_rest_undivided(predict, start, times, limit):
    return _finds_the_rest(predict, start, times, limit, lambda rest: rest)


def brings_the_rest_to_one(predict, start, times, limit):
    return _finds_the_rest(predict, start, times, limit, lambda rest: rest / max(rest.std(), 1e-12))


WRONG = {
    leaves_the_rest_undivided: "divide it by noise(now)",
    brings_the_rest_to_one: "not by its own size",
    changes_nothing: "give the clip a limit",
    keeps_the_old_noise: "are no longer what noisy was mixed from",
    cuts_above: "large negative numbers",
    cuts_below: "large positive numbers",
    squashes: "tanh changes the numbers within",
    makes_all_smaller: "yours makes all of them smaller",
    scales_to_the_limit: "not a size to reach",
    makes_them_zero: "becomes the limit, not 0",
    cuts_at_one: "latents are no pixels",
    halves_the_limit: "from -limit to limit",
    normalises: "dividing by the standard deviation",
    forgets_to_divide: "dividing by the signal was right",
    divides_by_more: "a larger divisor",
    loses_the_sign: "a negative number stays negative",
    cuts_at_the_end: "too late",
    cuts_what_is_noisy: "noisy may be large",
    cuts_the_noise: "it is the clip that explodes",
    cuts_once: "not at the first one only",
    asks_about_then: "ask about that time",
    asks_twice: "the times that the network was asked about",
    leaves_the_noise_as_large: "has the size of the noise at now",
    subtracts_the_whole_clip: "in noisy the clip has faded",
    leaves_out_the_first_time: "begin with the first time",
}


def cuts_the_clip(predict, start, times, limit):
    return _steps(predict, start, times, _refit(lambda x: x.clip(-limit, limit)))


def works_on_what_is_left(predict, start, times, limit):
    noisy = np.array(start)
    for k in range(len(times) - 1):
        (a, b), (c, d) = _shares(times[k]), _shares(times[k + 1])
        clip = (noisy - b * predict(noisy, times[k])) / a
        clip = np.minimum(np.maximum(clip, -limit), limit)
        noisy = c * clip + d / b * (noisy - a * clip)
    return noisy


RIGHT = [cuts_the_clip, works_on_what_is_left]
