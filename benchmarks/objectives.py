"""Speed and size of batch making: tokens a second, fill, start, close and memory.

    python benchmarks/objectives.py [--seconds 1] [--workers 0 1 2] [--lengths 512 64]

Packed tokens that are not padding, of the eight-objective and the report's mixture, at rows of 64
and 512, batches of 8: by this package from token arrays and from literals of 220-300 codes, and by
the original library from the same literals, where it is installed (`requirements-birdie.txt`).

"tokens/s" is by the clock. "per CPU s" is by the CPU time of the processes that make batches (the
workers; without any, this one), which depends less on what else is running: the ratios at the end
are made of it. "start" is from the configuration to the first batch, without imports.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch  # noqa: F401  imported by whoever trains: not part of a Birdie's start
from _original_birdie import Patched, batches_until_it_stops, seconds_to_import

from refimpl.birdie import Birdie
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(1024)
GOALS = {"literals": 8, "arrays": 20}  # times the original's tokens per CPU second
MOST_WALL = 10  # seconds by the clock for one of CPU time


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


def configuration(mixture, length, n_workers, ds):
    return {
        "ds": ds,
        "vocabulary": VOCABULARY,
        "objectives": mixture,
        "batch_size": 8,
        "sequence_length": length,
        "num_workers": n_workers,
    }


def cpu_seconds(pids):
    """CPU time that processes have used; of this one where there are none, nan where unknown."""
    if not pids:
        return time.process_time()
    if not sys.platform.startswith("linux"):
        return float("nan")
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9


def resident(pid):
    """MiB of a process; nan where unknown."""
    if pid is None or not sys.platform.startswith("linux"):
        return float("nan")
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def worker_pids(birdie):
    if isinstance(birdie, Patched):
        return birdie.processes
    return [worker.process.pid for worker in getattr(birdie._pool, "_workers", [])]


def measure(make, seconds):
    """Make a Birdie and take its batches for some CPU seconds; what was found, by name."""
    began = time.perf_counter()
    birdie = make()
    birdie.get_next_training_sample()
    start = time.perf_counter() - began
    pids = worker_pids(birdie)
    for _ in range(40):  # more than are kept ready
        birdie.get_next_training_sample()
    n_tokens = n_positions = 0
    began, began_cpu = time.perf_counter(), cpu_seconds(pids)
    wall = cpu = 0.0
    while not (cpu >= seconds or wall >= MOST_WALL * seconds):
        for _ in range(20):
            segments = birdie.get_next_training_sample()["segment_ids"]
            n_tokens += int((segments > 0).sum())
            n_positions += segments.size if isinstance(segments, np.ndarray) else segments.numel()
        wall, cpu = time.perf_counter() - began, cpu_seconds(pids) - began_cpu
    memory = resident(os.getpid()), resident(pids[0] if pids else None)
    began = time.perf_counter()
    birdie.close()
    return {
        "speed": n_tokens / wall,
        "cpu_speed": n_tokens / cpu,
        "fill": n_tokens / n_positions,
        "start": start,
        "close": time.perf_counter() - began,
        "memory": memory,
    }


def show(mixture, length, name, n_workers, found):
    parent, worker = found["memory"]
    print(
        f"{mixture:7} {length:6} {name:9} {n_workers:7} {found['speed']:10,.0f}"
        f" {found['cpu_speed']:11,.0f} {found['fill']:6.3f} {found['start']:8.2f}"
        f" {found['close']:8.2f} {parent:11.0f} {worker:11.0f}",
        flush=True,
    )


def compare(mixture, length, n_workers, tunes, seconds, has_original):
    """Measure and show one setting of all three; the ratios to the original, by source."""
    texts = [str(tune.tolist()) for tune in tunes]
    sources = {"arrays": {"train": tunes}, "literals": Literals(texts)}
    found = {}
    for name, ds in sources.items():
        config = configuration(mixture, length, n_workers, ds) | {"curriculum": "fixed"}
        found[name] = measure(lambda config=config: Birdie(config), seconds)
        show(mixture, length, name, n_workers, found[name])
    if not has_original or not n_workers:
        return {}
    config = configuration(mixture, length, n_workers, sources["literals"])
    original = measure(lambda: Patched(config, texts), seconds)
    show(mixture, length, "original", n_workers, original)
    return {name: found[name]["cpu_speed"] / original["cpu_speed"] for name in sources}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1, help="CPU time of a measurement")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--lengths", type=int, nargs="+", default=[512, 64])
    parser.add_argument("--mixtures", nargs="+", default=["eight", "report"])
    options = parser.parse_args()
    tunes = make_tunes()
    settings = [
        (mixture, length, n_workers)
        for mixture in options.mixtures
        for length in options.lengths
        for n_workers in options.workers
    ]
    import_seconds = seconds_to_import()
    has_original = import_seconds is not None
    if has_original:
        print(f"original: imported in {import_seconds:.1f} s")
        show_where_it_stops(tunes, options.mixtures)
    else:
        print("original: not installed (requirements-birdie.txt), so there is no comparison")
    print(
        "mixture length from      workers   tokens/s   per CPU s   fill  start s  close s"
        "  parent MiB  worker MiB"
    )
    ratios = {
        setting: compare(*setting, tunes, options.seconds, has_original) for setting in settings
    }
    for (mixture, length, n_workers), by_source in ratios.items():
        for name, ratio in by_source.items():
            verdict = "reached" if ratio >= GOALS[name] else "missed"
            print(
                f"{mixture:7} {length:6} {n_workers} workers, {name:8}: {ratio:5.1f} times the"
                f" original per process; goal {GOALS[name]} {verdict}"
            )


def show_where_it_stops(tunes, mixtures, n_tries=3):
    """As it is, without a patch."""
    texts = [str(tune.tolist()) for tune in tunes]
    for mixture in mixtures:
        config = configuration(mixture, 512, 1, Literals(texts))
        tries = [batches_until_it_stops(config) for _ in range(n_tries)]
        median = statistics.median(n for n, _ in tries)
        print(f"original: {mixture} stops after {median} batches (median of {n_tries} runs)")
        print(f"    {tries[0][1][:160]}")
    print("    below, what it would stop at is dropped, to have a figure at all", flush=True)


if __name__ == "__main__":
    main()
