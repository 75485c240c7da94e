"""The ways of asking that are compared."""

from __future__ import annotations

from dataclasses import dataclass

from refimpl.reproduce.asked.prompts import OTHER, USUAL

SCALES = (1.0, 2.0, 3.0, 5.0)
REAL, RESYNTHESISED = "real tunes", "through the codec"


@dataclass(frozen=True)
class Arm:
    """A way of asking.

    Attributes:
        name: of the arm.
        guidance: its scale; None for the test tunes themselves.
        wording: of the texts.
        clock: whether the model gets the clock of the tempo.
        melody: whether it gets the test tune's melody.
        without: attributes that the text leaves out, although they are judged.
    """

    name: str
    guidance: float | None = None
    wording: str = USUAL
    clock: bool = True
    melody: bool = False
    without: tuple[str, ...] = ()

    @property
    def as_music(self) -> bool:
        """Whether its tunes are also measured as music."""
        return self.clock and not self.melody and self.wording == USUAL


def all_arms(best: float = 3.0) -> dict[str, Arm]:
    """The arms by name, in the order of the table.

    Args:
        best: the scale of the arms that differ in something else.
    """
    arms = [
        Arm(REAL),
        Arm(RESYNTHESISED),
        *(Arm(f"guidance {scale:g}", scale) for scale in SCALES),
        Arm("held-out words", best, wording=OTHER),
        Arm("no clock", best, clock=False),
        Arm("melody", best, melody=True),
        Arm("melody, no key", best, melody=True, without=("key", "mood")),
    ]
    return {arm.name: arm for arm in arms}
