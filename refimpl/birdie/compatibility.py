"""Configurations as they are written for the original library: what is renamed, what has no use."""

import math
import warnings
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from refimpl.objectives.errors import ObjectiveError

# Keys of the original that mean something else here, or nothing: the curriculum has settings of
# its own, and no text stands between question and answer. They are accepted, and named.
WITHOUT_USE = frozenset(
    {
        "agent_explore_cook_period",
        "agent_explore_cook_prob",
        "agent_explore_decay_steps",
        "agent_explore_num_steps",
        "agent_explore_rate_max",
        "agent_explore_rate_min",
        "agent_explore_warmup_steps",
        "grok_iterations",
        "hidden_dims",
        "lr",
        "min_seq_len_for_packing",
        "minimum_sequence_length",
        "reward_signal_dims",
        "start_generating_paradigm",
    }
)
_PARADIGM = ("paradigm", "paradigm_token", "paradigm_prompt", "paradigm_str")
# How the original writes masks and queries as text. Here they are tokens of the vocabulary.
_OF_TEXT = frozenset(
    {
        "close_context_token",
        "context_token",
        "done_token",
        "mask_prefix",
        "mask_suffix",
        "result_token_template",
        "start_token_template",
    }
)


def translate_objective(configuration: Any) -> Any:
    """An objective's configuration with the original's keys replaced by ours.

    Names that neither the original nor this package knows stay; making the objective refuses them.

    Raises:
        ObjectiveError: two paradigms that differ, or no number where there has to be one.
    """
    if not isinstance(configuration, Mapping):
        return configuration
    ours = {
        key: value for key, value in configuration.items() if key not in (*_OF_TEXT, *_PARADIGM)
    }
    if (paradigm := _the_one_paradigm(configuration)) != "":
        ours["paradigm"] = paradigm
    if ours.get("paradigm_suffix") == "":
        del ours["paradigm_suffix"]
    name = ours.get("name")
    if name == "deshuffling" and "percentage_to_shuffle" in ours:
        ours["min_fraction"] = ours["max_fraction"] = ours.pop("percentage_to_shuffle")
    if name == "prefix_language_modeling" and "corruption_rate" in ours:
        del ours["corruption_rate"]  # has no effect there either, but its own examples give it
        warnings.warn(
            "prefix_language_modeling has no corruption_rate; prefix_fraction alone is used",
            stacklevel=4,
        )
    if name in ("autoencoding", "autoencoding_with_deshuffling") and "tokens_per_mask" in ours:
        ours["mean_tokens_per_span"] = _mask_length(ours)
    if name == "selective_copying":
        _translate_selective_copying(ours)
    return ours


def _the_one_paradigm(configuration: Mapping[str, Any]) -> Any:
    """What the original's several keys say together: "" where none of them says anything."""
    said = {key: configuration[key] for key in _PARADIGM if configuration.get(key, "") != ""}
    values = list(said.values()) or [""]
    if any(value != values[0] for value in values):
        raise ObjectiveError(f"{' and '.join(said)} differ: {values}; give one of them")
    return values[0]


def _mask_length(ours: dict[str, Any]) -> float:
    value = ours.pop("tokens_per_mask")
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ObjectiveError(f"tokens_per_mask is {value!r}; it must be a finite number")
    return float(value)


def _translate_selective_copying(ours: dict[str, Any]) -> None:
    ours.pop("shuffle", None)  # the order of queries is random here
    if "format_style" in ours:
        styles = {"query_context": "before", "context_query": "after"}
        style = ours.pop("format_style")
        ours["query"] = styles.get(style, style)
    if "tokens_per_mask" in ours:
        mean = int(_mask_length(ours))
        ours |= {"min_span_length": max(1, mean // 3), "max_span_length": max(1, mean * 3)}
    for bound in ("min", "max"):  # of the sides' bounds, the prefix's
        for side in ("suffix", "prefix"):
            value = ours.pop(f"{bound}_delimiter_{side}_length", None)
            if value is not None:
                ours[f"{bound}_delimiter_length"] = value


def translate_objectives(objectives: str | Sequence[Any]) -> str | list[Any]:
    """The same for a list of configurations; a preset's name stays as it is."""
    if isinstance(objectives, str) or not isinstance(objectives, Sequence):
        return objectives
    return [translate_objective(configuration) for configuration in objectives]
