"""Answers to exercise 6.2, as learners give them."""

import numpy as np


def frame(question, answer):
    question, answer = list(question), list(answer)
    return question + answer[:-1], [-100] * (len(question) - 1) + answer


def parts(tokens, spans):
    """What is seen before each span and after the last, and the spans."""
    starts, stops = [0, *(stop for _, stop in spans)], [*(start for start, _ in spans), len(tokens)]
    seen = [list(tokens[a:b]) for a, b in zip(starts, stops, strict=True)]
    return seen, [list(tokens[start:stop]) for start, stop in spans]


def takes_one_sentinel_for_all(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question = [paradigm, *seen[0]]
    for part in seen[1:]:
        question += [sentinels[0], *part]
    return frame([*question, answer], [t for span in hidden for t in [sentinels[0], *span]])


def masks_every_token(tokens, spans, sentinels, paradigm, answer):
    masked, said = list(tokens), []
    for i, (start, stop) in enumerate(spans):
        said += [sentinels[i], *tokens[start:stop]]
        for j in range(start, stop):
            masked[j] = sentinels[i]
    return frame([paradigm, *masked, answer], said)


def answers_without_sentinels(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question = [paradigm, *seen[0]]
    for i, part in enumerate(seen[1:]):
        question += [sentinels[i], *part]
    return frame([*question, answer], sum(hidden, []))


def puts_sentinels_behind(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question, said = [paradigm, *seen[0]], []
    for i, part in enumerate(seen[1:]):
        question += [sentinels[i], *part]
        said += [*hidden[i], sentinels[i]]
    return frame([*question, answer], said)


def closes_as_t5_does(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question, said = [paradigm, *seen[0]], []
    for i, part in enumerate(seen[1:]):
        question += [sentinels[i], *part]
        said += [sentinels[i], *hidden[i]]
    return frame([*question, answer], [*said, sentinels[len(spans)]])


def answers_with_the_whole_piece(tokens, spans, sentinels, paradigm, answer):
    seen, _ = parts(tokens, spans)
    question = [paradigm, *seen[0]]
    for i, part in enumerate(seen[1:]):
        question += [sentinels[i], *part]
    return frame([*question, answer], tokens)


def leaves_out_the_end(tokens, spans, sentinels, paradigm, answer):
    question, said, at = [paradigm], [], 0
    for i, (start, stop) in enumerate(spans):
        question += [*tokens[at:start], sentinels[i]]
        said += [sentinels[i], *tokens[start:stop]]
        at = stop
    return frame([*question, answer], said)


def forgets_to_shift(tokens, spans, sentinels, paradigm, answer):
    inputs, labels = goes_span_by_span(tokens, spans, sentinels, paradigm, answer)
    first = inputs.index(answer) + 1
    return inputs, [-100] * first + inputs[first:]


def reads_the_whole_answer(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question, said = [paradigm, *seen[0]], []
    for i, part in enumerate(seen[1:]):
        question += [sentinels[i], *part]
        said += [sentinels[i], *hidden[i]]
    return [*question, answer, *said], [-100] * len(question) + said


def cuts_while_it_counts(tokens, spans, sentinels, paradigm, answer):
    left, said = list(tokens), []
    for i, (start, stop) in enumerate(spans):
        said += [sentinels[i]] + left[start:stop]
        left = left[:start] + [sentinels[i]] + left[stop:]
    return frame([paradigm, *left, answer], said)


WRONG = {
    takes_one_sentinel_for_all: "each span has a sentinel of its own",
    masks_every_token: "one sentinel stands for a whole span",
    answers_without_sentinels: "in the answer, too",
    puts_sentinels_behind: "stands before its span, not after",
    closes_as_t5_does: "T5 closes an answer",
    answers_with_the_whole_piece: "all of T would be autoencoding",
    leaves_out_the_end: "what comes after the last span is seen",
    forgets_to_shift: "under G stands the first sentinel",
    reads_the_whole_answer: "and is not read",
    cuts_while_it_counts: "spans count in the whole piece",
}


def goes_span_by_span(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question, said = [paradigm, *seen[0]], []
    for i, span in enumerate(hidden):
        question += [sentinels[i], *seen[i + 1]]
        said += [sentinels[i], *span]
    return frame([*question, answer], said)


def edits_arrays_from_the_right(tokens, spans, sentinels, paradigm, answer):
    question, said = np.array(tokens), np.array([], int)
    for i in reversed(range(len(spans))):
        start, stop = spans[i]
        said = np.concatenate([[sentinels[i]], tokens[start:stop], said])
        question = np.concatenate([question[:start], [sentinels[i]], question[stop:]])
    row = np.concatenate([[paradigm], question, [answer], said])
    labels = np.append(row[1:], 0)
    labels[: len(question) + 1] = -100
    return row[:-1], labels[:-1]


RIGHT = [goes_span_by_span, edits_arrays_from_the_right]
