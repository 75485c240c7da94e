"""Claims that the records of another command decide: one arm of it gains on another.

A `Said` has the words of a paper. It becomes a `Claim` where there are records of its arms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from refimpl.reproduce.claims.claim import FEWEST_SEEDS, Claim

Record = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """A sentence of a paper about two arms of a comparison; see `Claim` for the words.

    Attributes:
        measure: of an arm's record, more of which is better.
        pair: the arm that gains, and the one that it gains on.
        second: another pair; the claim is that the first gains more.
    """

    name: str
    says: str
    source: str
    scale: str
    measured: str
    measure: Callable[[Record], Any]
    pair: tuple[str, str]
    second: tuple[str, str] | None = None
    least: float = 0.0
    as_good: bool = False

    def claim(self, lesson: int, setting: str, **decided_by: Any) -> Claim:
        """Make a claim of it.

        Args:
            lesson: that it belongs to.
            setting: what it was measured on here.
            decided_by: an experiment or an estimate, and what belongs to it.
        """
        words = (self.name, lesson, self.says, self.source, self.scale, self.measured, setting)
        return Claim(*words, least=self.least, as_good=self.as_good, **decided_by)

    def over_seeds(self, runs: Sequence[Record], lesson: int, setting: str) -> Claim | None:
        """Make a claim that runs decide; None where the arms have fewer than three seeds in common.

        Args:
            runs: with "name" and "seed".
            lesson, setting: see `claim`.
        """
        pairs = [self.pair] if self.second is None else [self.pair, self.second]
        values = {
            name: {run["seed"]: self.measure(run) for run in runs if run["name"] == name}
            for pair in pairs
            for name in pair
        }
        seeds = sorted(set.intersection(*(set(found) for found in values.values())))
        if len(seeds) < FEWEST_SEEDS:
            return None
        gains = []
        for seed in seeds:
            first, *second = (values[one][seed] - values[other][seed] for one, other in pairs)
            gains.append(first - sum(second))
        return self.claim(lesson, setting, experiment=gains.__getitem__, n_seeds=len(seeds))
