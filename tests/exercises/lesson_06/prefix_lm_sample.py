"""Answers to exercise 6.1, as learners give them."""

import numpy as np


def copies_the_inputs_as_labels(tokens, n_given, paradigm, answer):
    input_ids = [paradigm, *tokens[:n_given], answer, *tokens[n_given:-1]]
    return input_ids, [-100] * (n_given + 2) + input_ids[n_given + 2 :]


def reads_all_tokens(tokens, n_given, paradigm, answer):
    input_ids = [paradigm, *tokens[:n_given], answer, *tokens[n_given:]]
    return input_ids, [-100] * (n_given + 1) + list(tokens[n_given:]) + [-100]


def ignores_the_answer_token(tokens, n_given, paradigm, answer):
    input_ids = [paradigm, *tokens[:n_given], answer, *tokens[n_given:]]
    return input_ids, [-100] * (n_given + 2) + list(tokens[n_given:])


def trains_on_everything(tokens, n_given, paradigm, answer):
    row = [paradigm, *tokens[:n_given], answer, *tokens[n_given:]]
    return row[:-1], row[1:]


def forgets_the_paradigm(tokens, n_given, paradigm, answer):
    input_ids = [*tokens[:n_given], answer, *tokens[n_given:-1]]
    return input_ids, [-100] * n_given + list(tokens[n_given:])


def forgets_the_answer_token(tokens, n_given, paradigm, answer):
    input_ids = [paradigm, *tokens[:-1]]
    return input_ids, [-100] * n_given + list(tokens[n_given:])


def ignores_with_zeros(tokens, n_given, paradigm, answer):
    labels = np.zeros(len(tokens) + 1, int)
    labels[n_given + 1 :] = tokens[n_given:]
    return [paradigm, *tokens[:n_given], answer, *tokens[n_given:-1]], labels


def leaves_out_the_first_label(tokens, n_given, paradigm, answer):
    input_ids = [paradigm, *tokens[:n_given], answer, *tokens[n_given:-1]]
    return input_ids, [-100] * (n_given + 2) + list(tokens[n_given + 1 :])


WRONG = {
    copies_the_inputs_as_labels: "a label is what comes after its input",
    reads_all_tokens: "nothing is to be said after the last token",
    ignores_the_answer_token: "which is no -100",
    trains_on_everything: "only the answer is trained on",
    forgets_the_paradigm: "the paradigm token stands first",
    forgets_the_answer_token: "the answer token stands between",
    ignores_with_zeros: "0 is a code like any other",
    leaves_out_the_first_label: "under G, too",
}


def cuts_one_row_in_two(tokens, n_given, paradigm, answer):
    row = np.concatenate([[paradigm], tokens[:n_given], [answer], tokens[n_given:]])
    labels = row[1:].copy()
    labels[: n_given + 1] = -100
    return row[:-1], labels


def writes_lists(tokens, n_given, paradigm, answer):
    tokens = [int(token) for token in tokens]
    rest = tokens[n_given:]
    inputs = [paradigm] + tokens[:n_given] + [answer] + rest[: len(rest) - 1]
    return inputs, [-100 for _ in range(1 + n_given)] + rest


RIGHT = [cuts_one_row_in_two, writes_lists]
