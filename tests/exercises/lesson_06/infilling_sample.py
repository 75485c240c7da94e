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
    return frame([*question, answer], [*said, [*sentinels, -1][len(spans)]])


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


def finds_spans_by_their_steps(tokens, spans, sentinels, paradigm, answer):
    hidden = np.zeros(len(tokens), int)
    for start, stop in spans:
        hidden[start:stop] = 1
    starts = np.flatnonzero(np.diff(hidden) > 0) + 1
    stops = np.flatnonzero(np.diff(hidden) < 0) + 1
    found = [[a, min([b for b in stops if b > a], default=len(tokens))] for a in starts]
    return goes_span_by_span(tokens, found, sentinels, paradigm, answer)


def includes_the_stop(tokens, spans, sentinels, paradigm, answer):
    longer = [[start, stop + 1] for start, stop in spans]
    return goes_span_by_span(tokens, longer, sentinels, paradigm, answer)


def asks_without_sentinels(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    said = [t for i, span in enumerate(hidden) for t in [sentinels[i], *span]]
    return frame([paradigm, *sum(seen, []), answer], said)


def drops_an_empty_part(tokens, spans, sentinels, paradigm, answer):
    seen, hidden = parts(tokens, spans)
    question = [paradigm, *seen[0]]
    for i, part in enumerate(seen[1:]):
        question += [sentinels[i], *part] if part else []
    return frame([*question, answer], [t for i, s in enumerate(hidden) for t in [sentinels[i], *s]])


def finds_tokens_by_their_value(tokens, spans, sentinels, paradigm, answer):
    gone = {token for start, stop in spans for token in tokens[start:stop].tolist()}
    places = np.flatnonzero([token in gone for token in tokens.tolist()])
    found = [
        [run[0], run[-1] + 1] for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    ]
    return goes_span_by_span(tokens, found, sentinels, paradigm, answer)


WRONG = {
    takes_one_sentinel_for_all: "each span needs its own sentinel",
    masks_every_token: "one sentinel stands for a whole span",
    answers_without_sentinels: "in the answer, too, each span follows",
    puts_sentinels_behind: "comes before its span, not after",
    closes_as_t5_does: "T5 ends an answer",
    answers_with_the_whole_piece: "the whole piece would be autoencoding",
    leaves_out_the_end: "also shows the tokens after the last span",
    forgets_to_shift: "the label under G is the first sentinel",
    reads_the_whole_answer: "nothing follows it",
    finds_spans_by_their_steps: "no step from seen to hidden",
    includes_the_stop: "the token at stop is seen again",
    asks_without_sentinels: "shows a sentinel in the place of each span",
    drops_an_empty_part: "the last span ends with the piece",
    finds_tokens_by_their_value: "all tokens are the same",
    cuts_while_it_counts: "spans are places in the whole piece",
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
