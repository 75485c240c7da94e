"""Exercise 8.2: what the first books alone say."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def first_books(codes: np.ndarray, codebooks: list[np.ndarray], n_books: int) -> np.ndarray:
    """Add up the vectors of each step's codes in the first books, n_books of them.

    There is at least one step and one book; n_books is from 0 to all of them.
    """
    vectors = np.zeros((len(codes), codebooks[0].shape[1]))
    for stream, codebook in enumerate(codebooks[:n_books]):
        vectors += codebook[codes[:, stream]]
    return vectors


def _codes_and_books(rng: np.random.Generator) -> Inputs:
    n_books, dim = int(rng.integers(4, 7)), int(rng.integers(3, 6))
    # Square in no sense: more steps than books, and books of different sizes, the first smallest,
    # so that a code of any stream that is looked up in a later book exists there.
    sizes = np.sort(rng.integers(8, 14, n_books))
    return _case(rng, int(rng.integers(9, 14)), dim, sizes, int(rng.integers(2, n_books)))


def _case(rng: np.random.Generator, n_steps: int, dim: int, sizes, n_books: int) -> Inputs:
    return {
        "codes": np.stack([rng.integers(0, min(sizes), n_steps) for _ in sizes], axis=1),
        "codebooks": [rng.normal(size=(size, dim)) / 1.3**k for k, size in enumerate(sizes)],
        "n_books": n_books,
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng, 9, 4, [6, 7, 8], 2)
    largest = np.tile([5, 6, 7], (9, 1))
    return {
        "all books": usual | {"n_books": 3},
        "one of several books": usual | {"n_books": 1},
        "no books, which say nothing: zeros": usual | {"n_books": 0},
        "a codec with one book": _case(rng, 9, 4, [8], 1),
        "one step": _case(rng, 1, 4, [6, 7, 8], 2),
        "vectors of one number": _case(rng, 9, 1, [6, 7, 8], 2),
        "the last code of each book": usual | {"codes": largest, "n_books": 3},
        "a first book larger than the others": _case(rng, 9, 4, [9, 3, 4], 3),
        "float32": usual | {"codebooks": [one.astype(np.float32) for one in usual["codebooks"]]},
    }


def _all(codes, codebooks, n_books) -> np.ndarray:
    return first_books(codes, codebooks, len(codebooks))


def _only_the_last_of_them(codes, codebooks, n_books) -> np.ndarray:
    before = first_books(codes, codebooks, n_books - 1) if n_books else 0.0
    return first_books(codes, codebooks, n_books) - before


def _the_last_books(codes, codebooks, n_books) -> np.ndarray:
    return _all(codes, codebooks, n_books) - first_books(codes, codebooks, len(codebooks) - n_books)


def _the_rest(codes, codebooks, n_books) -> np.ndarray:
    return _all(codes, codebooks, n_books) - first_books(codes, codebooks, n_books)


def _one_too_many(codes, codebooks, n_books) -> np.ndarray:
    return first_books(codes, codebooks, n_books + 1)


def _one_too_few(codes, codebooks, n_books) -> np.ndarray:
    return first_books(codes, codebooks, max(0, n_books - 1))


def _always_the_first_book(codes, codebooks, n_books) -> np.ndarray:
    return first_books(codes, codebooks[:1] * len(codebooks), n_books)


def _always_the_first_stream(codes, codebooks, n_books) -> np.ndarray:
    return first_books(np.repeat(codes[:, :1], codes.shape[1], axis=1), codebooks, n_books)


def _mean(codes, codebooks, n_books) -> np.ndarray:
    return first_books(codes, codebooks, n_books) / max(1, n_books)


def _alternating(codes, codebooks, n_books) -> np.ndarray:
    signed = [-one if k else one for k, one in enumerate(codebooks)]
    return first_books(codes, signed, n_books)


def _side_by_side(codes, codebooks, n_books) -> np.ndarray:
    chosen = [one[codes[:, k]] for k, one in enumerate(codebooks[:n_books])]
    return np.concatenate(chosen, axis=1)


def _stacked(codes, codebooks, n_books) -> np.ndarray:
    return np.stack([one[codes[:, k]] for k, one in enumerate(codebooks[:n_books])])


EXERCISE = Exercise(
    id="8.2",
    title="The first books",
    function="first_books",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_codes_and_books,
    edges=_edges,
    reference=first_books,
    misconceptions={
        _all: "only the first n_books of them count",
        _only_the_last_of_them: "a later book corrects the ones before it: add up all of the first "
        "n_books, not only the last of these",
        _the_last_books: "the first books say most: take n_books from the front, not from the end",
        _the_rest: "you added up the books that were to be left out",
        _one_too_many: "that is one book too many: range(n) already goes from 0 to n - 1",
        _one_too_few: "that is one book too few: with n_books = 1 the first book counts",
        _always_the_first_book: "each stream has its own codebook: codes[:, k] are numbers of "
        "codebooks[k]",
        _always_the_first_stream: "each book has its own codes: codes[:, k], the k-th column",
        _mean: "residual codes add up; do not divide by their number",
        _alternating: "each book holds what to add to those before it: add, do not subtract",
        _side_by_side: "add the vectors of a step, do not put them side by side",
        _stacked: "add up over the books: the result has one vector for each step",
    },
)
