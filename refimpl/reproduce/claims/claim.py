"""A claim of a paper, what was measured of it here, and the verdict that the numbers give.

An experiment takes a seed and returns one number: how much better the thing that the paper
recommends did than the thing that it is compared with. Both get the same seed, so that they share
part of their luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from refimpl.errors import UserError
from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.seeds import over_seeds

SHOWS, DOES_NOT_SHOW, UNDECIDED = "shows", "does not show", "undecided"
FEWEST_SEEDS = 3
Verdict = Literal["shows", "does not show", "undecided"]


@dataclass(frozen=True)
class Claim:
    """A sentence of a paper that can be tested.

    Attributes:
        name: short, and different for every claim.
        lesson: the number of the lesson that it belongs to.
        says: what the paper claims, in one sentence.
        source: the paper's key in the bibliography.
        scale: what the paper tested it on.
        measured: what the experiment's number is, with its unit.
        setting: what it was measured on here.
        experiment: takes a seed and returns the number. It is positive where the paper is right.
        least: the smallest effect that counts as one.
        as_good: the paper claims no gain but no loss either: the number is to stay above `-least`.
        n_seeds: seeds that there are, where another command made the runs; None: any number.
        forget: called before the claim is measured again; drops what is kept of its runs elsewhere.
        estimate: in place of an experiment, the effect of the one model that there is. Its interval
            is over what the model was asked, and says nothing of another training.
        counted: what the interval is over.
    """

    name: str
    lesson: int
    says: str
    source: str
    scale: str
    measured: str
    setting: str
    experiment: Callable[[int], float] | None = None
    least: float = 0.0
    as_good: bool = False
    n_seeds: int | None = None
    forget: Callable[[], None] | None = None
    estimate: Callable[[], Estimate] | None = None
    counted: str = "seeds"

    def __post_init__(self) -> None:
        if (self.experiment is None) == (self.estimate is None):
            raise UserError(f"{self.name}: give an experiment, or an estimate in its place")
        if self.as_good and self.least <= 0:
            raise UserError(f"{self.name}: a claim of equality needs a loss that counts, above 0")


def judge(claim: Claim, values: Sequence[float]) -> tuple[Estimate, Verdict]:
    """Return the mean effect over seeds with its 95 % interval, and what that says of a claim.

    A claim *shows* if the whole interval is above the smallest effect that counts, and *does not
    show* if the whole interval is below it. Otherwise only more seeds can decide.

    Args:
        claim: what is judged.
        values: the experiment's numbers, one a seed; none where the claim has an estimate.

    Raises:
        UserError: fewer than three seeds, from which no interval follows.

    Taught in lesson 6.
    """
    if claim.estimate is not None:
        effect = claim.estimate()
    elif len(values) < FEWEST_SEEDS:
        raise UserError(
            f"{claim.name}: {len(values)} seeds given, an interval needs {FEWEST_SEEDS} or more"
        )
    else:
        effect = over_seeds(values)
    threshold = -claim.least if claim.as_good else claim.least
    if effect.low > threshold:
        return effect, SHOWS
    return effect, DOES_NOT_SHOW if effect.high <= threshold else UNDECIDED
