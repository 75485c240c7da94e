"""Which pieces are the same tune: collections share many, in other keys and with other endings.

If one version of a tune were trained on and another held out, a model that recites would look like
one that has understood. So pieces are compared by the intervals of their uppermost voice, which are
the same in every key, and relatives stay together.

Taught in lesson 10.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from refimpl.corpora.scores.score import Score

RUN = 9  # intervals in a row that are compared
# Of the runs of the shorter piece: two pieces that share as many are relatives.
ALIKE = Fraction(1, 10)
_FORMULA = 12  # pieces; a run that more of them have is a turn of phrase
_NO_NAME = 6  # pieces; a title that more of them have is a kind of piece, such as "Quick Step"


def intervals(score: Score) -> np.ndarray:
    """The intervals of the uppermost voice in semitones, without repeated notes: `(n,)` int64."""
    melody = score.notes[score.notes[:, 3] == 0]
    tops = melody[np.lexsort((-melody[:, 2], melody[:, 0]))]
    tops = tops[np.unique(tops[:, 0], return_index=True)[1]]
    steps = np.diff(tops[:, 2].astype(np.int64))
    return steps[steps != 0]


def fingerprint(score: Score) -> str:
    """A short name for the intervals of a piece, the same in every key: 16 hexadecimal digits."""
    shape = intervals(score).astype("<i2").tobytes()
    rest = b"" if shape else score.notes.astype("<i4").tobytes()  # drones have no intervals
    return hashlib.sha256(shape + rest).hexdigest()[:16]


def find_relatives(scores: Sequence[Score]) -> np.ndarray:
    """Put pieces into one group that share a tenth of their runs of nine intervals, or a title.

    Args:
        scores: the pieces.

    Returns:
        `(n_scores,)` int32: of each piece the number of its group, which is the place of the
        group's first piece.

    Taught in lesson 10.
    """
    runs = [_runs(intervals(score)) for score in scores]
    groups = np.arange(len(scores), dtype=np.int32)
    for (one, other), n in sorted(_shared(runs).items()):
        if n >= ALIKE * min(len(runs[one]), len(runs[other])):
            _join(groups, one, other)
    by_title: defaultdict[str, list[int]] = defaultdict(list)
    by_shape: dict[str, int] = {}
    for place, score in enumerate(scores):
        by_title[_plain(score.title)].append(place)
        # Short pieces have no runs, but may be the same.
        _join(groups, by_shape.setdefault(fingerprint(score), place), place)
    for title, places in by_title.items():
        for place in places[1:] if title and len(places) <= _NO_NAME else []:
            _join(groups, places[0], place)
    return np.array([_root(groups, place) for place in range(len(groups))], dtype=np.int32)


def hold_out(groups: np.ndarray, names: Sequence[str], share: float) -> np.ndarray:
    """Choose whole groups until they hold a share of the pieces.

    Args:
        groups: `(n,)` of each piece its group.
        names: of each piece; the choice depends on those of the groups' first pieces alone, so
            further pieces hardly change it.
        share: of all pieces.

    Returns:
        `(n,)` bool; all False where all pieces are in one group.
    """

    def rank(group: int) -> str:
        return hashlib.sha256(names[group].encode()).hexdigest()

    numbers, sizes = np.unique(groups, return_counts=True)
    order = sorted(range(len(numbers)), key=lambda i: rank(int(numbers[i])))
    chosen, n = [], 0
    for i in order[:-1]:  # one group is left to learn from
        if n >= share * len(groups):
            break
        # A group that is most of the collection would leave too little to learn from.
        if not chosen or sizes[i] <= 2 * share * len(groups):
            chosen.append(numbers[i])
            n += sizes[i]
    return np.isin(groups, chosen)


def _plain(title: str) -> str:
    """A title without its kind ("-- Reel"), articles, punctuation and capitals."""
    words = re.findall(r"\w+", title.lower().replace("'", "").split(" -- ")[0])
    return " ".join(word for word in words if word not in ("the", "a", "an"))


def _runs(steps: np.ndarray) -> set[bytes]:
    """Each different run of intervals, as bytes: all of it is compared, and nothing rounded."""
    if len(steps) < RUN:
        return set()
    windows = np.lib.stride_tricks.sliding_window_view(steps.astype("<i2"), RUN)
    return {window.tobytes() for window in windows}


def _shared(runs: Sequence[set[bytes]]) -> dict[tuple[int, int], int]:
    """How many runs each pair of pieces shares, where it is any, without turns of phrase."""
    owners: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, own in enumerate(runs):
        for run in own:
            owners[run].append(place)
    pairs = (
        pair
        for places in owners.values()
        if len(places) <= _FORMULA
        for pair in combinations(places, 2)
    )
    return Counter(pairs)


def _root(groups: np.ndarray, place: int) -> int:
    while groups[place] != place:
        groups[place] = groups[groups[place]]
        place = groups[place]
    return int(place)


def _join(groups: np.ndarray, one: int, other: int) -> None:
    first, second = sorted((_root(groups, one), _root(groups, other)))
    groups[second] = first
