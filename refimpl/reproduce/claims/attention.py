"""A claim about the memory of relative attention, counted and not timed."""

from __future__ import annotations

import math

import torch

from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.memory_cost import (
    ATTENTIONS,
    HEAD_SIZE,
    N_HEADS,
    stored_megabytes,
)

LENGTH = 512  # tokens


def skewing(seed: int) -> float:
    """How many times skewing halves what attention by distance stores for the backward pass."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(4, N_HEADS, LENGTH, HEAD_SIZE, generator=generator).unbind(0)
    inputs = [one.clone().requires_grad_() for one in inputs]
    naive, skewed = (stored_megabytes(ATTENTIONS[name], inputs) for name in ("naive", "skewed"))
    return math.log2(naive / skewed)


ATTENTION = [
    Claim(
        "Skewing",
        10,
        "attention by distance needs no vector for every pair of tokens: skewing the scores saves"
        " most of the memory",
        "huang2018",
        "piano performances; at 650 tokens it was 6 times as fast, too",
        "halvings of what is stored for the backward pass",
        f"{LENGTH} tokens, {N_HEADS} heads of {HEAD_SIZE} numbers",
        skewing,
        least=1.0,
    )
]
