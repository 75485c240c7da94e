"""Exercise 4.3: codes as running means of the vectors that chose them."""

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs

State = tuple[np.ndarray, np.ndarray, np.ndarray]


def ema_update(
    counts: np.ndarray, sums: np.ndarray, z: np.ndarray, codes: np.ndarray, decay: float
) -> State:
    """Move running counts and sums by one batch; their ratio is the new codebook."""
    n, total = _of_batch(counts, sums, z, codes)
    counts = decay * counts + (1 - decay) * n
    sums = decay * sums + (1 - decay) * total
    return counts, sums, sums / counts[:, None]


def _of_batch(counts, sums, z, codes) -> tuple[np.ndarray, np.ndarray]:
    """How often each code was chosen, and the sum of what chose it."""
    total = np.zeros_like(sums)
    np.add.at(total, codes, z)
    return np.bincount(codes, minlength=len(counts)), total


def _batch(rng: np.random.Generator) -> Inputs:
    n_codes, dim = (int(n) for n in rng.integers([5, 2], [9, 5]))
    counts = rng.uniform(0.5, 4, n_codes)
    # The last code is never chosen and the first one several times.
    codes = rng.permutation(np.append(rng.integers(0, n_codes - 1, 9), [0, 0, 0]))
    return {
        "counts": counts,
        "sums": counts[:, None] * rng.normal(size=(n_codes, dim)),
        "z": rng.normal(size=(len(codes), dim)),
        "codes": codes,
        "decay": round(float(rng.uniform(0.6, 0.95)), 2),
    }


def _run(function, inputs: Inputs) -> Results:
    returned = function(**inputs)
    if not (isinstance(returned, list | tuple) and len(returned) == 3):
        raise ValueError("return three arrays: counts, sums, codebook")
    counts, sums, codebook = returned
    return {"the counts": counts, "the sums": sums, "the codebook": codebook}


def _decay_the_new(counts, sums, z, codes, decay) -> State:
    return ema_update(counts, sums, z, codes, 1 - decay)


def _lose_repeats(counts, sums, z, codes, decay) -> State:
    n, _ = _of_batch(counts, sums, z, codes)
    total = np.zeros_like(sums)
    total[codes] += z  # the last one that chose a code overwrites those before it
    counts, sums = decay * counts + (1 - decay) * n, decay * sums + (1 - decay) * total
    return counts, sums, sums / counts[:, None]


def _only_the_chosen_fade(counts, sums, z, codes, decay) -> State:
    new_counts, new_sums, _ = ema_update(counts, sums, z, codes, decay)
    chosen = np.isin(np.arange(len(counts)), codes)
    new_counts = np.where(chosen, new_counts, counts)
    new_sums = np.where(chosen[:, None], new_sums, sums)
    return new_counts, new_sums, new_sums / new_counts[:, None]


def _sums_as_codes(counts, sums, z, codes, decay) -> State:
    counts, sums, _ = ema_update(counts, sums, z, codes, decay)
    return counts, sums, sums


def _divide_by_the_batch(counts, sums, z, codes, decay) -> State:
    n, _ = _of_batch(counts, sums, z, codes)
    counts, sums, _ = ema_update(counts, sums, z, codes, decay)
    return counts, sums, sums / np.maximum(n, 1)[:, None]


def _means_instead_of_sums(counts, sums, z, codes, decay) -> State:
    n, total = _of_batch(counts, sums, z, codes)
    counts = decay * counts + (1 - decay) * n
    sums = decay * sums + (1 - decay) * total / np.maximum(n, 1)[:, None]
    return counts, sums, sums / counts[:, None]


def _pile_up(counts, sums, z, codes, decay) -> State:
    n, total = _of_batch(counts, sums, z, codes)
    counts, sums = decay * counts + n, decay * sums + total
    return counts, sums, sums / counts[:, None]


EXERCISE = Exercise(
    id="4.3",
    title="The EMA step",
    function="ema_update",
    points=5,
    minutes=15,
    difficulty=3,
    inputs=_batch,
    run=_run,
    reference=ema_update,
    misconceptions={
        _decay_the_new: "decay weighs what was there before, 1 - decay what is new",
        _lose_repeats: "`sums[codes] += z` keeps one vector of each code: use np.add.at or a loop",
        _only_the_chosen_fade: "a code that nothing chose fades too: its batch count and sum are 0",
        _sums_as_codes: "a code is a mean: divide its sum by its count",
        _divide_by_the_batch: "divide the running sums by the running counts, not by the batch's",
        _means_instead_of_sums: "add the sum of the vectors that chose a code, not their mean",
        _pile_up: "what is new has to be weighted by 1 - decay",
    },
    forbidden=("refimpl.vqvae.VectorQuantizer",),
)
