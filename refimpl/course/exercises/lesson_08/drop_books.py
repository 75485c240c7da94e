"""Exercise 8.4: quantizer dropout, a number of books for each sample of a batch."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def drop_books(stages: np.ndarray, draws: np.ndarray, share: float) -> np.ndarray:
    """Add up the books of each sample, all of them or as many as its second draw says.

    There is at least one book, one sample and one step; draws are in [0, 1), share is in [0, 1].
    """
    n_books = len(stages)
    kept = np.where(draws[:, 0] < share, 1 + np.floor(draws[:, 1] * n_books), n_books)
    on = np.arange(n_books)[:, None] < kept  # (n_books, n_samples)
    return (stages * on[:, :, None, None]).sum(axis=0)


def _batch(rng: np.random.Generator) -> Inputs:
    # As many samples as steps and as books: only the right axis gives the right answer, and no
    # wrong one stops with an error.
    n = int(rng.integers(5, 8))
    draws = rng.random((n, 2))
    draws[:2, 0] = rng.permutation([rng.uniform(0, 0.3), rng.uniform(0.7, 1)])
    draws[2:4, 1] = rng.permutation([rng.uniform(0, 0.15), rng.uniform(0.9, 1)])
    draws[2:4, 0] = rng.uniform(0, 0.3, 2)
    return {
        "stages": rng.normal(1.0, 1.0, size=(n, n, n, 2)),
        "draws": draws,
        "share": round(float(rng.uniform(0.4, 0.6)), 2),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _batch(rng)
    stages, draws = usual["stages"], usual["draws"]
    n_books, n_samples = stages.shape[:2]
    middle = (np.arange(n_samples) % n_books + 0.5) / n_books
    border = np.stack([np.full(n_samples, 0.5), middle], axis=1)
    fourths = np.stack([np.zeros(4), np.arange(4) / 4], axis=1)
    return {
        "a share of 0, so that all samples keep all books": usual | {"share": 0.0},
        "a share of 1, so that none is sure to": usual | {"share": 1.0},
        "draws of 0": usual | {"draws": np.zeros_like(draws)},
        "a first draw equal to the share": usual | {"draws": border, "share": 0.5},
        "draws just below 1": usual | {"draws": np.full_like(draws, 1 - 1e-9), "share": 1.0},
        "second draws on the borders between two numbers": {
            "stages": stages[:4, :4],
            "draws": fourths,
            "share": 0.5,
        },
        "one book": usual | {"stages": stages[:1]},
        "two books": usual | {"stages": stages[:2]},
        "one sample": usual | {"stages": stages[:, :1], "draws": draws[:1]},
        "one step of one number": usual | {"stages": stages[:, :, :1, :1]},
        "float32": usual | {"stages": stages.astype(np.float32)},
    }


def _with(stages, kept) -> np.ndarray:
    """Add up the first kept books, one number for each sample."""
    on = np.arange(len(stages))[:, None] < np.asarray(kept)
    return (stages * on[:, :, None, None]).sum(axis=0)


def _kept(stages, draws, share) -> np.ndarray:
    n_books = len(stages)
    return np.where(draws[:, 0] < share, 1 + np.floor(draws[:, 1] * n_books), n_books)


def _from_0(stages, draws, share) -> np.ndarray:
    return _with(stages, np.where(draws[:, 0] < share, draws[:, 1] * len(stages) // 1, len(stages)))


def _never_all(stages, draws, share) -> np.ndarray:
    n = len(stages)
    few = 1 + np.floor(draws[:, 1] * (n - 1))
    return _with(stages, np.where(draws[:, 0] < share, few, n))


def _rounded(stages, draws, share) -> np.ndarray:
    n = len(stages)
    return _with(stages, np.where(draws[:, 0] < share, np.rint(draws[:, 1] * n), n))


def _share_of_the_whole(stages, draws, share) -> np.ndarray:
    return _with(stages, _kept(stages, np.stack([1 - draws[:, 0], draws[:, 1]], axis=1), 1 - share))


def _always_drop(stages, draws, share) -> np.ndarray:
    return drop_books(stages, draws, 1.0)


def _draws_swapped(stages, draws, share) -> np.ndarray:
    return drop_books(stages, draws[:, ::-1], share)


def _one_draw(stages, draws, share) -> np.ndarray:
    return drop_books(stages, np.repeat(draws[:, :1], 2, axis=1), share)


def _same_for_all(stages, draws, share) -> np.ndarray:
    return drop_books(stages, np.repeat(draws[:1], len(draws), axis=0), share)


def _number_that_is_dropped(stages, draws, share) -> np.ndarray:
    kept = _kept(stages, draws, share)
    return _with(stages, np.where(kept < len(stages), len(stages) - kept, kept))


def _last_books(stages, draws, share) -> np.ndarray:
    return _with(stages[::-1], _kept(stages, draws, share))


def _the_kept_one_alone(stages, draws, share) -> np.ndarray:
    kept = _kept(stages, draws, share)
    short = kept < len(stages)
    return _with(stages, kept) - np.where(
        short[:, None, None], _with(stages, np.where(short, kept - 1, 0)), 0
    )


def _one_too_many(stages, draws, share) -> np.ndarray:
    kept = _kept(stages, draws, share)
    return _with(stages, np.minimum(kept + 1, len(stages)))


def _few_for_large(stages, draws, share) -> np.ndarray:
    return drop_books(stages, np.stack([draws[:, 0], 1 - draws[:, 1]], axis=1), share)


def _scaled(stages, draws, share) -> np.ndarray:
    kept = _kept(stages, draws, share)
    return _with(stages, kept) * (len(stages) / kept)[:, None, None]


def _mean(stages, draws, share) -> np.ndarray:
    return drop_books(stages, draws, share) / len(stages)


def _along_time(stages, draws, share) -> np.ndarray:
    return drop_books(stages.transpose(0, 2, 1, 3), draws, share).transpose(1, 0, 2)


EXERCISE = Exercise(
    id="8.4",
    title="Quantizer dropout",
    function="drop_books",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_batch,
    edges=_edges,
    reference=drop_books,
    misconceptions={
        _from_0: "no sample loses all books: the numbers are 1 to n_books, not 0 to n_books - 1",
        _never_all: "n_books is among the numbers too: 1 + floor(draw * n_books)",
        _rounded: "rounding makes the smallest and the largest number half as likely: take the "
        "floor",
        _share_of_the_whole: "share is the part of the samples that lose books, not of those that "
        "keep all of them",
        _always_drop: "the first draw decides whether a sample loses books at all: only below "
        "share does it",
        _draws_swapped: "the first draw decides whether, the second how many: you swapped them",
        _one_draw: "use the second draw for the number: the first one is always below share there, "
        "so that large numbers never come up",
        _same_for_all: "each sample has its own draws",
        _number_that_is_dropped: "the number drawn is how many books are kept, not how many go",
        _last_books: "keep the first books: the later ones only correct them",
        _the_kept_one_alone: "a number of 3 keeps the books 1, 2 and 3, not the third alone",
        _one_too_many: "one book too many: take the floor, and count books from 0 on, so that book "
        "k is kept where k < the number",
        _few_for_large: "small draws keep few books, and large draws many",
        _scaled: "do not scale up what is kept: unlike ordinary dropout, this is what the decoder "
        "will get with few books",
        _mean: "residual books add up: take their sum, not their mean",
        _along_time: "the second axis of stages are the samples, the third one the steps",
    },
)
