"""Undoing what an objective did, written from the objectives' descriptions, not from their code."""

import numpy as np

from refimpl.vocabulary import IGNORE_INDEX, Vocabulary

VOCABULARY = Vocabulary(1024)
FIRST_SENTINEL, LAST_SENTINEL = VOCABULARY.sentinels[0], VOCABULARY.sentinels[-1]


def is_sentinel(ids):
    return (np.asarray(ids) >= FIRST_SENTINEL) & (np.asarray(ids) <= LAST_SENTINEL)


def split_at_sentinels(ids):
    """[before the first, (sentinel, what follows it), …]"""
    places = np.flatnonzero(is_sentinel(ids)).tolist()
    stops = [*places[1:], len(ids)]
    marked = [(int(ids[a]), list(ids[a + 1 : b])) for a, b in zip(places, stops, strict=True)]
    return list(ids[: places[0]] if places else ids), marked


def question_and_answer(sample, special):
    """Take the frame off a sample, checking it on the way."""
    ids, labels, n = sample[:3]
    assert ids.shape == labels.shape
    if n == 0:
        return np.array([], dtype=np.int64), labels
    assert ids[0] == special.paradigm
    assert ids[n - 1] == special.answer
    assert (labels[: n - 1] == IGNORE_INDEX).all()
    answer = labels[n - 1 :]
    assert np.array_equal(ids[n:], answer[:-1])  # teacher forcing
    assert (answer != IGNORE_INDEX).all()
    return ids[1 : n - 1], answer


def undo_next_token_prediction(sample, special):
    ids, labels, n = sample[:3]
    assert n == 0
    if labels[-1] == IGNORE_INDEX:
        assert len(ids) == 1
        return ids
    assert np.array_equal(ids[1:], labels[:-1])
    return np.concatenate([ids[:1], labels])


def undo_prefix(sample, special):
    question, answer = question_and_answer(sample, special)
    assert len(question) and len(answer)
    return np.concatenate([question, answer])


def undo_from_answer(sample, special):
    return question_and_answer(sample, special)[1]


def undo_infilling(sample, special):
    question, answer = question_and_answer(sample, special)
    out, rest = split_at_sentinels(question)
    nothing, spans = split_at_sentinels(answer)
    assert nothing == []
    assert [mark for mark, _ in rest] == [mark for mark, _ in spans]
    assert [mark for mark, _ in spans] == list(special.sentinels[: len(spans)])
    for (_, visible), (_, span) in zip(rest, spans, strict=True):
        assert span
        out += span + visible
    return np.array(out)


def undo_selective_copying(sample, special):
    """The context, after checking that each answer stands in it where the query says."""
    question, answer = question_and_answer(sample, special)
    nothing, answers = split_at_sentinels(answer)
    assert nothing == []
    before, marked = split_at_sentinels(question)
    n = len(answers)
    context = np.array(before if before else marked[-1][1])
    queries = marked[: 2 * n]
    assert len(marked) == 2 * n + (0 if before else 1)
    for i, (mark, span) in enumerate(answers):
        assert span
        (first, left), (second, right) = queries[2 * i : 2 * i + 2]
        assert mark == first == second == special.sentinels[i]
        wanted = left + span + right
        windows = np.lib.stride_tricks.sliding_window_view(context, len(wanted))
        assert (windows == wanted).all(axis=1).any()
    return context


UNDO = {
    "next_token_prediction": undo_next_token_prediction,
    "prefix_language_modeling": undo_prefix,
    "copying": undo_from_answer,
    "infilling": undo_infilling,
    "autoencoding": undo_from_answer,
    "autoencoding_with_deshuffling": undo_from_answer,
    "deshuffling": undo_from_answer,
    "selective_copying": undo_selective_copying,
}


def undo(objective, sample, special):
    """The piece that a sample was made of; asserts that the sample is well formed."""
    return UNDO[objective.name](sample, special)
