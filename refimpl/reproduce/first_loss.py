"""Why the report's setup does not begin at ln 516 = 6.25: neighbouring tokens repeat.

With tied weights, a token's embedding is also the row of the output layer that scores it, and
before any training what enters the last layer still resembles what came in. So an untrained model
expects the token that it has just seen. That is worth little on text, and a lot on frames 1.5 ms
apart.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import torch

from refimpl.dataset import TokenDataset
from refimpl.presets import Preset
from refimpl.training import NextTokenBatches
from refimpl.transformer import Transformer

N_BATCHES = 16


def first_losses(preset: Preset, train_set: TokenDataset) -> dict[str, float]:
    """Losses of untrained models, in nats per token.

    Args:
        preset: says the model, which is made with tied weights and without.
        train_set: the tokens that a training would begin with.

    Returns:
        "uniform" (ln V), "tied", "untied", and "repeats": the share of tokens that are the same as
        the one before.

    Taught in lesson 5.
    """
    seed, context = preset.training.seed, preset.model.context_length
    batches = NextTokenBatches(train_set, preset.batch_size, context, seed)
    chosen = [batches.batch(k) for k in range(N_BATCHES)]
    losses = {"uniform": math.log(preset.model.vocabulary_size)}
    for name, tied in (("tied", True), ("untied", False)):
        config = dataclasses.replace(preset.model, tied_weights=tied)
        model = Transformer(config, seed=seed).eval()
        with torch.no_grad():
            losses[name] = float(np.mean([model(**batch).item() for batch in chosen]))
    ids = torch.stack([batch["input_ids"] for batch in chosen])  # (N_BATCHES, B, T)
    losses["repeats"] = float((ids[..., 1:] == ids[..., :-1]).float().mean())
    return losses
