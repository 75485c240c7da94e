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


def counts_from_the_end(tokens, n_given, paradigm, answer):
    n_rest = len(tokens) - n_given
    inputs = [paradigm, *tokens[:n_given], answer, *tokens[n_given:][: -max(n_rest - 1, 1)]]
    inputs = inputs[: n_given + 2] + list(tokens[n_given : -1 if n_rest > 1 else None])
    return inputs, [-100] * (n_given + 1) + list(tokens[n_given:])


def keeps_the_type_of_the_tokens(tokens, n_given, paradigm, answer):
    labels = np.full(len(tokens) + 1, 156 if tokens.dtype == np.uint8 else -100)
    labels[n_given + 1 :] = tokens[n_given:]
    return [paradigm, *tokens[:n_given], answer, *tokens[n_given:-1]], labels


def swaps_the_marks(tokens, n_given, paradigm, answer):
    return cuts_one_row_in_two(tokens, n_given, answer, paradigm)


def finds_the_last_token_by_value(tokens, n_given, paradigm, answer):
    rest = [token for token in tokens[n_given:] if token != tokens[-1]]
    inputs = [paradigm, *tokens[:n_given], answer, *rest]
    return inputs, [-100] * (n_given + 1) + list(tokens[n_given:])


WRONG = {
    copies_the_inputs_as_labels: "a label follows its input",
    reads_all_tokens: "nothing follows the last token",
    ignores_the_answer_token: "first token, not -100",
    trains_on_everything: "only the answer has labels",
    forgets_the_paradigm: "the paradigm token comes first",
    forgets_the_answer_token: "the answer token comes between",
    ignores_with_zeros: "0 is a code like any other",
    counts_from_the_end: "all but one token are given",
    keeps_the_type_of_the_tokens: "tokens of eight bits",
    swaps_the_marks: "paradigm comes first, and answer",
    finds_the_last_token_by_value: "all tokens are the same",
    leaves_out_the_first_label: "G has a label, too",
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
