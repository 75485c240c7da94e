"""From a configuration to the recipe of its batches."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from refimpl.birdie.compatibility import translate_objectives
from refimpl.birdie.configuration import BirdieConfig
from refimpl.birdie.datasets import as_callable
from refimpl.birdie.errors import BirdieError
from refimpl.birdie.literals import LiteralTokenizer
from refimpl.birdie.recipe import Recipe
from refimpl.objectives import Mixture
from refimpl.vocabulary import Vocabulary


def recipe_of(config: BirdieConfig, rank: int, n_ranks: int) -> Recipe:
    """How this process's training batches are made."""
    are_arrays = not callable(config.ds)
    return Recipe(
        ds=as_callable(config.ds),
        text_grabber_fn=config.text_grabber_fn,
        tokenizer=LiteralTokenizer() if config.tokenizer is None else config.tokenizer,
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
