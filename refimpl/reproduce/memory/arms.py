"""The models that are compared: what each remembers with, and what it is trained to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from refimpl.backbones import Backbone, find_backbone
from refimpl.reproduce.memory.tunes import LONGEST, TRAINED
from refimpl.vocabulary import Vocabulary

WIDTH, LAYERS, HEADS, INNER = 96, 3, 4, 256
ROWS = 8
RATE, WARMUP = 3e-3, 30
NEXT_TOKEN = None


@dataclass(frozen=True)
class Arm:
    """A model to be trained several times.

    Attributes:
        name: what tables call it.
        backbone: a name in `BACKBONES`.
        changes: made to the shape that all share.
        mixture: a name of `MIXTURES`, or a tuple of objectives; None: next tokens alone.
    """

    name: str
    backbone: str = "Transformer"
    changes: dict[str, Any] = field(default_factory=dict)
    mixture: str | tuple[dict[str, Any], ...] | None = NEXT_TOKEN

    def with_dropout(self, dropout: float) -> Arm:
        """The same model with some of its activations dropped in training."""
        return replace(self, changes=self.changes | {"dropout": dropout})

    def model(self, vocabulary: Vocabulary, seed: int) -> Backbone:
        """Return the model before its first step."""
        kind, config = find_backbone(self.backbone)
        shape = {
            "vocabulary_size": vocabulary.size,
            "n_layers": LAYERS,
            "hidden_size": WIDTH,
            "ffn_hidden_size": INNER,
            "context_length": LONGEST,
        }
        if self.backbone == "Transformer":
            shape["n_heads"] = HEADS
        return kind(config(**shape | self.changes), seed=seed)


LEARNED, ROPE, RELATIVE = "learned positions", "RoPE", "relative positions"
RECURRENT, SHIFTED = "recurrence", "RoPE, shifted keys"
SHORT_ARMS = (LEARNED, ROPE, RELATIVE, RECURRENT)
# Next tokens in half of the rows; in the others, rows that can only be told by looking back.
COPYING = (
    {"name": "next_token_prediction", "prob": 0.5},
    {"name": "copying", "prob": 0.25},
    {"name": "selective_copying", "prob": 0.25},
)


def questioned(name: str) -> str:
    """Name the arm of a kind of memory that is trained on eight objectives."""
    return f"{name}, eight objectives"


def all_arms() -> dict[str, Arm]:
    """All arms by name."""
    arms = [
        Arm(LEARNED, changes={"positions": "learned"}),
        Arm(ROPE, changes={"positions": "rope"}),
        # Distances that no row of training has would keep their first, random vectors.
        Arm(RELATIVE, changes={"positions": "relative", "window": TRAINED}),
        Arm(RECURRENT, "StateSpace"),
        Arm(SHIFTED, changes={"positions": "rope", "shifted_keys": True}),
        Arm(f"{ROPE}, rows that copy", changes={"positions": "rope"}, mixture=COPYING),
        Arm(questioned(ROPE), changes={"positions": "rope"}, mixture="eight"),
        Arm(questioned(RECURRENT), "StateSpace", mixture="eight"),
    ]
    return {arm.name: arm for arm in arms}
