"""Train one model of the comparison for a number of processor seconds, through the one loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from refimpl.backbones import Backbone
from refimpl.objectives import Mixture
from refimpl.reproduce.memory.arms import RATE, ROWS, WARMUP, Arm
from refimpl.reproduce.memory.tunes import LONGEST, TRAINED, EventTunes
from refimpl.training import NextTokenBatches, ObjectiveBatches, TrainingConfig, train
from refimpl.vocabulary import CAUSAL, PREFIX

LONG, DROPOUT = 300.0, 0.1  # seconds from which on a model sees a tune often enough to learn it
QUESTION_ROWS = 4  # rows of LONGEST tokens hold as much as ROWS tunes of half that length


def train_arm(
    arm: Arm,
    tunes: EventTunes,
    seconds: float,
    seed: int,
    *,
    folder: Path | None = None,
    show: bool = True,
) -> tuple[Backbone, dict[str, Any]]:
    """Train a model.

    Args:
        arm: which one.
        tunes: what it learns from.
        seconds: of processor time, spent in training steps.
        seed: of the first weights and the batches.
        folder: for checkpoints, from which a run that was stopped goes on; None: without.
        show: whether to show a progress bar.

    Returns:
        The model, in evaluation mode, and a record of the training: steps, tokens that were
        predicted, weights, and the training loss of the last hundred steps.
    """
    dropout = DROPOUT if seconds >= LONG else 0.0
    model = arm.with_dropout(dropout).model(tunes.vocabulary, seed)
    config = TrainingConfig(
        steps=None,
        max_seconds=seconds,
        clock="processor",
        learning_rate=RATE,
        warmup_steps=WARMUP,
        validate_every=None,
        checkpoint_every=500,
        keep_checkpoints=1,
        device="cpu",
        seed=seed,
        progress=show,
    )
    batches = batches_of(arm, tunes, seed, both_ways=model.reads_both_ways)
    result = train(model, batches, config, folder=folder)
    losses = [record for record in result.history if "loss" in record]
    last = [record["loss"] for record in losses[-100:]]
    return model, {
        "steps": losses[-1]["step"] if losses else 0,
        "tokens": losses[-1]["tokens"] if losses else 0,
        "weights": sum(p.numel() for p in model.parameters()),
        "training_loss": round(sum(last) / len(last), 4) if last else None,
        "stopped_by": result.stopped_by,
    }


class InOneDirection:
    """Batches whose prefixes are read like all else, for a backbone that cannot look ahead."""

    def __init__(self, batches: ObjectiveBatches):
        self.batches, self.vocabulary = batches, batches.vocabulary
        self.state_dict, self.load_state_dict = batches.state_dict, batches.load_state_dict

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        return self

    def __next__(self) -> dict[str, torch.Tensor]:
        batch = next(self.batches)
        mask = batch["attention_mask"]
        return batch | {"attention_mask": mask.masked_fill(mask == PREFIX, CAUSAL)}


def batches_of(
    arm: Arm, tunes: EventTunes, seed: int, *, both_ways: bool
) -> NextTokenBatches | ObjectiveBatches | InOneDirection:
    """The batches that an arm is trained on: tunes, or questions about pieces of them.

    Args:
        arm: says which.
        tunes: to learn from.
        seed: of the batches.
        both_ways: whether the model can read a prefix in both directions.
    """
    if arm.mixture is None:
        return NextTokenBatches(
            tunes.train, ROWS, TRAINED, seed, vocabulary=tunes.vocabulary, similar_lengths=True
        )
    splits = {"train": tunes.train, "validation": tunes.held_out}
    mixture = Mixture(arm.mixture, tunes.vocabulary)
    batches = ObjectiveBatches(splits, mixture, QUESTION_ROWS, LONGEST, seed=seed)
    return batches if both_ways else InOneDirection(batches)
