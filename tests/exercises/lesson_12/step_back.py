"""Answers to exercise 12.4, as learners give them."""

import numpy as np


def _shares(time):
    return np.cos(np.pi * time / 2), np.sin(np.pi * time / 2)


def _sigma(now, then):
    (a, b), (c, d) = _shares(now), _shares(then)
    return d / b * np.sqrt(1 - (a / c) ** 2)


def _mixed(noisy, clip, now, then, sigma, fresh, kept=None):
    (a, b), (c, d) = _shares(now), _shares(then)
    old = (noisy - a * clip) / b
    kept = np.sqrt(np.maximum(d**2 - sigma**2, 0)) if kept is None else kept
    return c * clip + kept * old + sigma * fresh


def draws_nothing(noisy, clip, now, then, eta, fresh):
    return _mixed(noisy, clip, now, then, 0.0, fresh)


def ignores_eta(noisy, clip, now, then, eta, fresh):
    return _mixed(noisy, clip, now, then, _sigma(now, then), fresh)


def adds_noise_on_top(noisy, clip, now, then, eta, fresh):
    kept = _shares(then)[1]
    return _mixed(noisy, clip, now, then, eta * _sigma(now, then), fresh, kept)


def subtracts_the_shares(noisy, clip, now, then, eta, fresh):
    sigma = eta * _sigma(now, then)
    return _mixed(noisy, clip, now, then, sigma, fresh, _shares(then)[1] - sigma)


def squares_eta(noisy, clip, now, then, eta, fresh):
    return _mixed(noisy, clip, now, then, eta * eta * _sigma(now, then), fresh)


def takes_the_root_of_eta(noisy, clip, now, then, eta, fresh):
    return _mixed(noisy, clip, now, then, eta**0.5 * _sigma(now, then), fresh)


def forgets_the_first_factor(noisy, clip, now, then, eta, fresh):
    sigma = eta * np.sqrt(1 - (_shares(now)[0] / _shares(then)[0]) ** 2)
    return _mixed(noisy, clip, now, then, sigma, fresh)


def does_not_square_the_ratio(noisy, clip, now, then, eta, fresh):
    (a, b), (c, d) = _shares(now), _shares(then)
    return _mixed(noisy, clip, now, then, eta * d / b * np.sqrt(1 - a / c), fresh)


def takes_no_root(noisy, clip, now, then, eta, fresh):
    (a, b), (c, d) = _shares(now), _shares(then)
    return _mixed(noisy, clip, now, then, eta * d / b * (1 - (a / c) ** 2), fresh)


def uses_the_variance(noisy, clip, now, then, eta, fresh):
    return _mixed(noisy, clip, now, then, eta * _sigma(now, then) ** 2, fresh)


def draws_all_of_it(noisy, clip, now, then, eta, fresh):
    return _mixed(noisy, clip, now, then, eta * _shares(then)[1], fresh)


def squares_the_first_factor(noisy, clip, now, then, eta, fresh):
    sigma = eta * _sigma(now, then) * _shares(then)[1] / _shares(now)[1]
    return _mixed(noisy, clip, now, then, sigma, fresh)


def _with_old(old, now, then, clip, eta, fresh):
    c, d = _shares(then)
    sigma = eta * _sigma(now, then)
    return c * clip + np.sqrt(d**2 - sigma**2) * old + sigma * fresh


def subtracts_the_whole_clip(noisy, clip, now, then, eta, fresh):
    return _with_old((noisy - clip) / _shares(now)[1], now, then, clip, eta, fresh)


def does_not_divide(noisy, clip, now, then, eta, fresh):
    return _with_old(noisy - _shares(now)[0] * clip, now, then, clip, eta, fresh)


def takes_noisy_for_noise(noisy, clip, now, then, eta, fresh):
    return _with_old(noisy, now, then, clip, eta, fresh)


def crosses_the_shares(noisy, clip, now, then, eta, fresh):
    a, b = _shares(now)
    return _with_old((noisy - b * clip) / a, now, then, clip, eta, fresh)


def fades_the_clip_as_now(noisy, clip, now, then, eta, fresh):
    away = (_shares(then)[0] - _shares(now)[0]) * clip
    return mixes_old_and_new(noisy, clip, now, then, eta, fresh) - away


def finds_the_noise_as_then(noisy, clip, now, then, eta, fresh):
    c, d = _shares(then)
    if then == 0:
        return clip
    return _with_old((noisy - c * clip) / d, now, then, clip, eta, fresh)


def does_not_fade_the_clip(noisy, clip, now, then, eta, fresh):
    more = (1 - _shares(then)[0]) * clip
    return mixes_old_and_new(noisy, clip, now, then, eta, fresh) + more


def swaps_the_noises(noisy, clip, now, then, eta, fresh):
    (a, b), (c, d) = _shares(now), _shares(then)
    sigma = eta * _sigma(now, then)
    return c * clip + sigma * (noisy - a * clip) / b + np.sqrt(d**2 - sigma**2) * fresh


def returns_the_faded_clip(noisy, clip, now, then, eta, fresh):
    return _shares(then)[0] * clip


def throws_the_old_noise_away(noisy, clip, now, then, eta, fresh):
    c, d = _shares(then)
    return c * clip + d * fresh


def scales_noisy(noisy, clip, now, then, eta, fresh):
    return _with_old(noisy / _shares(now)[1], now, then, clip, eta, fresh)


def subtracts_the_fresh_noise(noisy, clip, now, then, eta, fresh):
    return mixes_old_and_new(noisy, clip, now, then, eta, -fresh)


WRONG = {
    draws_nothing: "yours draws none",
    ignores_eta: "yours is DDPM for any",
    adds_noise_on_top: "fresh noise replaces old noise",
    subtracts_the_shares: "subtract the squares",
    squares_eta: "it is not squared",
    takes_the_root_of_eta: "take no root of it",
    forgets_the_first_factor: "sigma has a first factor",
    does_not_square_the_ratio: "square the ratio of the signals",
    takes_no_root: "take the root of 1 minus",
    uses_the_variance: "that is the variance of the fresh noise",
    draws_all_of_it: "only a part of the noise is new",
    squares_the_first_factor: "the ratio of the noises is not squared",
    subtracts_the_whole_clip: "at now the clip has faded",
    does_not_divide: "epsilon has variance 1",
    takes_noisy_for_noise: "noisy is not yet its noise",
    crosses_the_shares: "the shares are crossed",
    fades_the_clip_as_now: "at the earlier time there is more of the clip",
    finds_the_noise_as_then: "find epsilon with the shares of now",
    does_not_fade_the_clip: "the clip has a share at the earlier time",
    swaps_the_noises: "the old noise what is left",
    returns_the_faded_clip: "at the earlier time there is noise, too",
    throws_the_old_noise_away: "you threw away all of the old noise",
    scales_noisy: "before you divide by the noise",
    subtracts_the_fresh_noise: "add the fresh noise",
}


def mixes_old_and_new(noisy, clip, now, then, eta, fresh):
    sigma = eta * _sigma(now, then)
    return _mixed(noisy, clip, now, then, sigma, fresh)


def works_with_variances(noisy, clip, now, then, eta, fresh):
    alpha_now, alpha_then = np.cos(np.pi * np.array([now, then]) / 2) ** 2
    variance = eta**2 * (1 - alpha_then) / (1 - alpha_now) * (1 - alpha_now / alpha_then)
    epsilon = (noisy - alpha_now**0.5 * clip) / (1 - alpha_now) ** 0.5
    direction = (1 - alpha_then - variance) ** 0.5 * epsilon
    return alpha_then**0.5 * clip + direction + variance**0.5 * fresh


RIGHT = [mixes_old_and_new, works_with_variances]
