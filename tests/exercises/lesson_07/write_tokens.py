"""Answers to exercise 7.3, as learners give them."""

import numpy as np


def draw(probabilities, uniform):
    return int(np.searchsorted(np.cumsum(probabilities), uniform, side="right"))


def returns_the_prompt_too(next_probabilities, prompt, end, uniforms):
    ids = list(prompt)
    for uniform in uniforms:
        token = draw(next_probabilities(np.array(ids)), uniform)
        if token == end:
            break
        ids.append(token)
    return ids


def keeps_the_end(next_probabilities, prompt, end, uniforms):
    ids = list(prompt)
    for uniform in uniforms:
        ids.append(draw(next_probabilities(np.array(ids)), uniform))
        if ids[-1] == end:
            break
    return ids[len(prompt) :]


def writes_past_the_end(next_probabilities, prompt, end, uniforms):
    ids = list(prompt)
    for uniform in uniforms:
        ids.append(draw(next_probabilities(np.array(ids)), uniform))
    return ids[len(prompt) :]


def takes_the_likeliest(next_probabilities, prompt, end, uniforms):
    ids = list(prompt)
    for _ in uniforms:
        token = int(next_probabilities(np.array(ids)).argmax())
        if token == end:
            break
        ids.append(token)
    return ids[len(prompt) :]


def shows_the_last_token_only(next_probabilities, prompt, end, uniforms):
    written, last = [], prompt[-1]
    for uniform in uniforms:
        last = draw(next_probabilities(np.array([last])), uniform)
        if last == end:
            break
        written.append(last)
    return written


def never_appends(next_probabilities, prompt, end, uniforms):
    written = []
    for uniform in uniforms:
        token = draw(next_probabilities(prompt), uniform)
        if token == end:
            break
        written.append(token)
    return written


def begins_without_the_prompt(next_probabilities, prompt, end, uniforms):
    written = []
    for uniform in uniforms:
        token = draw(next_probabilities(np.array(written, dtype=int)), uniform)
        if token == end:
            break
        written.append(token)
    return written


def skips_the_end_token(next_probabilities, prompt, end, uniforms):
    written = []
    for uniform in uniforms:
        token = draw(next_probabilities(np.append(prompt, written).astype(int)), uniform)
        if token != end:
            written.append(token)
    return written


def stops_at_an_end_in_the_prompt(next_probabilities, prompt, end, uniforms):
    ids = list(prompt)
    for uniform in uniforms:
        if end in ids:
            break
        ids.append(draw(next_probabilities(np.array(ids)), uniform))
    return [token for token in ids[len(prompt) :] if token != end]


def counts_the_boundary_in(next_probabilities, prompt, end, uniforms):
    written = []
    for uniform in uniforms:
        so_far = np.append(prompt, written).astype(int)
        token = int(np.searchsorted(np.cumsum(next_probabilities(so_far)), uniform))
        if token == end:
            break
        written.append(token)
    return written


def draws_with_the_first_number(next_probabilities, prompt, end, uniforms):
    written = []
    for _ in uniforms:
        so_far = np.append(prompt, written).astype(int)
        token = draw(next_probabilities(so_far), uniforms[0])
        if token == end:
            break
        written.append(token)
    return written


def needs_one_number_at_least(next_probabilities, prompt, end, uniforms):
    ids, i = list(prompt), 0
    while True:
        token = draw(next_probabilities(np.array(ids)), uniforms[i])
        if token == end:
            break
        ids.append(token)
        i += 1
        if i == len(uniforms):
            break
    return ids[len(prompt) :]


WRONG = {
    returns_the_prompt_too: "that were written, without the prompt",
    keeps_the_end: "not one of the tokens to return",
    writes_past_the_end: "stop when the end token is drawn",
    takes_the_likeliest: "let the number choose",
    shows_the_last_token_only: "not the last token alone",
    never_appends: "has to read the tokens that were written",
    begins_without_the_prompt: "the prompt before the tokens",
    skips_the_end_token: "write nothing more",
    stops_at_an_end_in_the_prompt: "an end token in the prompt ends nothing",
    counts_the_boundary_in: "not on it",
    draws_with_the_first_number: "until the end:\nexpected",
    needs_one_number_at_least: "no numbers",
}


def grows_one_array(next_probabilities, prompt, end, uniforms):
    ids = prompt.copy()
    for uniform in uniforms:
        token = draw(next_probabilities(ids), uniform)
        if token == end:
            return ids[len(prompt) :]
        ids = np.append(ids, token)
    return ids[len(prompt) :]


def calls_itself(next_probabilities, prompt, end, uniforms):
    if not len(uniforms):
        return []
    token = 0
    total = next_probabilities(prompt)[0]
    while total <= uniforms[0]:
        token += 1
        total += next_probabilities(prompt)[token]
    if token == end:
        return []
    rest = calls_itself(next_probabilities, np.append(prompt, token), end, uniforms[1:])
    return [token, *rest]


RIGHT = [grows_one_array, calls_itself]
