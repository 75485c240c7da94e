"""Exercise 6.2: cut spans out of a piece, and ask what they were."""

from collections.abc import Callable

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.vocabulary import IGNORE_INDEX


def infilling_sample(
    tokens: np.ndarray, spans: list, sentinels: list, paradigm: int, answer: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sentinels stand for the spans in the question, and before each span in the answer."""
    question, hidden, at = [paradigm], [], 0
    for sentinel, (start, stop) in zip(sentinels, spans, strict=False):
        question += [*tokens[at:start], sentinel]
        hidden += [sentinel, *tokens[start:stop]]
        at = stop
    question += [*tokens[at:], answer]
    return _framed(question, hidden)


def _framed(question: list, hidden: list) -> tuple[np.ndarray, np.ndarray]:
    """A question that ends with the answer token, and what is to be said after it."""
    label_ids = [IGNORE_INDEX] * (len(question) - 1) + hidden
    return np.array([*question, *hidden[:-1]]), np.array(label_ids)


def _a_piece(rng: np.random.Generator) -> Inputs:
    lengths = rng.integers(2, 5, size=7)  # seen, cut out, seen, … of at least two tokens each
    ends = np.cumsum(lengths).tolist()
    spans = [[ends[i], ends[i + 1]] for i in (0, 2, 4)]
    sentinels = rng.permutation(np.arange(100, 140))[:5].tolist()  # more than it takes
    paradigm, answer = rng.permutation(np.arange(140, 180))[:2].tolist()
    return {
        "tokens": rng.permutation(100)[: ends[-1]],
        "spans": spans,
        "sentinels": sentinels,
        "paradigm": paradigm,
        "answer": answer,
    }


def _run(function: Callable, inputs: Inputs) -> Results:
    returned = function(**inputs)
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two arrays: input_ids, label_ids")
    input_ids, label_ids = returned
    return {"input_ids": input_ids, "label_ids": label_ids}


def _one_for_all(tokens, spans, sentinels, paradigm, answer):
    return infilling_sample(tokens, spans, sentinels[:1] * len(spans), paradigm, answer)


def _one_for_each_token(tokens, spans, sentinels, paradigm, answer):
    question, hidden, at = [paradigm], [], 0
    for sentinel, (start, stop) in zip(sentinels, spans, strict=False):
        question += [*tokens[at:start], *[sentinel] * (stop - start)]
        hidden += [sentinel, *tokens[start:stop]]
        at = stop
    return _framed([*question, *tokens[at:], answer], hidden)


def _no_marks_in_the_answer(tokens, spans, sentinels, paradigm, answer):
    rows = infilling_sample(tokens, spans, sentinels, paradigm, answer)
    question = rows[0][: np.flatnonzero(rows[0] == answer)[0] + 1].tolist()
    return _framed(question, [t for start, stop in spans for t in tokens[start:stop]])


def _no_marks_in_the_question(tokens, spans, sentinels, paradigm, answer):
    hidden = [np.insert(tokens[a:b], 0, s) for s, (a, b) in zip(sentinels, spans, strict=False)]
    seen = np.ones(len(tokens), bool)
    for start, stop in spans:
        seen[start:stop] = False
    return _framed([paradigm, *tokens[seen], answer], np.concatenate(hidden).tolist())


def _marks_after_spans(tokens, spans, sentinels, paradigm, answer):
    rows = infilling_sample(tokens, spans, sentinels, paradigm, answer)
    question = rows[0][: np.flatnonzero(rows[0] == answer)[0] + 1].tolist()
    hidden = [[*tokens[a:b], s] for s, (a, b) in zip(sentinels, spans, strict=False)]
    return _framed(question, sum(hidden, []))


def _closing_sentinel(tokens, spans, sentinels, paradigm, answer):
    input_ids, label_ids = infilling_sample(tokens, spans, sentinels, paradigm, answer)
    last = tokens[spans[-1][1] - 1]
    return np.append(input_ids, last), np.append(label_ids, sentinels[len(spans)])


def _stop_included(tokens, spans, sentinels, paradigm, answer):
    longer = [[start, stop + 1] for start, stop in spans]
    return infilling_sample(tokens, longer, sentinels, paradigm, answer)


def _says_the_whole(tokens, spans, sentinels, paradigm, answer):
    rows = infilling_sample(tokens, spans, sentinels, paradigm, answer)
    question = rows[0][: np.flatnonzero(rows[0] == answer)[0] + 1].tolist()
    return _framed(question, list(tokens))


def _not_shifted(tokens, spans, sentinels, paradigm, answer):
    input_ids, label_ids = infilling_sample(tokens, spans, sentinels, paradigm, answer)
    n_question = np.flatnonzero(input_ids == answer)[0] + 1
    return input_ids, np.where(np.arange(len(input_ids)) < n_question, IGNORE_INDEX, input_ids)


def _ends_at_the_last_span(tokens, spans, sentinels, paradigm, answer):
    return infilling_sample(tokens[: spans[-1][1]], spans, sentinels, paradigm, answer)


def _reads_all_of_the_answer(tokens, spans, sentinels, paradigm, answer):
    input_ids, label_ids = infilling_sample(tokens, spans, sentinels, paradigm, answer)
    return np.append(input_ids, label_ids[-1]), label_ids


def _cut_in_place(tokens, spans, sentinels, paradigm, answer):
    left, hidden = list(tokens), []
    for sentinel, (start, stop) in zip(sentinels, spans, strict=False):
        hidden += [sentinel, *left[start:stop]]
        left[start:stop] = [sentinel]  # from here on, all places have moved
    return _framed([paradigm, *left, answer], hidden)


EXERCISE = Exercise(
    id="6.2",
    title="Cut out, and ask what it was",
    function="infilling_sample",
    points=6,
    minutes=15,
    difficulty=3,
    inputs=_a_piece,
    run=_run,
    reference=infilling_sample,
    misconceptions={
        _one_for_all: "each span has a sentinel of its own, or nothing tells them apart",
        _one_for_each_token: "one sentinel stands for a whole span, however long it was",
        _no_marks_in_the_answer: "in the answer, too, a span's sentinel stands before its tokens",
        _no_marks_in_the_question: "where a span was cut out, the question shows its sentinel",
        _marks_after_spans: "in the answer a sentinel stands before its span, not after it",
        _closing_sentinel: "T5 closes an answer with one more sentinel; here it ends with the span",
        _stop_included: "a span goes from start up to stop, which is seen again",
        _says_the_whole: "the answer holds what was cut out; all of T would be autoencoding",
        _not_shifted: "a label is what comes after its input: under G stands the first sentinel",
        _ends_at_the_last_span: "what comes after the last span is seen, too",
        _reads_all_of_the_answer: "the answer's last token has a label, and is not read",
        _cut_in_place: "spans count in the whole piece; after a cut all that follows has moved",
    },
    forbidden=(
        "refimpl.objectives.SpecialTokens.ask",
        "refimpl.objectives.Infilling.build",
        "refimpl.objectives.spans.visible_parts",
        "refimpl.objectives.spans.join_with_sentinels",
        "refimpl.objectives.spans.with_sentinels",
    ),
)
