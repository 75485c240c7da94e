"""The training data of a preset: whole tunes, or a mixture of objectives packed into rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from refimpl.curriculum import CurriculumCallback, make_curriculum
from refimpl.dataset import TokenDataset
from refimpl.errors import UserError
from refimpl.objectives import Mixture
from refimpl.presets import Preset
from refimpl.training import Callback, NextTokenBatches, ObjectiveBatches, ValidationBatches

LONG = 16_384  # steps; where a run ends by the clock, no curriculum needs their number


@dataclass(frozen=True)
class TrainingData:
    """The data that `train` is given.

    Attributes:
        batches: endless, resumable.
        validation: a fixed set of batches, or a function that gives (name, batch) pairs.
        callbacks: those that the batches need.
        mixed: the batches again, where they are of a mixture of objectives.
    """

    batches: Iterable
    validation: Any
    callbacks: list[Callback] = field(default_factory=list)
    mixed: ObjectiveBatches | None = None


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
        clips = train_set.metadata if preset.recordings.captions else None
        batches = NextTokenBatches(train_set, preset.batch_size, context, seed, clips=clips)
        return TrainingData(batches, next_token_validation(preset, validation_set))
    if options.is_adaptive and preset.training.steps is None:
        raise UserError(
            f"the curriculum {options.curriculum} explores less towards the end of a run, so it "
            "has to know the end; set training.steps, and not training.max_seconds alone"
        )
    mixture = Mixture(
        options.mixture, train_set.vocabulary, sample_positions=preset.model.sample_positions
    )
    batches = ObjectiveBatches(
        {"train": train_set, "validation": validation_set},
        mixture,
        preset.batch_size,
        context,  # a row fills the model's context
        curriculum=make_curriculum(
            options.curriculum,
            mixture.names,
            shares=mixture.shares.tolist(),
            n_steps=preset.training.steps or LONG,
            effect_delay=1,
            seed=seed,
        ),
        evaluate_every=options.evaluate_every,
        validation_batches=options.validation_batches,
        seed=seed,
    )
    callbacks = [CurriculumCallback(batches)] if options.is_adaptive else []
    return TrainingData(batches, batches.measure_validation_losses, callbacks, batches)


def next_token_validation(preset: Preset, validation_set: TokenDataset) -> ValidationBatches:
    """Return whole held-out tunes, on which models with any training objective are compared."""
    clips = validation_set.metadata if preset.recordings.captions else None
    return ValidationBatches(
        validation_set, preset.batch_size, preset.model.context_length, clips=clips
    )


def mixtures_of(batches: ObjectiveBatches) -> list[dict[str, Any]]:
    """Return the shares of a run by name, each with the step at which it took effect."""
    state, names = batches.curriculum.state_dict(), batches.mixture.names
    return [
        {"step": int(step), "shares": dict(zip(names, map(float, shares), strict=True))}
        for step, shares in zip(state["starts"], state["mixtures"], strict=True)
    ]
