"""Exercise 6.4: predict what share of the positions has a label."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs

_NAMES = (
    "next_token_prediction",
    "prefix_language_modeling",
    "copying",
    "infilling",
    "autoencoding",
)


def trained_share(objective: str, n_tokens: int, n_hidden: int, n_spans: int) -> float:
    """Labels over positions, from the length of the question and that of the answer alone."""
    if objective == "next_token_prediction":
        return 1.0
    n_question, n_answer = _lengths(objective, n_tokens, n_hidden, n_spans)
    return n_answer / (1 + n_question + n_answer)  # P, question, G, and all but one of the answer


def _lengths(objective: str, n_tokens: int, n_hidden: int, n_spans: int) -> tuple[int, int]:
    return {
        "prefix_language_modeling": (n_tokens - n_hidden, n_hidden),
        "copying": (n_tokens, n_tokens),
        "infilling": (n_tokens - n_hidden + n_spans, n_hidden + n_spans),
        "autoencoding": (n_tokens - n_hidden + n_spans, n_tokens),
    }[objective]


def _sizes(rng: np.random.Generator) -> Inputs:
    n_tokens = int(rng.integers(20, 90))
    n_hidden = int(rng.integers(6, n_tokens - 8))
    return {
        "n_tokens": n_tokens,
        "n_hidden": n_hidden,
        "n_spans": int(rng.integers(2, n_hidden // 2)),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    sizes = {
        "a piece of two tokens": (2, 1, 1),
        "one token is hidden": (40, 1, 1),
        "all but one token are hidden": (40, 39, 1),
        "every hidden token is one span": (40, 12, 12),
        "one span": (60, 20, 1),
        "a piece of many tokens": (10_000, 1_500, 500),
    }
    names = "n_tokens", "n_hidden", "n_spans"
    return {edge: dict(zip(names, numbers, strict=True)) for edge, numbers in sizes.items()}


def _all_cases(function, inputs: Inputs) -> dict:
    """Each objective at once, so that no trial leaves one out."""
    return {name: function(name, **inputs) for name in _NAMES}


def _of_the_tune(objective, n_tokens, n_hidden, n_spans):
    if objective == "next_token_prediction":
        return 1.0
    return _lengths(objective, n_tokens, n_hidden, n_spans)[1] / n_tokens


def _with(extra: int):
    """A wrong answer: so many positions more or fewer."""

    def answer(objective, n_tokens, n_hidden, n_spans):
        if objective == "next_token_prediction":
            return 1.0
        n_question, n_answer = _lengths(objective, n_tokens, n_hidden, n_spans)
        return n_answer / (1 + n_question + n_answer + extra)

    return answer


def _without_sentinels(objective, n_tokens, n_hidden, n_spans):
    return trained_share(objective, n_tokens, n_hidden, 0)


def _silent_sentinels(objective, n_tokens, n_hidden, n_spans):
    if objective != "infilling":
        return trained_share(objective, n_tokens, n_hidden, n_spans)
    return n_hidden / (1 + n_tokens + 2 * n_spans)


def _one_never_trained(objective, n_tokens, n_hidden, n_spans):
    if objective == "next_token_prediction":
        return (n_tokens - 1) / n_tokens
    return trained_share(objective, n_tokens, n_hidden, n_spans)


def _the_prefix_is_hidden(objective, n_tokens, n_hidden, n_spans):
    if objective == "prefix_language_modeling":
        return (n_tokens - n_hidden) / (1 + n_tokens)
    return trained_share(objective, n_tokens, n_hidden, n_spans)


_no_marks, _full_answer = _with(-1), _with(1)


def _leaving_out(sentinels_of_answer: int, sentinels_of_question: int):
    """A wrong answer: without the sentinels of the answer, or of the question."""

    def answer(objective, n_tokens, n_hidden, n_spans):
        if objective == "next_token_prediction":
            return 1.0
        n_question, n_answer = _lengths(objective, n_tokens, n_hidden, n_spans)
        n_answer -= sentinels_of_answer * n_spans * (objective == "infilling")
        n_question -= sentinels_of_question * n_spans * (objective in ("infilling", "autoencoding"))
        return n_answer / (1 + n_question + n_answer)

    return answer


_answer_without_sentinels = _leaving_out(1, 0)
_question_without_sentinels = _leaving_out(0, 1)


def _autoencoding_says_the_spans(objective, n_tokens, n_hidden, n_spans):
    same = "infilling" if objective == "autoencoding" else objective
    return trained_share(same, n_tokens, n_hidden, n_spans)


EXERCISE = Exercise(
    id="6.4",
    title="Predict how much has a label",
    function="trained_share",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_sizes,
    edges=_edges,
    run=_all_cases,
    reference=trained_share,
    misconceptions={
        _of_the_tune: "divide by the positions of the sample, not by the tokens of the piece",
        _no_marks: "P and G each take a position",
        _full_answer: "the model does not read the answer's last token, so it takes no position",
        _without_sentinels: "each span puts a sentinel into the question, infilling's answer too",
        _silent_sentinels: "the model must say infilling's sentinels, too, so they have labels",
        _one_never_trained: "next-token prediction reads n - 1 tokens, each with a label",
        _the_prefix_is_hidden: "n_hidden counts the tokens of the answer, not those of the prefix",
        _answer_without_sentinels: "infilling's answer has a sentinel before each span",
        _question_without_sentinels: "the question holds a sentinel for each span",
        _autoencoding_says_the_spans: "the answer of autoencoding is the whole piece, seen or not",
    },
)
