"""Answers to exercise 12.6, as learners give them."""

import numpy as np


def _signal(time):
    return np.cos(np.pi / 2 * time)


def _noise(time):
    return np.sin(np.pi / 2 * time)


def _join(written, known, is_known, time, epsilon):
    joined = np.array(written)
    joined[is_known] = _signal(time) * known[is_known] + _noise(time) * epsilon[is_known]
    return joined


def _go_back(joined, now, then, fresh):
    kept = _signal(now) / _signal(then)
    return kept * joined + np.sqrt(1 - kept * kept) * fresh


def _own_join(join):
    def decorate(name):
        def answer(written, known, is_known, now, then, epsilon, fresh):
            joined = join(written, known, is_known[:, None], then, epsilon)
            return joined, _go_back(joined, now, then, fresh)

        answer.__name__ = name
        return answer

    return decorate


def _own_way_back(way):
    def decorate(name):
        def answer(written, known, is_known, now, then, epsilon, fresh):
            joined = _join(written, known, is_known, then, epsilon)
            return joined, way(joined, now, then, fresh)

        answer.__name__ = name
        return answer

    return decorate


puts_in_the_clean_clip = _own_join(lambda w, k, m, t, e: np.where(m, k, w))(
    "puts_in_the_clean_clip"
)
adds_no_noise = _own_join(lambda w, k, m, t, e: np.where(m, _signal(t) * k, w))("adds_no_noise")
replaces_the_gap = _own_join(lambda w, k, m, t, e: np.where(m, w, _signal(t) * k + _noise(t) * e))(
    "replaces_the_gap"
)
forgets_the_noise_and_fades_all = _own_join(lambda w, k, m, t, e: np.where(m, k, w) * _signal(t))(
    "forgets_the_noise_and_fades_all"
)
adds_noise_to_all = _own_join(lambda w, k, m, t, e: np.where(m, k * _signal(t), w) + e * _noise(t))(
    "adds_noise_to_all"
)
takes_the_middle = _own_join(
    lambda w, k, m, t, e: np.where(m, 0.5 * (w + k * _signal(t) + e * _noise(t)), w)
)("takes_the_middle")
adds_what_is_known = _own_join(
    lambda w, k, m, t, e: w + np.where(m, k * _signal(t) + e * _noise(t), 0)
)("adds_what_is_known")
swaps_sine_and_cosine = _own_join(
    lambda w, k, m, t, e: np.where(m, k * _noise(t) + e * _signal(t), w)
)("swaps_sine_and_cosine")
mixes_in_a_straight_line = _own_join(lambda w, k, m, t, e: np.where(m, k + t * (e - k), w))(
    "mixes_in_a_straight_line"
)
leaves_it_alone = _own_join(lambda w, k, m, t, e: w)("leaves_it_alone")

starts_from_a_clip = _own_way_back(lambda j, now, then, f: _signal(now) * j + _noise(now) * f)(
    "starts_from_a_clip"
)
lets_shares_add_up = _own_way_back(
    lambda j, now, then, f: f + _signal(now) / _signal(then) * (j - f)
)("lets_shares_add_up")
does_not_square = _own_way_back(
    lambda j, now, then, f: (
        _signal(now) / _signal(then) * j + (1 - _signal(now) / _signal(then)) ** 0.5 * f
    )
)("does_not_square")
takes_no_root = _own_way_back(
    lambda j, now, then, f: (
        _signal(now) / _signal(then) * j + (1 - (_signal(now) / _signal(then)) ** 2) * f
    )
)("takes_no_root")
subtracts_shares = _own_way_back(
    lambda j, now, then, f: _signal(now) / _signal(then) * j + (_noise(now) - _noise(then)) * f
)("subtracts_shares")
subtracts_variances = _own_way_back(
    lambda j, now, then, f: (
        _signal(now) / _signal(then) * j + (_noise(now) ** 2 - _noise(then) ** 2) ** 0.5 * f
    )
)("subtracts_variances")
does_not_fade = _own_way_back(
    lambda j, now, then, f: j + (1 - (_signal(now) / _signal(then)) ** 2) ** 0.5 * f
)("does_not_fade")
only_fades = _own_way_back(lambda j, now, then, f: _signal(now) / _signal(then) * j)("only_fades")
adds_all_of_the_noise = _own_way_back(
    lambda j, now, then, f: _signal(now) / _signal(then) * j + _noise(now) * f
)("adds_all_of_the_noise")
takes_the_time_between = _own_way_back(
    lambda j, now, then, f: _signal(now - then) * j + _noise(now - then) * f
)("takes_the_time_between")


def masks_the_numbers(written, known, is_known, now, then, epsilon, fresh):
    mask = np.resize(is_known, written.shape[1])
    joined = np.where(mask, _signal(then) * known + _noise(then) * epsilon, written)
    return joined, _go_back(joined, now, then, fresh)


def joins_as_noisy_as_now(written, known, is_known, now, then, epsilon, fresh):
    joined = _join(written, known, is_known, now, epsilon)
    return joined, _go_back(joined, now, then, fresh)


def uses_the_noise_again(written, known, is_known, now, then, epsilon, fresh):
    joined = _join(written, known, is_known, then, epsilon)
    return joined, _go_back(joined, now, then, epsilon)


def goes_back_from_written(written, known, is_known, now, then, epsilon, fresh):
    joined = _join(written, known, is_known, then, epsilon)
    return joined, _go_back(written, now, then, fresh)


def joins_twice(written, known, is_known, now, then, epsilon, fresh):
    joined = _join(written, known, is_known, then, epsilon)
    back = _go_back(joined, now, then, fresh)
    return joined, _join(back, known, is_known, now, epsilon)


def returns_the_joined_clip(written, known, is_known, now, then, epsilon, fresh):
    return _join(written, known, is_known, then, epsilon)


def returns_them_the_wrong_way_round(written, known, is_known, now, then, epsilon, fresh):
    joined = _join(written, known, is_known, then, epsilon)
    return _go_back(joined, now, then, fresh), joined


WRONG = {
    puts_in_the_clean_clip: "the network expects noise everywhere",
    adds_no_noise: "what is known needs noise, too",
    replaces_the_gap: "you replaced the gap",
    forgets_the_noise_and_fades_all: "fade only what is known",
    adds_noise_to_all: "add noise only to what is known",
    takes_the_middle: "do not mix them",
    adds_what_is_known: "do not add it",
    swaps_sine_and_cosine: "you swapped them",
    mixes_in_a_straight_line: "not straight lines",
    leaves_it_alone: "put what is known into the clip first",
    masks_the_numbers: "not for each number of a step",
    starts_from_a_clip: "has noise already",
    lets_shares_add_up: "add up to 1, not the shares",
    does_not_square: "square the ratio under the root",
    takes_no_root: "take its root",
    subtracts_shares: "shares of noise do not add up",
    subtracts_variances: "so more is missing",
    does_not_fade: "multiply by the ratio",
    only_fades: "add fresh noise",
    adds_all_of_the_noise: "so less is missing",
    takes_the_time_between: "not the signal of the time between",
    joins_as_noisy_as_now: "needs the noise of then, not of now",
    uses_the_noise_again: "not epsilon again",
    goes_back_from_written: "not the written one",
    joins_twice: "a second time",
    returns_the_joined_clip: "return both",
    returns_them_the_wrong_way_round: "return the joined clip first",
}


def joins_and_goes_back(written, known, is_known, now, then, epsilon, fresh):
    joined = _join(written, known, is_known, then, epsilon)
    return joined, _go_back(joined, now, then, fresh)


def goes_step_by_step(written, known, is_known, now, then, epsilon, fresh):
    kept = np.cos(now * np.pi / 2) / np.cos(then * np.pi / 2)
    both = []
    for w, k, there, e, f in zip(written, known, is_known, epsilon, fresh, strict=True):
        row = np.cos(then * np.pi / 2) * k + np.sin(then * np.pi / 2) * e if there else w
        both.append((row, kept * row + (1 - kept**2) ** 0.5 * f))
    joined, back = zip(*both, strict=True)
    return np.array(joined), np.array(back)


RIGHT = [joins_and_goes_back, goes_step_by_step]
