"""Exercise 6.1: a question and its answer as one row of tokens."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.vocabulary import IGNORE_INDEX


def prefix_lm_sample(
    tokens: np.ndarray, n_given: int, paradigm: int, answer: int
) -> tuple[np.ndarray, np.ndarray]:
    """P, the given tokens, G, the rest without its last token; only the rest has labels."""
    given, rest = tokens[:n_given], tokens[n_given:]
    input_ids = np.concatenate([[paradigm], given, [answer], rest[:-1]])
    label_ids = np.concatenate([np.full(n_given + 1, IGNORE_INDEX), rest])
    return input_ids, label_ids


def _a_piece(rng: np.random.Generator) -> Inputs:
    n_tokens = int(rng.integers(9, 14))
    paradigm, answer = rng.permutation(np.arange(100, 150))[:2].tolist()
    return {
        "tokens": rng.permutation(100)[:n_tokens],  # all different
        "n_given": int(rng.integers(2, n_tokens - 2)),
        "paradigm": paradigm,
        "answer": answer,
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    marks = {"paradigm": 121, "answer": 107}
    tokens = rng.permutation(100)[:9]
    return {
        "one token is given": marks | {"tokens": tokens, "n_given": 1},
        "all but one token are given": marks | {"tokens": tokens, "n_given": 8},
        "a piece of two tokens": marks | {"tokens": tokens[:2], "n_given": 1},
        "all tokens are the same": marks | {"tokens": np.full(6, 42), "n_given": 3},
        "tokens of eight bits": marks | {"tokens": tokens.astype(np.uint8), "n_given": 4},
        "marks with smaller ids than the codes": {
            "tokens": tokens + 50,
            "n_given": 4,
            "paradigm": 0,
            "answer": 1,
        },
    }


def _run(function: Callable, inputs: Inputs) -> Results:
    returned = function(**inputs)
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two arrays: input_ids, label_ids")
    input_ids, label_ids = returned
    return {"input_ids": input_ids, "label_ids": label_ids}


def _not_shifted(tokens, n_given, paradigm, answer):
    input_ids, label_ids = prefix_lm_sample(tokens, n_given, paradigm, answer)
    label_ids = input_ids.copy()
    label_ids[: n_given + 2] = IGNORE_INDEX
    return input_ids, label_ids


def _reads_its_last_token(tokens, n_given, paradigm, answer):
    input_ids, label_ids = prefix_lm_sample(tokens, n_given, paradigm, answer)
    return np.append(input_ids, tokens[-1]), np.append(label_ids, IGNORE_INDEX)


def _one_ignored_too_many(tokens, n_given, paradigm, answer):
    input_ids = prefix_lm_sample(tokens, n_given, paradigm, answer)[0]
    input_ids = np.append(input_ids, tokens[-1])
    return input_ids, np.append(np.full(n_given + 2, IGNORE_INDEX), tokens[n_given:])


def _learns_the_question(tokens, n_given, paradigm, answer):
    input_ids = prefix_lm_sample(tokens, n_given, paradigm, answer)[0]
    return input_ids, np.append(input_ids[1:], tokens[-1])


def _without_paradigm(tokens, n_given, paradigm, answer):
    return tuple(row[1:] for row in prefix_lm_sample(tokens, n_given, paradigm, answer))


def _without_answer_token(tokens, n_given, paradigm, answer):
    rows = prefix_lm_sample(tokens, n_given, paradigm, answer)
    return np.delete(rows[0], n_given + 1), np.delete(rows[1], 0)


def _ignores_with_zero(tokens, n_given, paradigm, answer):
    input_ids, label_ids = prefix_lm_sample(tokens, n_given, paradigm, answer)
    return input_ids, np.where(label_ids == IGNORE_INDEX, 0, label_ids)


def _marks_swapped(tokens, n_given, paradigm, answer):
    return prefix_lm_sample(tokens, n_given, answer, paradigm)


def _shifted_twice(tokens, n_given, paradigm, answer):
    input_ids, label_ids = prefix_lm_sample(tokens, n_given, paradigm, answer)
    label_ids[n_given + 1] = IGNORE_INDEX
    return input_ids, label_ids


EXERCISE = Exercise(
    id="6.1",
    title="A question and its answer",
    function="prefix_lm_sample",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_a_piece,
    edges=_edges,
    run=_run,
    reference=prefix_lm_sample,
    misconceptions={
        _not_shifted: "a label follows its input: the label under G is the answer's first token",
        _reads_its_last_token: "nothing follows the last token, so the model does not read it",
        _one_ignored_too_many: "the label under G is the answer's first token, not -100",
        _learns_the_question: "only the answer has labels: put -100 under everything before G",
        _without_paradigm: "the paradigm token comes first and names the question",
        _without_answer_token: "the answer token comes between the given tokens and the rest",
        _ignores_with_zero: "0 is a code like any other; the loss leaves out -100",
        _marks_swapped: "paradigm comes first, and answer where the answer starts",
        _shifted_twice: "G has a label, too: the first token of the answer",
    },
    forbidden=(
        "refimpl.objectives.SpecialTokens.ask",
        "refimpl.objectives.PrefixLanguageModeling.build",
    ),
)
