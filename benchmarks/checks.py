"""How long a check takes, over all exercises, and how many answers prove the checkers.

    python benchmarks/checks.py

Checks the right and the wrong answers on file in `tests/exercises/`, and prints for each lesson
the median and the largest time of one check. A wrong answer may take longer: it is compared with
all known misconceptions. The goal is 50 ms in the median, 1 s at most.

On a machine that is busy with other things, `--cpu-time` is the steadiest.
"""

import argparse
import contextlib
import io
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/exercises"))
from proof import load_proofs

from refimpl.course import CheckFailed, check

MEDIAN_GOAL, LARGEST_GOAL = 0.05, 1.0  # seconds


def seconds_of_check(exercise_id, answer, clock):
    """How long one check takes, whatever its verdict."""
    begun = clock()
    with contextlib.suppress(CheckFailed), contextlib.redirect_stdout(io.StringIO()):
        check(exercise_id, answer)
    return clock() - begun


def main():
    """Check all answers on file, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpu-time", action="store_true", help="processor instead of wall time")
    clock = time.process_time if parser.parse_args().cpu_time else time.perf_counter

    proofs = load_proofs()
    times = {"right": {}, "wrong": {}}  # seconds by exercise
    with tempfile.TemporaryDirectory() as folder:
        os.environ["REFIMPL_PROGRESS"] = str(Path(folder) / "progress.json")
        for exercise_id, proof in proofs.items():
            for kind, answers in (("right", proof.answers.RIGHT), ("wrong", proof.answers.WRONG)):
                measured = [seconds_of_check(exercise_id, answer, clock) for answer in answers]
                times[kind][exercise_id] = measured

    print("lesson   exercises   points   right: n, median, largest   wrong: n, median, largest")
    for lesson in sorted({exercise_id.split(".")[0] for exercise_id in proofs}, key=int):
        ids = [exercise_id for exercise_id in proofs if exercise_id.split(".")[0] == lesson]
        points = sum(proofs[exercise_id].exercise.points for exercise_id in ids)
        print(f"{lesson:6} {len(ids):11} {points:8}   {summary(times, ids)}")
    points = sum(proof.exercise.points for proof in proofs.values())
    print(f"all    {len(proofs):11} {points:8}   {summary(times, proofs)}")

    every = [
        (seconds, f"{exercise_id} ({kind})")
        for kind, by_exercise in times.items()
        for exercise_id, measured in by_exercise.items()
        for seconds in measured
    ]
    print("slowest:", ", ".join(f"{name} {s * 1000:.0f} ms" for s, name in sorted(every)[:-6:-1]))
    median, largest = statistics.median(s for s, _ in every), max(every)[0]
    reached = median <= MEDIAN_GOAL and largest <= LARGEST_GOAL
    print(f"median {median * 1000:.0f} ms, largest {largest * 1000:.0f} ms: ", end="")
    print("within the goal" if reached else "ABOVE the goal of 50 ms and 1 s")


def summary(times, ids):
    """Number, median and largest time of some exercises' right and wrong answers."""
    parts = []
    for kind in ("right", "wrong"):
        some = [seconds for exercise_id in ids for seconds in times[kind][exercise_id]] or [0.0]
        median, largest = statistics.median(some) * 1000, max(some) * 1000
        parts.append(f"{len(some):8} {median:6.0f} ms {largest:6.0f} ms")
    return "   ".join(parts)


if __name__ == "__main__":
    main()
