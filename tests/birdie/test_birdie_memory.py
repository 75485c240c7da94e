"""Birdie over a long run: no exception, and no more memory at its end than at its start."""

import numpy as np
import pytest

from refimpl.birdie import Birdie
from tests.birdie.birdie_examples import tunes
from tests.birdie.test_birdie_batches import CONFIG


@pytest.mark.soak
@pytest.mark.parametrize("preset", ["next_token", "report", "eight", "paper", "ul2"])
def test_a_hundred_thousand_batches_hold_memory_flat(preset):
    psutil = pytest.importorskip("psutil")
    arrays = {"train": tunes(300, shortest=0, longest=2000)}
    config = CONFIG | {"ds": arrays, "objectives": preset, "curriculum": "fixed", "num_workers": 1}
    with Birdie(config | {"sequence_length": 64, "batch_size": 2}) as birdie:
        sizes = []
        for step in range(100_000):
            assert birdie.get_next_training_sample()["input_ids"].shape == (2, 64)
            if step % 5000 == 4999:
                worker = psutil.Process(birdie._pool._workers[0].process.pid)
                own = psutil.Process()
                sizes.append([p.memory_info().rss / 2**20 for p in (own, worker)])
    grown = np.mean(sizes[-5:], axis=0) - np.mean(sizes[5:10], axis=0)
    assert (grown < 2).all(), f"MiB, this process and the worker: {np.round(sizes, 1).tolist()}"
