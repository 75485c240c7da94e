"""Attributes as tokens: a clip's key, tempo, instruments and level side by side."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from torch import Tensor

from refimpl.conditioning.conditioner import Metadata
from refimpl.conditioning.facts import FactConditioner
from refimpl.conditioning.joint import JointConditioner
from refimpl.conditioning.numbers import NumberConditioner
from refimpl.errors import UserError


class AttributeConditioner(JointConditioner):
    """One vector for each attribute that a clip has.

        AttributeConditioner(
            {"key": KEYS, "tempo": (60.0, 180.0), "instruments.melody": ["flute", "violin"]}, 192
        )

    Args:
        attributes: by the name of the fact, a list of everything that it can be, or the range of a
            number as a tuple (low, high). A name with a dot is a fact within a fact.
        hidden_size: of the vectors.
        drop_rates: of each attribute in training, see `JointConditioner`. Music is then also
            written for some of the attributes.
        seed: of the initial values.

    Raises:
        UserError: no attributes, or one without values.
    """

    def __init__(
        self,
        attributes: Mapping[str, Sequence[Hashable] | tuple[float, float]],
        hidden_size: int,
        *,
        drop_rates: float | Mapping[str, float] = 0.0,
        seed: int = 0,
    ) -> None:
        # A module's name may hold no dot.
        self._facts = {name.replace(".", "_"): name.split(".") for name in attributes}
        parts = {}
        for number, (name, values) in enumerate(attributes.items()):
            own = name.replace(".", "_")
            options = {"seed": seed + number}
            if isinstance(values, tuple):
                if len(values) != 2:
                    raise UserError(f"{name} is {values}; give a range as (low, high), or a list")
                parts[own] = NumberConditioner(own, *values, hidden_size, **options)
            else:
                parts[own] = FactConditioner(own, values, hidden_size, **options)
        if isinstance(drop_rates, Mapping):
            drop_rates = {name.replace(".", "_"): rate for name, rate in drop_rates.items()}
        super().__init__(parts, drop_rates=drop_rates)

    def encode(self, clips: Sequence[Metadata], *, only=None) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, n_attributes, hidden_size)` and mask `(B, n_attributes)`.

        Args:
            clips: B of them.
            only: the attributes that say something, see `JointConditioner.encode`.

        Raises:
            UserError: a value that an attribute cannot have.
        """
        if only is not None:
            only = {name.replace(".", "_") for name in only}
        return super().encode([Metadata(facts=self._attributes(clip)) for clip in clips], only=only)

    def _attributes(self, clip: Metadata) -> dict[str, Hashable]:
        """The attributes that a clip has, by the names of the parts."""
        found = {}
        for own, path in self._facts.items():
            value = clip.facts
            for step in path:
                value = value.get(step) if isinstance(value, Mapping) else None
            if value is not None:
                found[own] = value
        return found
