"""The configuration of a Birdie: a dictionary whose every key must mean something."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from refimpl.birdie.compatibility import WITHOUT_USE
from refimpl.birdie.errors import BirdieError
from refimpl.birdie.recipe import grab_text
from refimpl.objectives.registry import nearest
from refimpl.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class BirdieConfig:
    """The configuration of a Birdie.

    Attributes:
        ds: a function of split, worker_id, num_workers and rng_seed that gives samples; or token
            arrays, as {"train": …, "validation": …}.
        ds_validation: the same for validation alone, where it is another.
        text_grabber_fn: takes the text, or the token array, out of a sample.
        tokenizer: has `encode`, and `decode`; by default it reads literals, "[12, 45, 511]".
        vocabulary: of the tokens; by default the tokenizer's, or the dataset's.
        start_end: put <|START|> before a tune and <|END|> after it. None: where `ds` is arrays,
            which come without.
        objectives: a list of {"name": …, "prob": …, parameters}, or a preset's name.
        sample_positions: "row" counts positions through each sample; "tune" gives an answer the
            positions of its gap.
        batch_size, sequence_length: of a batch; with an accelerator, of one process.
        num_workers: processes that make batches; 0: none besides this one.
        start_method: of the workers: "fork", "spawn" or "forkserver"; None chooses.
        num_shards: into how many parts `ds` deals its samples; never fewer than workers. Other
            batches come with another number, not with another number of workers.
        prefetch_batches: how far ahead batches are made. A new mixture is in force so many steps
            after the evaluation that it comes from.
        steps_between_evaluations: see `Birdie.time_for_eval`.
        num_steps: of the run; exploration decays over them.
        num_validation_batches: for each objective.
        curriculum: "reward_model", "exp3s", "uniform", "fixed" (the objectives' "prob" for good),
            or a `Curriculum`.
        warmup_steps: how long the mixture stays as it starts; None: the curriculum's own default.
        reward_fn: what a change of loss is worth; gets tensors.
        on_bad_sample: "raise", or "skip" to count those that cannot be read.
        accelerator: its processes get a part of the data each; batches come on its device.
        move_to_gpu_fn: takes a batch and gives it back where the model needs it.
        seed: of everything.

    Taught in lesson 6.
    """

    ds: Any
    ds_validation: Any = None
    text_grabber_fn: Callable[[Any], Any] = grab_text
    tokenizer: Any = None
    vocabulary: Vocabulary | None = None
    start_end: bool | None = None
    objectives: str | Sequence[Mapping[str, Any]] = "eight"
    sample_positions: str = "row"
    batch_size: int = 8
    sequence_length: int = 1024
    num_workers: int = 1
    start_method: str | None = None
    num_shards: int = 16
    prefetch_batches: int = 16
    steps_between_evaluations: int = 512
    num_steps: int = 16_384
    num_validation_batches: int = 2
    curriculum: Any = None
    warmup_steps: int | None = None
    reward_fn: Callable[..., Any] | None = None
    on_bad_sample: str = "raise"
    accelerator: Any = None
    move_to_gpu_fn: Callable[[Any], Any] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise BirdieError(f"{name} is {value!r}; it must be a whole number from {least} up")
        if self.num_workers > self.num_shards:
            raise BirdieError(
                f"num_workers is {self.num_workers} and num_shards {self.num_shards}; give as many"
                " shards as workers, or more"
            )
        if self.on_bad_sample not in ("raise", "skip"):
            raise BirdieError(f'on_bad_sample is {self.on_bad_sample!r}; give "raise" or "skip"')

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> "BirdieConfig":
        """Check a configuration, and make it.

        Raises:
            BirdieError: an unknown key, with the nearest right one; no dataset; a wrong value.
        """
        given = dict(config)
        if "total_steps" in given:
            given["num_steps"] = given.pop("total_steps")
        useless = sorted(given.keys() & WITHOUT_USE)
        for key in useless:
            del given[key]
        known = [field.name for field in fields(cls)]
        for key in given:
            if key not in known:
                raise BirdieError(f"a Birdie has no setting {key!r}; {nearest(key, known)}")
        if given.get("ds") is None:
            raise BirdieError("a Birdie needs a dataset: give ds, a function or token arrays")
        if useless:
            warnings.warn(f"without effect here: {', '.join(useless)}", stacklevel=4)
        optional = {f.name for f in fields(cls) if f.default is not None}
        # None, as in config.get(...), means the default wherever None is no value of its own.
        return cls(**{k: v for k, v in given.items() if v is not None or k not in optional})


_LEAST = {
    "batch_size": 1,
    "sequence_length": 2,
    "num_workers": 0,
    "num_shards": 1,
    "prefetch_batches": 1,
    "steps_between_evaluations": 1,
    "num_steps": 1,
    "num_validation_batches": 1,
    "seed": 0,
}
