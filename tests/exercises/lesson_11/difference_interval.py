"""Answers to exercise 11.5, as learners give them."""

import numpy as np


def _ends(means, confidence):
    return np.percentile(means, [50 * (1 - confidence), 50 * (1 + confidence)])


def turns_it_round(ours, theirs, draws, confidence):
    return _ends((theirs - ours)[draws].mean(axis=1), confidence)


def cuts_all_off_each_side(ours, theirs, draws, confidence):
    means = (ours - theirs)[draws].mean(axis=1)
    return np.quantile(means, 1 - confidence), np.quantile(means, confidence)


def draws_nothing(ours, theirs, draws, confidence):
    return _ends(ours - theirs, confidence)


def forgets_the_means(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws], confidence)


def averages_over_draws(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws].mean(axis=0), confidence)


def takes_medians(ours, theirs, draws, confidence):
    return _ends(np.median(ours[draws] - theirs[draws], axis=1), confidence)


def adds_up(ours, theirs, draws, confidence):
    return _ends([sum(ours[d] - theirs[d]) for d in draws], confidence)


def believes_in_the_bell(ours, theirs, draws, confidence):
    means = (ours - theirs)[draws].mean(axis=1)
    centre, error = (ours - theirs).mean(), means.std()
    return centre - 1.96 * error, centre + 1.96 * error


def keeps_both_apart(ours, theirs, draws, confidence):
    a, b = (
        _ends(ours[draws].mean(axis=1), confidence),
        _ends(theirs[draws].mean(axis=1), confidence),
    )
    return a[0] - b[1], a[1] - b[0]


def subtracts_the_ends(ours, theirs, draws, confidence):
    a, b = (
        _ends(ours[draws].mean(axis=1), confidence),
        _ends(theirs[draws].mean(axis=1), confidence),
    )
    return a - b


def draws_for_each(ours, theirs, draws, confidence):
    return _ends(ours[draws].mean(axis=1) - theirs[draws[::-1]].mean(axis=1), confidence)


def looks_at_ours(ours, theirs, draws, confidence):
    return _ends(ours[draws].mean(axis=1), confidence)


def takes_the_extremes(ours, theirs, draws, confidence):
    means = (ours - theirs)[draws].mean(axis=1)
    return min(means), max(means)


def begins_with_the_upper(ours, theirs, draws, confidence):
    low, high = _ends((ours - theirs)[draws].mean(axis=1), confidence)
    return high, low


def mistakes_shares_for_percent(ours, theirs, draws, confidence):
    tail = (1 - confidence) / 2
    return np.percentile((ours - theirs)[draws].mean(axis=1), [tail, 1 - tail])


def returns_centre_and_half(ours, theirs, draws, confidence):
    low, high = _ends((ours - theirs)[draws].mean(axis=1), confidence)
    return (low + high) / 2, (high - low) / 2


def shifts_to_zero(ours, theirs, draws, confidence):
    means = (ours - theirs)[draws].mean(axis=1)
    return _ends(means - (ours - theirs).mean(), confidence)


def takes_ninety_five(ours, theirs, draws, confidence):
    return np.percentile((ours - theirs)[draws].mean(axis=1), [2.5, 97.5])


def cuts_draws_to_the_number_of_prompts(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws[:, : len(ours)]].mean(axis=1), confidence)


def returns_one_number(ours, theirs, draws, confidence):
    return (ours - theirs)[draws].mean()


WRONG = {
    turns_it_round: "ours minus theirs",
    cuts_all_off_each_side: "half of 1 - confidence",
    draws_nothing: "how prompts differ",
    forgets_the_means: "the mean of each draw first",
    averages_over_draws: "along axis 1",
    takes_medians: "asks for means",
    adds_up: "not the sum",
    believes_in_the_bell: "no bell curve",
    keeps_both_apart: "easy prompts cancel",
    subtracts_the_ends: "not the difference of two intervals",
    draws_for_each: "they belong together",
    looks_at_ours: "prompt by prompt",
    takes_the_extremes: "leaves out nothing",
    begins_with_the_upper: "lower end comes first",
    mistakes_shares_for_percent: "np.quantile to 1",
    returns_centre_and_half: "return the two ends",
    shifts_to_zero: "not how far it reaches",
    takes_ninety_five: "need not be 0.95",
    cuts_draws_to_the_number_of_prompts: "the whole of a draw",
    returns_one_number: "shape",
}


def subtracts_then_draws(ours, theirs, draws, confidence):
    return _ends((ours - theirs)[draws].mean(axis=1), confidence)


def goes_draw_by_draw(ours, theirs, draws, confidence):
    found = sorted(float(np.mean(ours[d]) - np.mean(theirs[d])) for d in draws)
    ends = []
    for share in ((1 - confidence) / 2, (1 + confidence) / 2):
        place = share * (len(found) - 1)
        below = min(int(place), max(0, len(found) - 2))
        above = min(below + 1, len(found) - 1)
        ends.append(found[below] + (place - below) * (found[above] - found[below]))
    return ends


RIGHT = [subtracts_then_draws, goes_draw_by_draw]
