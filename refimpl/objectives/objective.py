"""The base class of objectives: parameters, possible lengths, and making a sample."""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np

from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.sample import Sample, SpecialTokens


@dataclass(frozen=True)
class Objective:
    """A way to turn a piece of a tune into a question and an answer.

    Your own objective is a frozen dataclass derived from this one, with a `name`, its parameters
    as fields, the two methods below, and the decorator `@register`.

    Args:
        paradigm: the token that names the task, by its name or id. None: the objective's own
            in the vocabulary, or else a spare one.

    Attributes:
        name: its name in configurations.
        min_tokens: the shortest piece that it can make a sample of.

    Taught in lesson 6.
    """

    name: ClassVar[str] = ""
    min_tokens: ClassVar[int] = 1
    has_paradigm: ClassVar[bool] = True  # False: without a token unless one is given

    paradigm: str | int | None = field(default=None, kw_only=True)

    def packed_length(self, n_tokens: int) -> int:
        """Return the most positions for a piece of n_tokens; a longer piece never has fewer."""
        raise NotImplementedError

    def build(self, tokens: np.ndarray, special: SpecialTokens, rng: np.random.Generator) -> Sample:
        """Make a sample of all the tokens of a piece.

        Args:
            tokens: (n_tokens,) int64, at least `min_tokens`; must not be changed.
            special: the special tokens; `special.ask(question, answer)` adds them.
            rng: the only source of randomness.
        """
        raise NotImplementedError

    def describe(self) -> str:
        """The name, with the parameters that are not the default ones."""
        changed = [f for f in fields(self) if getattr(self, f.name) != f.default]
        return " ".join([self.name] + [f"{f.name}={getattr(self, f.name)}" for f in changed])

    def _check_number(self, name: str, least: float, most: float, *, whole: bool = False) -> None:
        """Raise ObjectiveError where a parameter is no number from `least` to `most`."""
        value: Any = getattr(self, name)
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if whole and number:
            number = value == int(value) if np.isfinite(value) else False
        if not number or not least <= value <= most:
            kind = "a whole number" if whole else "a number"
            upper = f" to {most}" if np.isfinite(most) else " up"
            raise ObjectiveError(
                f"{self.name}: {name} is {value!r}; it must be {kind} from {least}{upper}"
            )
        if whole:
            object.__setattr__(self, name, int(value))  # 3.0 from a JSON file counts as 3
