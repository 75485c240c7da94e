"""Datasets for the tests of Birdie, in a module of their own, which workers can import."""

import os
import sys
import time

import numpy as np

from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(512)


def tunes(n=60, seed=0, shortest=20, longest=300):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 512, rng.integers(shortest, longest + 1)) for _ in range(n)]


def literals(split, worker_id, num_workers, rng_seed=0):
    """As the report gives them: dictionaries with texts."""
    seed = {"train": 0, "validation": 1}[split]
    texts = [{"text": str(tune.tolist())} for tune in tunes(40, seed)]
    np.random.default_rng(rng_seed).shuffle(texts)
    return texts[worker_id::num_workers]


def generated(split, worker_id, num_workers, rng_seed=0):
    """The same, one after the other, as a generator."""
    yield from literals(split, worker_id, num_workers, rng_seed)


def uneven(split, worker_id, num_workers, rng_seed=0):
    """Slow in some shards: no batch may depend on who is first."""
    for item in literals(split, worker_id, num_workers, rng_seed):
        time.sleep(0.002 * (worker_id % 3))
        yield item


def empty(split, worker_id, num_workers, rng_seed=0):
    return []


def of_nothing(split, worker_id, num_workers, rng_seed=0):
    return ["[]"] * 5


def with_a_bad_text(split, worker_id, num_workers, rng_seed=0):
    items = [item["text"] for item in literals(split, worker_id, num_workers, rng_seed)]
    return [*items[:1], "[12, oops]", *items[1:]]


def raising(split, worker_id, num_workers, rng_seed=0):
    yield from literals(split, worker_id, num_workers, rng_seed)[:2]
    raise KeyError("no such column")


def failing(split, worker_id, num_workers, rng_seed=0):
    raise OSError("the disk is gone")


def dying(split, worker_id, num_workers, rng_seed=0):
    yield from literals(split, worker_id, num_workers, rng_seed)[:2]
    os._exit(3)


def sleeping(split, worker_id, num_workers, rng_seed=0):
    yield from literals(split, worker_id, num_workers, rng_seed)[:2]
    time.sleep(1e6)


def telling_modules(split, worker_id, num_workers, rng_seed=0):
    """One tune that says whether torch is loaded where it is made: 1s or 0s."""
    return [[int("torch" in sys.modules)] * 50]
