"""Exercise 6.2: cut spans out of a piece, and ask for them."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results
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
    """Put a question that ends with the answer token, and its answer, into one row."""
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    tokens = rng.permutation(100)[:12]
    common = {"tokens": tokens, "sentinels": [111, 105, 130, 102], "paradigm": 150, "answer": 141}
    spans = {
        "the first span begins at 0": [[0, 3], [5, 8]],
        "the last span ends with the piece": [[2, 4], [9, 12]],
        "spans at both ends": [[0, 2], [10, 12]],
        "one span": [[4, 7]],
        "spans of one token": [[1, 2], [3, 4], [11, 12]],
        "one token seen between two spans": [[2, 5], [6, 9]],
        "the whole piece is cut out": [[0, 12]],
        "as many spans as sentinels": [[0, 1], [3, 5], [6, 7], [9, 12]],
    }
    edges = {edge: common | {"spans": places} for edge, places in spans.items()}
    alike = np.full(12, 42)
    edges["all tokens are the same"] = common | {"tokens": alike, "spans": [[2, 4], [7, 9]]}
    narrow = tokens.astype(np.uint8)
    return edges | {"tokens of eight bits": common | {"tokens": narrow, "spans": [[3, 6]]}}


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
    return np.append(input_ids, last), np.append(label_ids, [*sentinels, -1][len(spans)])


def _spans_by_steps(tokens, spans, sentinels, paradigm, answer):
    """Find where hidden begins and ends by np.diff, which misses both ends of the piece."""
    hidden = np.zeros(len(tokens), int)
    for start, stop in spans:
        hidden[start:stop] = 1
    steps = np.diff(hidden)
    starts, stops = np.flatnonzero(steps == 1) + 1, np.flatnonzero(steps == -1) + 1
    found = [[a, stops[stops > a].min(initial=len(tokens))] for a in starts]
    return infilling_sample(tokens, found, sentinels, paradigm, answer)


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
    title="Cut out spans and ask for them",
    function="infilling_sample",
    points=6,
    minutes=15,
    difficulty=3,
    inputs=_a_piece,
    edges=_edges,
    run=_run,
    reference=infilling_sample,
    misconceptions={
        _one_for_all: "each span needs its own sentinel, or nothing would tell them apart",
        _one_for_each_token: "one sentinel stands for a whole span, however long it was",
        _no_marks_in_the_answer: "in the answer, too, each span follows its sentinel",
        _no_marks_in_the_question: "the question shows a sentinel in the place of each span",
        _marks_after_spans: "in the answer a sentinel comes before its span, not after it",
        _closing_sentinel: "T5 ends an answer with one more sentinel; ours ends with the span",
        _stop_included: "a span is tokens[start:stop]: the token at stop is seen again",
        _says_the_whole: "the answer holds the spans; the whole piece would be autoencoding",
        _not_shifted: "a label follows its input: the label under G is the first sentinel",
        _ends_at_the_last_span: "the question also shows the tokens after the last span",
        _reads_all_of_the_answer: "the answer's last token is not read: nothing follows it",
        _spans_by_steps: "a span at 0 has no step from seen to hidden: take each span from `spans`",
        _cut_in_place: "spans are places in the whole piece; after a cut, later tokens have moved",
    },
    forbidden=(
        "refimpl.objectives.SpecialTokens.ask",
        "refimpl.objectives.Infilling.build",
        "refimpl.objectives.spans.visible_parts",
        "refimpl.objectives.spans.join_with_sentinels",
        "refimpl.objectives.spans.with_sentinels",
    ),
)
