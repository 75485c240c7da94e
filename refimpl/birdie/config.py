"""The configuration of a Birdie: a dictionary whose every key must mean something.

`BirdieConfig` checks the keys; `recipe_of` and `curriculum_of` make the sources of its batches.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from refimpl.birdie.compatibility import WITHOUT_USE, translate_objectives
from refimpl.birdie.errors import BirdieError
from refimpl.birdie.literals import LiteralTokenizer
from refimpl.curriculum import make_curriculum, tensor_reward
from refimpl.errors import suggest
from refimpl.objectives import Mixture
from refimpl.packing import Recipe, TokenArrays
from refimpl.vocabulary import Vocabulary


def grab_text(item: Any) -> Any:
    """What is the text of a sample: its "text" where it is a dictionary, or itself."""
    if isinstance(item, dict):
        if "text" not in item:
            raise BirdieError(
                f"it is a dictionary with {', '.join(map(repr, item)) or 'nothing'} and no 'text';"
                " give a text_grabber_fn"
            )
        return item["text"]
    return item


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
                raise BirdieError(f"a Birdie has no setting {key!r}; {suggest(key, known)}")
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


def recipe_of(config: BirdieConfig, rank: int, n_ranks: int) -> Recipe:
    """How this process's training batches are made."""
    are_arrays = not callable(config.ds)
    return Recipe(
        ds=as_callable(config.ds),
        read=Reader(config.text_grabber_fn, config.tokenizer or LiteralTokenizer()),
        mixture=Mixture(
            translate_objectives(config.objectives),
            vocabulary_of(config),
            sample_positions=config.sample_positions,
        ),
        batch_size=config.batch_size,
        sequence_length=config.sequence_length,
        n_shards=-(-config.num_shards // n_ranks) * n_ranks,  # as many for each process
        seed=config.seed,
        start_end=are_arrays if config.start_end is None else config.start_end,
        skip_bad_samples=config.on_bad_sample == "skip",
        rank=rank,
        error=BirdieError,
    )


def validation_recipe_of(config: BirdieConfig, recipe: Recipe) -> Recipe:
    """The same for the validation batches."""
    ds = config.ds_validation
    if ds is None:
        return recipe
    if not callable(ds) and not isinstance(ds, Mapping):
        ds = {"validation": ds}
    return replace(recipe, ds=as_callable(ds))


def vocabulary_of(config: BirdieConfig) -> Vocabulary:
    """The vocabulary that is given, or the tokenizer's, or the dataset's.

    A tokenizer of text knows only how many tokens it has: those are the codes then, and the special
    tokens come after them.
    """
    datasets = config.ds.values() if isinstance(config.ds, Mapping) else [config.ds]
    for owner in (config, config.tokenizer, *datasets):
        vocabulary = getattr(owner, "vocabulary", None)
        if isinstance(vocabulary, Vocabulary):
            return vocabulary
    size = _size_of(config.tokenizer)
    if size is None:
        raise BirdieError(
            "a Birdie needs to know the tokens: give vocabulary=Vocabulary(n_codes), or a tokenizer"
            " with n_vocab"
        )
    return Vocabulary(size)


def _size_of(tokenizer: Any) -> int | None:
    for name in ("n_vocab", "vocab_size"):
        if isinstance(getattr(tokenizer, name, None), int):
            return getattr(tokenizer, name)
    return len(tokenizer) if hasattr(tokenizer, "__len__") else None


@dataclass(frozen=True)
class Reader:
    """Reads a sample: its text through the tokenizer, or its token array as it is.

    Attributes:
        text_grabber_fn: takes the text, or the token array, out of a sample.
        tokenizer: has `encode`; for texts only.
    """

    text_grabber_fn: Callable[[Any], Any]
    tokenizer: Any

    def __call__(self, sample: Any) -> Any:
        """Return the token ids of a sample."""
        text = self.text_grabber_fn(sample)
        return self.tokenizer.encode(text) if isinstance(text, str) else text


def as_callable(ds: Any) -> Any:
    """A function that gives samples, of a function or of token arrays."""
    if callable(ds):
        return ds
    if isinstance(ds, Mapping):
        return TokenArrays(ds)
    if hasattr(ds, "__len__") and hasattr(ds, "__getitem__") and not isinstance(ds, str):
        return TokenArrays({"train": ds})
    raise BirdieError(
        f"ds is {type(ds).__name__}; give a function of split, worker_id, num_workers and rng_seed,"
        ' or token arrays as {"train": …, "validation": …}'
    )


def curriculum_of(config: BirdieConfig, mixture: Mixture, effect_delay: int) -> Any:
    """The curriculum that a configuration asks for.

    Raises:
        BirdieError: a curriculum of other objectives.
        CurriculumError: an unknown kind.
    """
    kind = "reward_model" if config.curriculum is None else config.curriculum
    if not isinstance(kind, str):
        names = tuple(getattr(kind, "names", mixture.names))
        if names != mixture.names:
            raise BirdieError(
                f"the curriculum is of {', '.join(names)}, and the objectives are"
                f" {', '.join(mixture.names)}; give both the same, in the same order"
            )
        return kind
    return make_curriculum(
        kind,
        mixture.names,
        shares=mixture.shares.tolist(),
        n_steps=config.num_steps,
        warmup_steps=config.warmup_steps,
        effect_delay=effect_delay,
        reward_fn=None if config.reward_fn is None else tensor_reward(config.reward_fn),
        seed=config.seed,
    )
