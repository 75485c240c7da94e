"""The training data of a preset: whole tunes, or a mixture of objectives packed into rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from refimpl.birdie import Birdie, CurriculumCallback
from refimpl.dataset import TokenDataset
from refimpl.errors import UserError
from refimpl.presets import Preset
from refimpl.training import Callback, NextTokenBatches, ValidationBatches


@dataclass(frozen=True)
class TrainingData:
    """The data that `train` is given.

    Attributes:
        batches: endless, resumable.
        validation: a fixed set of batches, or a function that gives (name, batch) pairs.
        callbacks: those that the batches need.
        birdie: makes the batches, where there is a mixture of objectives.
    """

    batches: Iterable
    validation: Any
    callbacks: list[Callback] = field(default_factory=list)
    birdie: Birdie | None = None


def training_data(
    preset: Preset, train_set: TokenDataset, validation_set: TokenDataset
) -> TrainingData:
    """The batches that a preset asks for.

    Args:
        preset: says the objectives, the size of a batch, and the seed.
        train_set: tokens to learn from.
        validation_set: tokens to be scored on.

    Raises:
        UserError: an objective needs longer rows, or a curriculum does not know when the run ends.

    Taught in lesson 6.
    """
    seed, context = preset.training.seed, preset.model.context_length
    options = preset.objectives
    if options.mixture is None:
        batches = NextTokenBatches(train_set, preset.batch_size, context, seed)
        return TrainingData(batches, next_token_validation(preset, validation_set))
    if options.is_adaptive and preset.training.steps is None:
        raise UserError(
            f"the curriculum {options.curriculum} explores less towards the end of a run, so it "
            "has to know the end; set training.steps, and not training.max_seconds alone"
        )
    birdie = Birdie(
        {
            "ds": {"train": train_set, "validation": validation_set},
            "objectives": options.mixture,
            "sample_positions": preset.model.sample_positions,
            "curriculum": options.curriculum,
            "batch_size": preset.batch_size,
            "sequence_length": context,  # a row fills the model's context
            "steps_between_evaluations": options.evaluate_every,
            "num_validation_batches": options.validation_batches,
            "num_steps": preset.training.steps,
            "num_workers": 0,  # a batch takes milliseconds to pack, a step of training hundreds
            "prefetch_batches": 1,
            "seed": seed,
        }
    )
    callbacks = [CurriculumCallback(birdie)] if options.is_adaptive else []
    return TrainingData(birdie, birdie.measure_validation_losses, callbacks, birdie)


def next_token_validation(preset: Preset, validation_set: TokenDataset) -> ValidationBatches:
    """Return whole held-out tunes, on which models with any training objective are compared."""
    return ValidationBatches(validation_set, preset.batch_size, preset.model.context_length)


def mixtures_of(birdie: Birdie) -> list[dict[str, Any]]:
    """Return the shares of a run by name, each with the step at which it took effect."""
    state, names = birdie.curriculum.state_dict(), birdie.mixture.names
    return [
        {"step": int(step), "shares": dict(zip(names, map(float, shares), strict=True))}
        for step, shares in zip(state["starts"], state["mixtures"], strict=True)
    ]
