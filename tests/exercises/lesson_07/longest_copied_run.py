"""Answers to exercise 7.5, as learners give them."""

import numpy as np


def run_length(a, b):
    """How many tokens two sequences share from their beginnings on."""
    n = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        n += 1
    return n


def joins_the_training_tunes(tune, training):
    joined = np.concatenate(training)
    return max(
        run_length(tune[i:], joined[j:]) for i in range(len(tune)) for j in range(len(joined))
    )


def looks_in_one_tune(tune, training):
    other = training[0]
    return max(run_length(tune[i:], other[j:]) for i in range(len(tune)) for j in range(len(other)))


def compares_the_same_places(tune, training):
    longest = 0
    for other in training:
        n = min(len(tune), len(other))
        longest = max(longest, *(run_length(tune[i:n], other[i:n]) for i in range(n)))
    return longest


def compares_from_the_start(tune, training):
    return max(run_length(tune, other) for other in training)


def counts_known_tokens(tune, training):
    known = {int(token) for other in training for token in other}
    return sum(int(token) in known for token in tune)


def misses_a_run_at_the_end(tune, training):
    longest = 0
    for other in training:
        for shift in range(-len(tune), len(other)):
            run = 0
            for i, token in enumerate(tune):
                if 0 <= i + shift < len(other) and other[i + shift] == token:
                    run += 1
                else:
                    longest, run = max(longest, run), 0
    return longest


def is_one_too_few(tune, training):
    n = 1
    while any(
        tune[i : i + n].tolist() == other[j : j + n].tolist()
        for other in training
        for i in range(len(tune) - n + 1)
        for j in range(len(other) - n + 1)
    ):
        n += 1
    return n - 2


def has_no_answer_for_a_copy(tune, training):
    for n in range(1, len(tune) + 1):
        mine = {tuple(tune[i : i + n].tolist()) for i in range(len(tune) - n + 1)}
        theirs = {
            tuple(other[j : j + n].tolist())
            for other in training
            for j in range(len(other) - n + 1)
        }
        if not mine & theirs:
            return n - 1
    return None


def never_answers_zero(tune, training):
    n = 1
    while any(shares(tune, other, n + 1) for other in training):
        n += 1
    return n


def shares(tune, other, n):
    pieces = {tuple(other[j : j + n].tolist()) for j in range(len(other) - n + 1)}
    return any(tuple(tune[i : i + n].tolist()) in pieces for i in range(len(tune) - n + 1))


def joins_tokens_to_text(tune, training):
    def text(ids):
        return "".join(str(token) for token in ids)

    n = 0
    while any(
        text(tune[i : i + n + 1]) in text(other) for other in training for i in range(len(tune) - n)
    ):
        n += 1
    return n


def keeps_eight_bits_of_a_token(tune, training):
    tune = tune.astype(np.uint8).tobytes()
    training = [other.astype(np.uint8).tobytes() for other in training]
    n = 0
    while any(tune[i : i + n + 1] in other for other in training for i in range(len(tune) - n)):
        n += 1
    return n


WRONG = {
    joins_the_training_tunes: "not across two",
    looks_in_one_tune: "look in all training tunes",
    compares_the_same_places: "at another place",
    compares_from_the_start: "may begin anywhere",
    counts_known_tokens: "count an unbroken run",
    misses_a_run_at_the_end: "a run at its end",
    is_one_too_few: "one too few",
    has_no_answer_for_a_copy: "a tune can be a copy from end to end",
    never_answers_zero: "where no token is shared",
    joins_tokens_to_text: "compare whole tokens",
    keeps_eight_bits_of_a_token: "tokens up to 1,023",
}


def tries_longer_and_longer(tune, training):
    def grams(ids, n):
        return {tuple(ids[i : i + n].tolist()) for i in range(len(ids) - n + 1)}

    n = 0
    while any(grams(tune, n + 1) & grams(other, n + 1) for other in training):
        n += 1
    return n


def compares_all_pairs_of_places(tune, training):
    longest = 0
    for other in training:
        same = np.equal.outer(tune, other)
        for offset in range(-len(tune) + 1, len(other)):
            run = 0
            for hit in np.diagonal(same, offset):
                run = run + 1 if hit else 0
                longest = max(longest, run)
    return longest


ACCEPTED = {"longest = -1": "there is a training tune, and each gives a length of at least 0"}

RIGHT = [tries_longer_and_longer, compares_all_pairs_of_places]
