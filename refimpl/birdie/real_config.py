"""A configuration of ours, said in the words of the original library `birdie_rl`.

The original takes text, not tokens: every piece goes to it as a literal, and special tokens as
strings that only our tokenizer for it understands.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from refimpl.birdie.config import BirdieConfig
from refimpl.birdie.errors import BirdieError
from refimpl.curriculum import tensor_reward
from refimpl.objectives import Objective
from refimpl.objectives.sample import SpecialTokens
from refimpl.packing import Recipe, ShardTunes
from refimpl.packing.tunes import VALIDATION
from refimpl.vocabulary import Vocabulary

# A row counts as full when fewer positions are left. Below 17 its infilling never fits and its
# worker stops; its own default of 256 leaves a fifth of a row of 512 empty.
LEAST_REST = 17


class Literal(str):
    """Tokens as text. Its type tells it from text that the original has put together itself."""


class Unreadable(str):
    """Takes the place of a missing sample, and gives the reason."""


class MarkTokenizer:
    """The tokenizer that the original gets: literals, and names for special tokens.

    Args:
        vocabulary: of the tokens.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def encode(self, text: str) -> list[int]:
        """Token ids of a literal, or of a special token's name; [UNK] for anything else.

        Raises:
            BirdieError: it stands for a sample that could not be read.
        """
        if isinstance(text, Unreadable):
            raise BirdieError(str(text))
        if isinstance(text, Literal):
            return json.loads(text)
        name = text.strip()
        if token := re.fullmatch(r"<token (\d+)>", name):
            return [int(token[1])]
        sentinels = self.vocabulary.sentinels
        if mask := re.fullmatch(r"[<\[]mask (\d+)[>\]]", name):
            return [sentinels[int(mask[1]) % len(sentinels)]]  # it sets no limit to their number
        if name == "[sep]":
            return [sentinels[-1]]
        if not name or re.fullmatch(r"\[/mask \d+\]", name):
            return []
        return [self.vocabulary.unk]

    def decode(self, ids: Sequence[int]) -> str:
        """A literal; nothing for no tokens, or the original would take "[]" for more text."""
        return Literal(list(map(int, ids))) if len(ids) else ""


class LiteralSamples:
    """Our dataset as the original asks for it: the samples of a shard, as literals.

    Args:
        recipe: how samples become tokens.
        recipe_validation: the same for validation.
    """

    def __init__(self, recipe: Recipe, recipe_validation: Recipe) -> None:
        self.recipe, self.recipe_validation = recipe, recipe_validation

    def __call__(
        self, split: str, worker_id: int, num_workers: int, rng_seed: int = 0
    ) -> Iterator[str]:
        """Yield literals of one shard. Errors come as samples, or they would go unnoticed."""
        recipe = self.recipe_validation if split == VALIDATION else self.recipe
        seeded = replace(recipe, seed=rng_seed)
        source = ShardTunes(seeded, split, worker_id, n_shards=num_workers, endless=False)
        is_empty = True
        try:
            for tokens in source:
                is_empty = False
                yield Literal(tokens.tolist())
        except BirdieError as error:
            yield Unreadable(error)
        else:
            if is_empty:
                yield Unreadable(
                    f"no sample of the split {split!r} holds a token in part {worker_id + 1} of"
                    f" {num_workers}; give it some tunes, or use fewer workers"
                )


def real_configuration(
    config: BirdieConfig, recipe: Recipe, recipe_validation: Recipe
) -> dict[str, Any]:
    """Return the configuration of `birdie_rl.Birdie`."""
    samples = LiteralSamples(recipe, recipe_validation)
    mixture = recipe.mixture
    rows = zip(mixture.objectives, mixture.special, mixture.shares, strict=True)
    real = {
        "ds": samples,
        "tokenizer": MarkTokenizer(mixture.vocabulary),
        "text_grabber_fn": _same,
        "move_to_gpu_fn": _same,
        "objectives": [_objective(i, *row) for i, row in enumerate(rows)],
        "start_generating_id": mixture.vocabulary.answer,
        "min_seq_len_for_packing": min(LEAST_REST, config.sequence_length - 1),
        "accelerator": config.accelerator,
    }
    if config.reward_fn is not None:
        real["reward_fn"] = _reward(config.reward_fn)
    names = ("batch_size", "sequence_length", "num_workers", "steps_between_evaluations")
    names += ("num_steps", "num_validation_batches", "seed")
    return real | {name: getattr(config, name) for name in names}


def _same(thing: Any) -> Any:
    return thing


def _reward(function: Any) -> Any:
    """It calls a reward by other keywords than those that its README writes."""
    import torch

    reward = tensor_reward(function)

    def called_by_the_original(old_loss_vector: Any, new_loss_vector: Any) -> Any:
        unknown = np.full(len(new_loss_vector), np.nan)
        values = reward(
            action_taken=unknown,
            old_loss=old_loss_vector.numpy(),
            new_loss=new_loss_vector.numpy(),
            old_step_idx=None,
            new_step_idx=None,
        )
        return torch.as_tensor(values)

    return called_by_the_original


def _objective(
    number: int, objective: Objective, special: SpecialTokens, share: float
) -> dict[str, Any]:
    """One entry of its list of objectives."""
    paradigm = "" if special.paradigm is None else f"<token {special.paradigm}>"
    parameters = parameters_for_the_original(objective, paradigm)
    return {
        "name": objective.name,
        "prob": float(share),
        "hash_str": str(number),
        # Training reads the parameters in one place, validation in the other.
        "config_overrides": dict(parameters),
        **parameters,
    }


def parameters_for_the_original(objective: Objective, paradigm: str) -> dict[str, Any]:
    """An objective's parameters by the original's names.

    Args:
        objective: One of ours.
        paradigm: Its token, as the original's tokenizer reads it.
    """
    if objective.name not in _PARAMETERS:
        raise BirdieError(
            f"the original library has no objective {objective.name!r}; it knows"
            f" {', '.join(_PARAMETERS)}"
        )
    return _PARAMETERS[objective.name](objective, paradigm)


def _masks() -> dict[str, str]:
    return {"mask_prefix": "<mask ", "mask_suffix": ">"}


def _infilling(ours: Any, paradigm: str) -> dict[str, Any]:
    names = ("corruption_rate", "mean_tokens_per_span", "max_mask_spans")
    return {"paradigm": paradigm, **_masks()} | {name: getattr(ours, name) for name in names}


def _autoencoding(ours: Any, paradigm: str) -> dict[str, Any]:
    return {
        "paradigm_prompt": paradigm,
        "corruption_rate": ours.corruption_rate,
        "tokens_per_mask": int(ours.mean_tokens_per_span),
        **_masks(),
    }


def _selective_copying(ours: Any, paradigm: str) -> dict[str, Any]:
    bounds = {
        f"{bound}_delimiter_{side}_length": getattr(ours, f"{bound}_delimiter_length")
        for bound in ("min", "max")
        for side in ("prefix", "suffix")
    }
    return bounds | {
        "paradigm_prompt": paradigm,
        "tokens_per_mask": (ours.min_span_length + ours.max_span_length) // 2,
        "format_style": "context_query" if ours.query == "after" else "query_context",
        "start_token_template": "mask",
        "result_token_template": "mask",
        "context_token": "[sep]",
        "close_context_token": "",
        "done_token": "",
    }


_PARAMETERS = {
    "next_token_prediction": lambda ours, paradigm: {"paradigm": paradigm},
    "prefix_language_modeling": lambda ours, paradigm: {
        "paradigm_str": paradigm,
        "prefix_fraction": ours.prefix_fraction,
    },
    "copying": lambda ours, paradigm: {"paradigm": paradigm},
    "infilling": _infilling,
    "autoencoding": _autoencoding,
    "autoencoding_with_deshuffling": _autoencoding,
    "deshuffling": lambda ours, paradigm: {
        "paradigm": paradigm,
        "percentage_to_shuffle": (ours.min_fraction + ours.max_fraction) / 2,
    },
    "selective_copying": _selective_copying,
}
