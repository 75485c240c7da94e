"""The layouts that are compared, each with a name for the tables."""

from __future__ import annotations

from dataclasses import dataclass

from refimpl.layouts import Layout

TUNES_AT_ONCE = 16  # in a training step of a layout with one row for each step of the codec


@dataclass(frozen=True)
class Arm:
    """A layout to be trained several times.

    Attributes:
        name: what tables call it.
        layout: a name in `refimpl.layouts.LAYOUTS`.
        tunes_of: the name of an arm that this one is to see as many tunes as, however long it
            takes; None: it is trained as long as all others.
    """

    name: str
    layout: str
    tunes_of: str | None = None


PARALLEL, DELAY, PARTIAL_DELAY = "parallel", "delay", "partial delay"
COARSE_FIRST, PARTIAL_FLATTEN, FLATTEN = "coarse first", "partial flatten", "flatten"
FLATTEN_LONG = "flatten, as many tunes as delay"
_ALL = (
    Arm(PARALLEL, "parallel"),
    Arm(DELAY, "delay"),
    Arm(PARTIAL_DELAY, "partial_delay"),
    Arm(COARSE_FIRST, "coarse_first"),
    Arm(PARTIAL_FLATTEN, "partial_flat"),
    Arm(FLATTEN, "flat"),
    Arm(FLATTEN_LONG, "flat", tunes_of=DELAY),
)


def all_arms() -> dict[str, Arm]:
    """The arms by name, in the order of the tables: the fewest rows first."""
    return {arm.name: arm for arm in _ALL}


def batch_size(layout: Layout) -> int:
    """Tunes in a training step: fewer of those with more rows, so that a step costs the same."""
    return max(1, TUNES_AT_ONCE // layout.rows_per_step)
