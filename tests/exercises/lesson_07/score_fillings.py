"""Answers to exercise 7.4, as learners give them."""

import numpy as np


def sums_over_the_whole_tune(log_probabilities, before, fillings, behind):
    return [log_probabilities(np.concatenate([before, f, behind])).sum() for f in fillings]


def scores_the_filling_itself(log_probabilities, before, fillings, behind):
    scores = []
    for filling in fillings:
        scores.append(log_probabilities(np.append(before, filling))[len(before) :].sum())
    return scores


def counts_the_filling_too(log_probabilities, before, fillings, behind):
    scores = []
    for filling in fillings:
        whole = np.concatenate([before, filling, behind])
        scores.append(log_probabilities(whole)[len(before) :].sum())
    return scores


def is_off_by_one(log_probabilities, before, fillings, behind):
    start = len(before) + len(fillings[0]) - 1
    scores = []
    for filling in fillings:
        whole = np.concatenate([before, filling, behind])
        scores.append(log_probabilities(whole)[start:-1].sum())
    return scores


def looks_at_the_join_only(log_probabilities, before, fillings, behind):
    start = len(before) + len(fillings[0])
    wholes = [np.concatenate([before, filling, behind]) for filling in fillings]
    return [log_probabilities(whole)[start] for whole in wholes]


def takes_the_mean(log_probabilities, before, fillings, behind):
    wholes = [np.concatenate([before, filling, behind]) for filling in fillings]
    return [log_probabilities(whole)[-len(behind) :].mean() for whole in wholes]


def gives_a_loss(log_probabilities, before, fillings, behind):
    wholes = [np.concatenate([before, filling, behind]) for filling in fillings]
    return [-log_probabilities(whole)[-len(behind) :].sum() for whole in wholes]


def forgets_what_stands_before(log_probabilities, before, fillings, behind):
    wholes = [np.append(filling, behind) for filling in fillings]
    return [log_probabilities(whole)[-len(behind) :].sum() for whole in wholes]


def goes_wrong_with_one_filling(log_probabilities, before, fillings, behind):
    scores = one_row_at_a_time(log_probabilities, before, fillings, behind)
    return np.squeeze(scores)


def expects_a_gap_of_three(log_probabilities, before, fillings, behind):
    start = len(before) + 3
    wholes = [np.concatenate([before, filling, behind]) for filling in fillings]
    return [log_probabilities(whole)[start:].sum() for whole in wholes]


WRONG = {
    sums_over_the_whole_tune: "not over the whole tune",
    scores_the_filling_itself: "that is how likely the filling is",
    counts_the_filling_too: "leave the filling out of the sum",
    is_off_by_one: "entry i belongs to token i itself",
    looks_at_the_join_only: "sum over all tokens behind the gap",
    takes_the_mean: "the sum, not the mean",
    gives_a_loss: "no minus",
    forgets_what_stands_before: "has to read the tokens before",
    goes_wrong_with_one_filling: "one filling",
    expects_a_gap_of_three: "a gap of one token",
}


def one_row_at_a_time(log_probabilities, before, fillings, behind):
    start = len(before) + fillings.shape[1]
    wholes = [[*before, *filling, *behind] for filling in fillings]
    return [sum(log_probabilities(np.array(whole))[start:]) for whole in wholes]


def all_minus_the_first_part(log_probabilities, before, fillings, behind):
    scores = np.empty(len(fillings))
    for i, filling in enumerate(fillings):
        first = np.append(before, filling)
        whole = np.append(first, behind)
        scores[i] = log_probabilities(whole).sum() - log_probabilities(first).sum()
    return scores


RIGHT = [one_row_at_a_time, all_minus_the_first_part]
