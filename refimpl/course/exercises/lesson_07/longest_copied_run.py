"""Exercise 7.5: the longest run that a tune shares with the training set."""

from collections.abc import Callable
from difflib import SequenceMatcher

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs

N_IDS = 5


def longest_copied_run(tune: np.ndarray, training: list[np.ndarray]) -> int:
    """Count the tokens of the longest run that stands, unbroken, in one of the training tunes."""
    longest = 0
    for other in training:
        # lengths[j]: of the run that ends at this token of the tune, and at other[j - 1]
        lengths = np.zeros(len(other) + 1, dtype=int)
        for token in tune:
            lengths[1:] = np.where(other == token, lengths[:-1] + 1, 0)
            longest = max(longest, int(lengths.max()))
    return longest


def _tunes(rng: np.random.Generator) -> Inputs:
    training = [rng.integers(N_IDS, size=int(n)) for n in rng.integers(24, 32, size=3)]
    length = int(rng.integers(9, 13))
    source = training[int(rng.integers(1, 3))]
    start = int(rng.integers(3, len(source) - length - 2))
    copied = source[start : start + length]
    # What only joining two training tunes would give is longer still.
    joined = np.concatenate([training[0][-8:], training[1][:8]])
    noise = [rng.integers(N_IDS, size=7) for _ in range(3)]
    return {
        "inside": np.concatenate([noise[0], copied, noise[1], joined, noise[2]]),
        "at_the_end": np.concatenate([noise[1], noise[2], copied]),
        "training": training,
    }


def _run(function: Callable, inputs: Inputs) -> Results:
    return {
        "a run inside the tune": np.array(function(inputs["inside"], inputs["training"])),
        "a run at its end": np.array(function(inputs["at_the_end"], inputs["training"])),
    }


def _joins_the_training_tunes(tune, training):
    return longest_copied_run(tune, [np.concatenate(training)])


def _first_tune_only(tune, training):
    return longest_copied_run(tune, training[:1])


def _same_places_only(tune, training):
    best = 0
    for other in training:
        run = 0
        for a, b in zip(tune, other, strict=False):
            run = run + 1 if a == b else 0
            best = max(best, run)
    return best


def _from_the_start(tune, training):
    return max(_common_prefix(tune, other) for other in training)


def _common_prefix(a, b):
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n


def _tokens_in_common(tune, training):
    return int(np.isin(tune, np.concatenate(training)).sum())


def _with_gaps(tune, training):
    blocks = (SequenceMatcher(None, tune.tolist(), o.tolist(), False) for o in training)
    return max(sum(block.size for block in b.get_matching_blocks()) for b in blocks)


def _one_too_few(tune, training):
    return longest_copied_run(tune, training) - 1


EXERCISE = Exercise(
    id="7.5",
    title="Is it copied?",
    function="longest_copied_run",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_tunes,
    run=_run,
    reference=longest_copied_run,
    misconceptions={
        _joins_the_training_tunes: "a run must lie within one training tune, not across two",
        _first_tune_only: "look in all training tunes",
        _same_places_only: "a run may stand at another place in the training tune",
        _from_the_start: "a run may begin anywhere, in the tune and in the training tune",
        _tokens_in_common: "this counts tokens that occur somewhere; wanted is an unbroken run",
        _with_gaps: "unbroken: nothing may stand between the tokens of a run",
        _one_too_few: "one too few: count tokens, not the steps between them",
    },
    forbidden=(
        "refimpl.metrics.longest_shared_run",
        "refimpl.metrics.match_lengths",
        "refimpl.metrics.measure_copying",
    ),
)
