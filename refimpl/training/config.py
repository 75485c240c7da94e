"""The training options, in one record that is saved with every checkpoint."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from refimpl.configuration import Configuration, Count, NotNegative, Truth, Whole, configuration
from refimpl.errors import UserError


class TrainingError(UserError):
    """A run cannot start, go on or be resumed; the message says what to do about it."""


# A run may be resumed with other values of these: they change its length, its monitoring or its
# hardware. (Another `steps` stretches the rest of the schedule.)
FREE_TO_CHANGE = {
    "gradient_accumulation_steps",
    "mixed_precision",
    "compile",
    "device",
    "steps",
    "max_seconds",
    "clock",
    "validate_every",
    "checkpoint_every",
    "keep_checkpoints",
    "log_every",
    "progress",
}


@configuration
class TrainingConfig(Configuration):
    """The options of `train`.

    Args:
        steps: updates of the weights in all. None: as many as `max_seconds` allows.
        max_seconds: stop after this much time spent in training steps (validation and saving not
            counted), and let the learning rate fall with the clock. Such a run is not
            reproducible, since a faster machine does more steps: presets use `steps`.
        clock: what `max_seconds` counts. "wall": the time that passes. "processor": the time that
            this process computes, which others on the same machine change less.
        learning_rate: the highest rate, reached at the end of the warm-up.
        warmup_steps: steps over which the rate rises linearly from zero.
        final_learning_rate: the floor of the cosine, as a share of `learning_rate`.
        weight_decay: decoupled decay of weight matrices; norms, biases and embeddings have none.
        betas: decay rates of AdamW's two running means.
        clip_norm: gradients are scaled down to this norm. None: only measured.
        gradient_accumulation_steps: each batch is split into this many pieces that pass through
            the model one after the other: less memory, the same update.
        mixed_precision: "no", "bf16" or "fp16".
        compile: compile the model with `torch.compile` first; worthwhile on a GPU.
        device: None (Accelerate's choice) or "cpu".
        seed: of everything random in a step, such as dropout.
        validate_every: steps between validations. None: at the end only.
        checkpoint_every: steps between checkpoints. None: at the end only.
        keep_checkpoints: number of the newest ones to keep; the best one also stays.
        log_every: steps between readings of the loss. A reading makes a GPU wait.
        progress: show a progress bar.

    Taught in lesson 5.
    """

    error: ClassVar[type[UserError]] = TrainingError

    steps: Count | None = 1000
    max_seconds: NotNegative | None = None
    clock: Literal["wall", "processor"] = "wall"
    learning_rate: NotNegative = 3e-3
    warmup_steps: Annotated[Whole, Field(ge=0)] = 50
    final_learning_rate: NotNegative = 0.1
    weight_decay: NotNegative = 0.1
    betas: tuple[NotNegative, NotNegative] = (0.9, 0.95)
    clip_norm: NotNegative | None = 1.0
    gradient_accumulation_steps: Count = 1
    mixed_precision: Literal["no", "bf16", "fp16"] = "no"
    compile: Truth = False
    device: Literal["cpu"] | None = None
    seed: Annotated[Whole, Field(ge=0)] = 0
    validate_every: Count | None = 250
    checkpoint_every: Count | None = 250
    keep_checkpoints: Count = 2
    log_every: Count = 10
    progress: Truth = True

    def __post_init__(self) -> None:
        if self.steps is None and self.max_seconds is None:
            raise TrainingError("neither steps nor max_seconds is given: training would never end")
