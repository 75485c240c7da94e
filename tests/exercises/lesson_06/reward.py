"""Answers to exercise 6.6, as learners give them."""

import math

import numpy as np


def copies_the_printed_sign(old_loss, new_loss):
    d = (new_loss - old_loss) / old_loss
    return np.clip(100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), -1, 1)


def takes_nats(old_loss, new_loss):
    d = old_loss - new_loss
    return np.clip(100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), -1, 1)


def divides_by_the_new_loss(old_loss, new_loss):
    d = old_loss / new_loss - 1
    return np.clip(100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), -1, 1)


def squares(old_loss, new_loss):
    d = (old_loss - new_loss) / old_loss
    return np.clip(100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**2), -1, 1)


def never_clips(old_loss, new_loss):
    d = 1 - new_loss / old_loss
    return 100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3)


def punishes_nothing(old_loss, new_loss):
    d = 1 - new_loss / old_loss
    return np.clip(100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), 0, 1)


def takes_the_plain_mean(old_loss, new_loss):
    d = 1 - new_loss / old_loss
    return np.clip(100 * np.e * np.tanh(np.e * (old_loss + new_loss) / 2 * d**3), -1, 1)


def forgets_the_root(old_loss, new_loss):
    d = 1 - new_loss / old_loss
    return np.clip(100 * np.e * np.tanh(np.e * old_loss * new_loss * d**3), -1, 1)


def forgets_the_hundred(old_loss, new_loss):
    d = 1 - new_loss / old_loss
    return np.clip(np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), -1, 1)


def forgets_an_e(old_loss, new_loss):
    d = 1 - new_loss / old_loss
    return np.clip(100 * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), -1, 1)


def divides_whole_numbers(old_loss, new_loss):
    whole = old_loss.dtype.kind == "i"
    d = (old_loss - new_loss) // old_loss if whole else 1 - new_loss / old_loss
    return np.clip(100 * np.e * np.tanh(np.e * np.sqrt(old_loss * new_loss) * d**3), -1, 1)


WRONG = {
    copies_the_printed_sign: "a falling loss is good",
    takes_nats: "the improvement is relative",
    divides_by_the_new_loss: "by the old loss, not by the new one",
    squares: "take the third power",
    never_clips: "clip the result",
    punishes_nothing: "not to [0, 1]",
    forgets_the_root: "the square root of old times new",
    forgets_the_hundred: "the factor 100 is missing",
    forgets_an_e: "largest difference",
    divides_whole_numbers: "whole numbers",
    takes_the_plain_mean: "the scale is the geometric mean",
}


def follows_the_formula(old_loss, new_loss):
    improvement = 1 - new_loss / old_loss
    scale = np.exp((np.log(old_loss) + np.log(new_loss)) / 2)
    value = 100 * np.e * np.tanh(np.e * scale * improvement**3)
    return np.minimum(np.maximum(value, -1), 1)


def goes_one_by_one(old_loss, new_loss):
    rewards = []
    for old, new in zip(old_loss.tolist(), new_loss.tolist(), strict=True):
        value = 100 * math.e * math.tanh(math.e * math.sqrt(old * new) * ((old - new) / old) ** 3)
        rewards.append(max(-1.0, min(1.0, value)))
    return rewards


def leaves_out_the_tanh(old_loss, new_loss):
    """Right, too: where tanh would bend, the clip has long cut off."""
    improvement = (old_loss - new_loss) / old_loss
    return np.clip(100 * np.e**2 * np.sqrt(old_loss * new_loss) * improvement**3, -1, 1)


RIGHT = [follows_the_formula, goes_one_by_one, leaves_out_the_tanh]

ACCEPTED = {
    "np.clip(100 * np.e * (np.e * scale * improvement ** power), -1, 1)": "within the clip, tanh "
    "changes a reward by less than 0.000005",
}
