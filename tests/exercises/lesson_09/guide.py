"""Answers to exercise 9.4, as learners give them."""

import numpy as np
import torch


def moved(free, given, scales):
    """One condition after the other, from the scores without any."""
    total = free.copy()
    for scale, scores in zip(scales, given, strict=True):
        total += scale * (scores - free)
    return total


def likely(scores):
    return torch.softmax(torch.as_tensor(scores), dim=-1).numpy()


def starts_at_the_conditions(free, given, scales):
    middle = sum(given, np.zeros_like(free)) / max(1, len(given))
    return middle + moved(free, given, scales) - free


def adds_one_to_the_scale(free, given, scales):
    return moved(free, given, [s + 1 for s in scales])


def takes_one_from_the_scale(free, given, scales):
    return moved(free, given, [s - 1 for s in scales])


def moves_away(free, given, scales):
    return 2 * free - moved(free, given, scales)


def mixes_the_wrong_way(free, given, scales):
    return moved(free, given, [1 - s for s in scales])


def returns_the_move(free, given, scales):
    return moved(free, given, scales) - free


def multiplies_the_scores(free, given, scales):
    return np.dot(scales, given)


def adds_the_scores(free, given, scales):
    return free + np.dot(scales, given)


def starts_again_for_each(free, given, scales):
    return sum((free + s * (g - free) for s, g in zip(scales, given, strict=True)), 0 * free)


def averages_the_moves(free, given, scales):
    return free + (moved(free, given, scales) - free) / max(1, len(given))


def makes_shares_of_scales(free, given, scales):
    return moved(free, given, scales / np.sum(scales))


def takes_the_mean_scale(free, given, scales):
    mean = sum(scales) / max(1, len(scales))
    return moved(free, given, [mean] * len(given))


def takes_the_first_scale(free, given, scales):
    return moved(free, given, [scales[0]] * len(given))


def hears_the_first_only(free, given, scales):
    return moved(free, given[:1], scales[:1])


def hears_the_last_only(free, given, scales):
    return moved(free, given[-1:], scales[-1:])


def walks_on(free, given, scales):
    total = free.copy()
    for scale, scores in zip(scales, given, strict=True):
        total = (1 - scale) * total + scale * scores
    return total


def compares_with_the_one_before(free, given, scales):
    before = np.concatenate([free[None], given])[:-1]
    return free + np.dot(scales, given - before)


def only_raises(free, given, scales):
    moves = [s * np.clip(g - free, 0, None) for s, g in zip(scales, given, strict=True)]
    return free + np.sum(moves, axis=0)


def forgets_signs(free, given, scales):
    return free + np.dot(scales, abs(given - free))


def takes_the_largest_move(free, given, scales):
    return free + np.max([s * (g - free) for s, g in zip(scales, given, strict=True)], axis=0)


def multiplies_scales(free, given, scales):
    return moved(free, given, [np.prod(scales)] * len(given))


def guides_probabilities(free, given, scales):
    return moved(likely(free), likely(given), scales)


def ends_in_probabilities(free, given, scales):
    return likely(moved(free, given, scales))


def guides_logarithms(free, given, scales):
    return moved(np.log(likely(free)), np.log(likely(given)), scales)


def ends_in_logarithms(free, given, scales):
    return np.log(likely(moved(free, given, scales)))


def returns_all_moves(free, given, scales):
    return np.array([free + s * (g - free) for s, g in zip(scales, given, strict=True)])


WRONG = {
    starts_at_the_conditions: "begin at the scores without conditions",
    adds_one_to_the_scale: "goes twice as",
    takes_one_from_the_scale: "use the scale as it is",
    moves_away: "yours moves away from them",
    mixes_the_wrong_way: "yours is the other way round",
    returns_the_move: "that is only the move",
    multiplies_the_scores: "not the scores themselves",
    adds_the_scores: "before you multiply",
    starts_again_for_each: "count once",
    averages_the_moves: "do not divide by their number",
    makes_shares_of_scales: "the scales are no shares",
    takes_the_mean_scale: "not their mean",
    takes_the_first_scale: "you used the first one for all",
    hears_the_first_only: "not only the first",
    hears_the_last_only: "not only the last",
    walks_on: "each move starts from free",
    compares_with_the_one_before: "not to the condition before",
    only_raises: "keep the negative differences",
    forgets_signs: "keep the sign",
    takes_the_largest_move: "do not choose the largest",
    multiplies_scales: "not by their product",
    guides_probabilities: "no softmax",
    ends_in_probabilities: "the softmax comes later",
    guides_logarithms: "no log-softmax before it",
    ends_in_logarithms: "no log-softmax behind it",
    returns_all_moves: "return one row of scores",
}


def goes_one_by_one(free, given, scales):
    return moved(free, given, scales)


def weighs_all_at_once(free, given, scales):
    return (1 - np.sum(scales)) * free + np.dot(scales, given)


def sums_along_the_conditions(free, given, scales):
    return free + ((given - free) * np.reshape(scales, (-1, 1))).sum(axis=0)


RIGHT = [goes_one_by_one, weighs_all_at_once, sums_along_the_conditions]
