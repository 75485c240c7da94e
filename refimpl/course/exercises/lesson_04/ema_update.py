"""Exercise 4.3: codes as running means of their vectors."""

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs

State = tuple[np.ndarray, np.ndarray, np.ndarray]


def ema_update(
    counts: np.ndarray, sums: np.ndarray, z: np.ndarray, codes: np.ndarray, decay: float
) -> State:
    """Update running counts and sums with one batch; their ratio is the new codebook.

    Float arrays; at least one vector; decay above 0 and at most 1.
    """
    n, total = _of_batch(counts, sums, z, codes)
    counts = decay * counts + (1 - decay) * n
    sums = decay * sums + (1 - decay) * total
    return counts, sums, sums / counts[:, None]


def _of_batch(counts, sums, z, codes) -> tuple[np.ndarray, np.ndarray]:
    """Give how often each code was chosen, and the sum of its vectors."""
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _batch(rng)
    n_codes, n = len(usual["counts"]), len(usual["codes"])
    return {
        "a batch of one vector": usual | {"z": usual["z"][:1], "codes": usual["codes"][:1]},
        "all vectors with the same code": usual | {"codes": np.full(n, n_codes - 1)},
        "every code chosen once": usual
        | {"z": usual["sums"][::-1].copy(), "codes": rng.permutation(n_codes)},
        "a codebook of one code": usual
        | {"counts": usual["counts"][:1], "sums": usual["sums"][:1], "codes": np.zeros(n, int)},
        "codes of one number": usual | {"sums": usual["sums"][:, :1], "z": usual["z"][:, :1]},
        "a decay of 1, so that nothing changes": usual | {"decay": 1.0},
        "a decay near 0": usual | {"decay": 0.01},
        "float32": usual
        | {name: usual[name].astype(np.float32) for name in ("counts", "sums", "z")},
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
    edges=_edges,
    run=_run,
    reference=ema_update,
    misconceptions={
        _decay_the_new: "decay is the weight of the old values, 1 - decay that of the new ones",
        _lose_repeats: "`sums[codes] += z` keeps one vector per code: use np.add.at or a loop",
        _only_the_chosen_fade: "a code that nothing chose fades too: its batch count and sum are 0",
        _sums_as_codes: "a code is a mean: divide its sum by its count",
        _divide_by_the_batch: "divide the running sums by the running counts, not by the batch's",
        _means_instead_of_sums: "add the sum of the vectors that chose a code, not their mean",
        _pile_up: "multiply the batch's counts and sums by 1 - decay",
    },
    forbidden=("refimpl.codecs.VectorQuantizer",),
)
