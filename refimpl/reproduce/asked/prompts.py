"""What is asked for: the attributes and the melodies of test tunes, in several wordings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl.text_to_music.judges import facts_to_judge
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.phrasings import TRAINED, write_phrase
from refimpl.tinytunes.tune import Tune

USUAL, OTHER = "trained words", "held-out words"
WORDINGS = {USUAL: tuple(TRAINED), OTHER: ("held-out",)}
KEEP = 0.5  # the chance that an attribute that nobody judges is mentioned


@dataclass(frozen=True, eq=False)
class Prompt:
    """A test tune that a text describes.

    Attributes:
        tune: has everything that is asked for.
        number: of the prompt; it chooses the words.
    """

    tune: Tune
    number: int

    def text(self, wording: str = USUAL, without: Collection[str] = ()) -> str:
        """Ask for the tune.

        Args:
            wording: a name in `WORDINGS`.
            without: attributes that are not asked for.
        """
        rng = np.random.default_rng([17, self.number])
        known = Attributes.of(self.tune.facts)
        return write_phrase(known, rng, WORDINGS[wording], keep=KEEP, without=without)

    @property
    def asked(self) -> dict[str, Any]:
        """The questions to the judges: by name, the right answers."""
        return facts_to_judge(Attributes.of(self.tune.facts))


def held_out_prompts(n: int) -> list[Prompt]:
    """The first n prompts; every third is of level 1, 2 or 3."""
    return [Prompt(tune, number) for number, tune in enumerate(mixed_tunes("test", range(n)))]
