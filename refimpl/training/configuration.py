"""How a model is trained, in one record that is saved with every checkpoint."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from refimpl.training.errors import TrainingError

# A run may be resumed with other values of these: they change how long it goes on, how it is
# watched or what computes it. (Another `steps` stretches the rest of the schedule.)
FREE_TO_CHANGE = {
    "gradient_accumulation_steps",
    "mixed_precision",
    "compile",
    "device",
    "steps",
    "max_seconds",
    "validate_every",
    "checkpoint_every",
    "keep_checkpoints",
    "log_every",
    "progress",
}


@dataclass(frozen=True)
class TrainingConfig:
    """The options of `train`.

    Args:
        steps: updates of the weights in all. None: as many as `max_seconds` allows.
        max_seconds: stop after this much time spent in training steps (validation and saving not
            counted), and let the learning rate fall with the clock. Such a run is not
            reproducible, since a faster machine does more steps: presets use `steps`.
        learning_rate: the highest rate, reached at the end of the warm-up.
        warmup_steps: steps over which the rate rises linearly from zero.
        final_learning_rate: the floor of the cosine, as a share of `learning_rate`.
        weight_decay: decoupled decay of weight matrices; norms, biases and embeddings have none.
        betas: decay rates of AdamW's two running means.
        clip_norm: gradients are scaled down to this norm. None: only measured.
        gradient_accumulation_steps: each batch is split into this many pieces that pass through
            the model one after the other: less memory, the same update.
        mixed_precision: "no", "bf16" or "fp16".
        compile: translate the model with `torch.compile` first; pays on a GPU.
        device: None (what Accelerate finds) or "cpu".
        seed: of everything random in a step, such as dropout.
        validate_every: steps between validations. None: at the end only.
        checkpoint_every: steps between checkpoints. None: at the end only.
        keep_checkpoints: how many of the newest stay; the best one stays besides.
        log_every: steps between readings of the loss. A reading makes a GPU wait.
        progress: show a progress bar.

    Taught in lesson 5.
    """

    steps: int | None = 1000
    max_seconds: float | None = None
    learning_rate: float = 3e-3
    warmup_steps: int = 50
    final_learning_rate: float = 0.1
    weight_decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.95)
    clip_norm: float | None = 1.0
    gradient_accumulation_steps: int = 1
    mixed_precision: str = "no"
    compile: bool = False
    device: str | None = None
    seed: int = 0
    validate_every: int | None = 250
    checkpoint_every: int | None = 250
    keep_checkpoints: int = 2
    log_every: int = 10
    progress: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "betas", tuple(self.betas))  # JSON brings it back as a list
        if self.steps is None and self.max_seconds is None:
            raise TrainingError("neither steps nor max_seconds is given: training would never end")
        if self.mixed_precision not in ("no", "bf16", "fp16"):
            raise TrainingError(
                f"mixed_precision is {self.mixed_precision!r}; it can be 'no', 'bf16' or 'fp16'"
            )
        if self.device not in (None, "cpu"):
            raise TrainingError(f"device is {self.device!r}; it can be None (found) or 'cpu'")
        at_least = {
            "steps": 1,
            "max_seconds": 0,
            "learning_rate": 0,
            "warmup_steps": 0,
            "final_learning_rate": 0,
            "weight_decay": 0,
            "clip_norm": 0,
            "gradient_accumulation_steps": 1,
            "seed": 0,
            "validate_every": 1,
            "checkpoint_every": 1,
            "keep_checkpoints": 1,
            "log_every": 1,
        }
        for name, least in at_least.items():
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise TrainingError(f"{name} is {value}; it must be at least {least}")

    def to_dict(self) -> dict:
        """The options as a dictionary that JSON can hold."""
        return asdict(self) | {"betas": list(self.betas)}

    @classmethod
    def from_dict(cls, options: dict) -> TrainingConfig:
        """Undo `to_dict`.

        Raises:
            TrainingError: an option has a name that does not exist.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(options) - known)
        if unknown:
            raise TrainingError(
                f"unknown training option {unknown[0]!r}; there are {', '.join(sorted(known))}"
            )
        return cls(**options)
