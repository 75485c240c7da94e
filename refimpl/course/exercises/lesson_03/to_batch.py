"""Exercise 3.5: a batch of ids and labels for a language model."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.vocabulary import IGNORE_INDEX, Vocabulary


def to_batch(rows: list[np.ndarray], n_codes: int) -> tuple[np.ndarray, np.ndarray]:
    """Put <|START|> and <|END|> around each row, pad all rows to one length, and make labels.

    There is at least one row; rows may be empty.
    """
    vocabulary = Vocabulary(n_codes, "report")
    ids = np.full((len(rows), 2 + max(map(len, rows))), vocabulary.pad)
    for row, codes in zip(ids, rows, strict=True):
        row[: len(codes) + 2] = [vocabulary.start, *codes, vocabulary.end]
    return ids, np.where(ids == vocabulary.pad, IGNORE_INDEX, ids)


def _rows(rng: np.random.Generator) -> Inputs:
    n_codes = int(rng.integers(50, 600))
    # Of different lengths, the longest neither first nor last.
    lengths = rng.permutation(np.arange(2, 12))[:4]
    lengths[1] = 12
    rows = [rng.integers(0, n_codes, size=int(length)) for length in lengths]
    rows[0][0] = 0  # the code 0 is no padding
    return {"rows": rows, "n_codes": n_codes}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    def rows(*lengths: int, n_codes: int = 40) -> Inputs:
        codes = [rng.integers(0, n_codes, size=length) for length in lengths]
        return {"rows": codes, "n_codes": n_codes}

    return {
        "one row": rows(5),
        "rows of the same length, so that nothing is padded": rows(4, 4, 4),
        "the longest row first": rows(6, 2, 3),
        "the longest row last": rows(2, 3, 6),
        "rows of one code": rows(1, 1),
        "an empty row": rows(3, 0, 2),
        "nothing but an empty row": rows(0),
        "a codebook of one code": rows(3, 1, n_codes=1),
        "the last code": {"rows": [np.array([39, 0, 39]), np.array([39])], "n_codes": 40},
    }


def _run(function: Callable, inputs: Inputs) -> Results:
    returned = function(inputs["rows"], inputs["n_codes"])
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two arrays: ids, labels")
    ids, labels = returned
    return {"ids": ids, "labels": labels}


def _change(ids_from=None, labels_from=None) -> Callable:
    """A wrong answer: the right one with ids or labels made in another way."""

    def answer(rows: list[np.ndarray], n_codes: int) -> tuple[np.ndarray, np.ndarray]:
        ids, labels = to_batch(rows, n_codes)
        pad = ids == n_codes
        if ids_from:
            ids = ids_from(ids, pad, n_codes)
            labels = np.where(pad, IGNORE_INDEX, ids)
        return ids, labels_from(ids, pad, n_codes) if labels_from else labels

    return answer


def _pad_to_the_left(rows: list[np.ndarray], n_codes: int) -> tuple[np.ndarray, np.ndarray]:
    both = to_batch(rows, n_codes)
    shifts = [max(map(len, rows)) - len(row) for row in rows]
    return tuple(np.array([np.roll(r, s) for r, s in zip(m, shifts, strict=True)]) for m in both)


def _end_after_padding(rows: list[np.ndarray], n_codes: int) -> tuple[np.ndarray, np.ndarray]:
    width = max(map(len, rows))
    ids = np.full((len(rows), width + 2), n_codes)
    for row, codes in zip(ids, rows, strict=True):
        row[0], row[1 : len(codes) + 1], row[-1] = n_codes + 2, codes, n_codes + 3
    return ids, np.where(ids == n_codes, IGNORE_INDEX, ids)


def _start_is_no_label(ids: np.ndarray, pad: np.ndarray, n_codes: int) -> np.ndarray:
    return np.where(ids >= n_codes, IGNORE_INDEX, ids)


def _one_place_on(ids: np.ndarray, pad: np.ndarray, n_codes: int) -> np.ndarray:
    labels = np.where(pad, IGNORE_INDEX, ids)
    labels[:, :-1], labels[:, -1] = labels[:, 1:], IGNORE_INDEX
    return labels


_pad_with_zeros = _change(ids_from=lambda ids, pad, n_codes: np.where(pad, 0, ids))
_pad_with_ignore = _change(ids_from=lambda ids, pad, n_codes: np.where(pad, IGNORE_INDEX, ids))
_pad_with_end = _change(ids_from=lambda ids, pad, n_codes: np.where(pad, n_codes + 3, ids))
_pad_stays_label = _change(labels_from=lambda ids, pad, n_codes: ids.copy())
_specials_are_no_labels = _change(labels_from=_start_is_no_label)
_shifted_labels = _change(labels_from=_one_place_on)
_from_one = _change(ids_from=lambda ids, pad, n_codes: np.where(ids >= n_codes, ids + 1, ids))
_from_the_last_code = _change(
    ids_from=lambda ids, pad, n_codes: np.where(ids >= n_codes, ids - 1, ids)
)
_without_unknown = _change(ids_from=lambda ids, pad, n_codes: np.where(ids > n_codes, ids - 1, ids))
_start_and_end_swapped = _change(
    ids_from=lambda ids, pad, n_codes: np.where(ids > n_codes, 2 * n_codes + 5 - ids, ids)
)


EXERCISE = Exercise(
    id="3.5",
    title="A batch of ids and labels",
    function="to_batch",
    points=4,
    minutes=15,
    difficulty=2,
    inputs=_rows,
    edges=_edges,
    run=_run,
    reference=to_batch,
    misconceptions={
        _pad_with_zeros: "0 is a code and would be heard: pad with [PAD]",
        _pad_with_ignore: "-100 is not a token that a model can look up: use it in labels only",
        _pad_with_end: "<|END|> comes once; [PAD] follows it",
        _pad_stays_label: "where ids hold [PAD], labels hold -100, which the loss ignores",
        _specials_are_no_labels: "a model learns <|START|> and <|END|> too: only [PAD] is -100",
        _shifted_labels: "do not shift: each label belongs at the position of its own id",
        _pad_to_the_left: "the padding goes at the end of a row",
        _end_after_padding: "<|END|> follows the last code; the padding comes after it",
        _from_one: "codes are 0 to n_codes - 1, so the first special token is n_codes",
        _from_the_last_code: "n_codes - 1 is the last code; the first special token is n_codes",
        _without_unknown: "[UNK] comes after [PAD]: <|START|> is n_codes + 2",
        _start_and_end_swapped: "<|START|> is n_codes + 2 and comes first, <|END|> n_codes + 3",
    },
    forbidden=(
        "refimpl.tokenizer.AudioTokenizer.add_start_end",
        "refimpl.tokenizer.AudioTokenizer.to_labels",
    ),
)
