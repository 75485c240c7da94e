"""Exercise 7.5: the longest run that a tune shares with the training set."""

from collections.abc import Callable
from difflib import SequenceMatcher

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs

N_IDS = 5


def longest_copied_run(tune: np.ndarray, training: list[np.ndarray]) -> int:
    """Count the tokens of the longest run that the tune shares with one of the training tunes."""
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    """Pairs of tunes: each edge is tried with both."""
    tune, other, third = (rng.integers(N_IDS, size=n) for n in (14, 20, 9))
    many = rng.choice(1024, size=40, replace=False)
    # Written as text, 1, 11 and 111 say the same in any order.
    ones = np.array([1, 11, 111])
    cases = {
        "the tune is a copy of a training tune": (tune, third, [other, tune]),
        "the tune is a part of a training tune": (other[5:12], other[:7], [third, other]),
        "a training tune is a part of the tune": (tune, np.append(third, tune), [tune[4:10]]),
        "no token is shared": (np.array([7, 8, 9]), np.array([6]), [other, third]),
        "one token is shared, and only once": (
            many[:8],
            many[7:9],
            [np.append(many[20:], many[7])],
        ),
        "a tune of one token": (other[3:4], np.array([8]), [other, third]),
        "training tunes of one token": (tune, third, [tune[:1], tune[3:4]]),
        "one training tune": (tune, other, [np.append(third, tune[2:9])]),
        "the run begins the tune and ends the training tune": (
            np.append(many[:6], many[20:25]),
            np.append(many[3:6], many[10:12]),
            [np.append(many[30:34], many[:6])],
        ),
        "a token that is held": (np.full(12, 3), np.full(5, 3), [np.full(9, 3), np.full(7, 2)]),
        "tokens of several digits": (
            rng.choice(ones, size=12),
            rng.choice(ones, size=9),
            [rng.choice(ones, size=10), rng.choice(ones, size=11)],
        ),
        "tokens up to 1,023": (
            np.append(many[:9], 1023),
            np.append(many[20:26] % 256, 1023),
            [np.append(many[4:12], 1023), many[15:30]],
        ),
    }
    names = "inside", "at_the_end", "training"
    return {edge: dict(zip(names, case, strict=True)) for edge, case in cases.items()}


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


def _none_for_a_copy(tune, training):
    longest = longest_copied_run(tune, training)
    return None if longest == len(tune) else longest


def _as_text(tune, training):
    def text(ids):
        return "".join(map(str, ids.tolist()))

    others = [text(other) for other in training]
    ends = range(len(tune) + 1)
    pieces = [tune[start:stop] for stop in ends for start in range(stop)]
    return max((len(p) for p in pieces if any(text(p) in other for other in others)), default=0)


def _never_zero(tune, training):
    return max(1, longest_copied_run(tune, training))


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
    edges=_edges,
    run=_run,
    reference=longest_copied_run,
    misconceptions={
        _joins_the_training_tunes: "a run must lie within one training tune, not across two",
        _first_tune_only: "look in all training tunes",
        _same_places_only: "a run may begin at another place in the training tune",
        _from_the_start: "a run may begin anywhere, in the tune and in the training tune",
        _tokens_in_common: "this counts every token that occurs somewhere: count an unbroken run",
        _with_gaps: "a run is unbroken: nothing may come between its tokens",
        _none_for_a_copy: "a tune can be a copy from end to end: no length fails then, and the "
        "answer is its whole length",
        _as_text: "joined into text, 1 and 11 look like 11 and 1: compare whole tokens",
        _never_zero: "where no token is shared, the answer is 0",
        _one_too_few: "one too few: count tokens, not the steps between them",
    },
    forbidden=(
        "refimpl.metrics.longest_shared_run",
        "refimpl.metrics.match_lengths",
        "refimpl.metrics.measure_copying",
    ),
)
