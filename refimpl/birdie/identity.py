"""What must be the same for a saved Birdie to go on: its data, its sizes and what it asks for."""

from collections.abc import Mapping
from typing import Any

from refimpl.birdie.configuration import BirdieConfig
from refimpl.birdie.errors import BirdieError
from refimpl.birdie.recipe import Recipe


def identity_of(config: BirdieConfig, recipe: Recipe, n_ranks: int, ahead: int) -> dict[str, Any]:
    """The part of a configuration that decides what batch k is, as numbers and strings."""
    mixture = recipe.mixture
    identity = {
        "seed": config.seed,
        "batch_size": config.batch_size,
        "sequence_length": config.sequence_length,
        "n_shards": recipe.n_shards,
        "n_ranks": n_ranks,
        "ahead": ahead,
        "objectives": [repr(objective) for objective in mixture.objectives],
        "vocabulary": mixture.vocabulary.to_dict(),
    }
    if mixture.sample_positions != "row":  # the default is not noted: older states lack it
        identity["sample_positions"] = mixture.sample_positions
    return identity


def check_identity(saved: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Compare a saved identity with that of the Birdie that is to go on.

    Raises:
        BirdieError: they differ; the message names the first difference.
    """
    for name in {**own, **saved}:
        if saved.get(name) != own.get(name):
            raise BirdieError(
                f"{name} was {saved.get(name)} when the run was saved, and is {own.get(name)} now; "
                "resume with the same configuration"
            )
