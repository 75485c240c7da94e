"""Several objectives with their shares, each under its own name."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from refimpl.errors import suggest
from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.presets import MIXTURES
from refimpl.objectives.registry import split_configuration
from refimpl.objectives.tokens import special_tokens
from refimpl.vocabulary import Vocabulary


class Mixture:
    """The objectives that a run trains on.

    Args:
        configurations: {"name": …, "prob": …, parameters} of each; or the name of a preset, one
            of `MIXTURES`.
        vocabulary: of the tokens.
        sample_positions: "row" counts positions through each sample; "tune" gives an answer the
            positions of its gap. See `SAMPLE_POSITIONS`.

    Attributes:
        objectives: in the order of the configurations.
        special: their special tokens.
        shares: (n_objectives,) float64 of sum 1; equal where no "prob" is given.
        names: one for each; an objective that occurs with several settings has them in its name.

    Raises:
        ObjectiveError: an unknown preset, objective or parameter, with the nearest right one; no
            share above 0.

    Taught in lesson 6.
    """

    def __init__(
        self,
        configurations: str | Sequence[Mapping[str, Any]],
        vocabulary: Vocabulary,
        *,
        sample_positions: str = "row",
    ) -> None:
        if isinstance(configurations, str):
            if configurations not in MIXTURES:
                raise ObjectiveError(
                    f"there is no mixture {configurations!r}; {suggest(configurations, MIXTURES)}"
                )
            configurations = MIXTURES[configurations]
        if isinstance(configurations, Mapping) or not len(configurations):
            raise ObjectiveError(
                f"a mixture is a list of at least one objective, not {configurations!r}"
            )
        pairs = [split_configuration(configuration) for configuration in configurations]
        self.vocabulary = vocabulary
        self.objectives = tuple(objective for objective, _ in pairs)
        self.sample_positions = sample_positions
        self.special = special_tokens(self.objectives, vocabulary, sample_positions)
        shares = np.array([share for _, share in pairs], dtype=np.float64)
        if not shares.sum() > 0:
            raise ObjectiveError("every prob of the mixture is 0; give at least one more than that")
        self.shares = shares / shares.sum()
        self.names = _names(self.objectives)

    def __len__(self) -> int:
        return len(self.objectives)


def _names(objectives: Sequence) -> tuple[str, ...]:
    """Return short names, with settings if they are ambiguous, and numbers for duplicates."""
    plain = [objective.name for objective in objectives]
    names: list[str] = []
    for objective in objectives:
        name = objective.name if plain.count(objective.name) == 1 else objective.describe()
        same = sum(other == name or other.startswith(f"{name} #") for other in names)
        names.append(f"{name} #{same + 1}" if same else name)
    return tuple(names)
