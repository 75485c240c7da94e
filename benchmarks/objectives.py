"""Speed and size of batch making: tokens a second, fill, start, close and memory.

    python benchmarks/objectives.py [--seconds 0.5]

Packed tokens that are not padding, of the eight-objective and the report's mixture, at rows of 64
and 512, batches of 8: by this package from token arrays and from literals of 220-300 codes, without
a worker and with one and two. "start" is from the configuration to the first batch. Without a
worker the CPU time of this process is given, too, which depends less on what else is running.
"""

import argparse
import sys
import time

import numpy as np
import torch  # noqa: F401  imported by whoever trains: not part of a Birdie's start

from refimpl.birdie import Birdie
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(1024)
BATCH_SIZE = 8


class Literals:
    """Samples as texts."""

    def __init__(self, texts):
        self.texts = texts

    def __call__(self, split, worker_id, num_workers, rng_seed=0):
        return self.texts[worker_id::num_workers]


def make_tunes(n=400):
    """Tunes of 220-300 codes, with repeats, as music has."""
    rng = np.random.default_rng(0)
    return [np.tile(rng.integers(0, 1024, 40), 8)[: rng.integers(220, 301)] for _ in range(n)]


def measure_ours(ds, mixture, length, n_workers, seconds):
    """Tokens a second and a CPU second, fill, seconds to start and to close, MiB of a worker."""
    began = time.perf_counter()
    birdie = Birdie(
        {
            "ds": ds,
            "vocabulary": VOCABULARY,
            "objectives": mixture,
            "batch_size": BATCH_SIZE,
            "sequence_length": length,
            "num_workers": n_workers,
            "curriculum": "fixed",
        }
    )
    birdie.get_next_training_sample()
    start = time.perf_counter() - began
    for _ in range(20):
        birdie.get_next_training_sample()
    began, began_cpu, n_tokens, n_positions = time.perf_counter(), time.process_time(), 0, 0
    while time.perf_counter() - began < seconds:
        segments = birdie.get_next_training_sample()["segment_ids"]
        n_tokens += int((segments > 0).sum())
        n_positions += segments.numel()
    speed = n_tokens / (time.perf_counter() - began)
    cpu_speed = float("nan") if n_workers else n_tokens / (time.process_time() - began_cpu)
    memory = worker_memory(birdie)
    began = time.perf_counter()
    birdie.close()
    close = time.perf_counter() - began
    return speed, cpu_speed, n_tokens / n_positions, start, close, memory


def worker_memory(birdie):
    """Resident MiB of the first worker; nan without one, or where it cannot be told."""
    workers = getattr(birdie._pool, "_workers", [])
    if not workers or not sys.platform.startswith("linux"):
        return float("nan")
    with open(f"/proc/{workers[0].process.pid}/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * 4096 / 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    options = parser.parse_args()
    tunes = make_tunes()
    texts = [str(tune.tolist()) for tune in tunes]
    print(
        "mixture length from      workers  tokens/s  tokens/CPU s   fill  start s  close s"
        "  worker MiB"
    )
    for mixture in ("eight", "report"):
        for length in (512, 64):
            for name, ds in (("arrays", {"train": tunes}), ("literals", Literals(texts))):
                for n_workers in (0, 1, 2):
                    found = measure_ours(ds, mixture, length, n_workers, options.seconds)
                    speed, cpu_speed, fill, start, close, memory = found
                    print(
                        f"{mixture:7} {length:6} {name:9} {n_workers:7} {speed:9,.0f}"
                        f" {cpu_speed:13,.0f} {fill:6.3f} {start:8.2f} {close:8.2f} {memory:11.0f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
