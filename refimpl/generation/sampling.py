"""From scores to a choice: temperature, top-k, top-p, and one uniform number per token."""

import numpy as np
import torch

from refimpl.errors import UserError


class GenerationError(UserError):
    """An invalid setting or prompt for generation."""


_SMALL, _LEAST = 1e-3, 1e-30  # temperatures that need care, and the least that float32 divides by


def check_sampling(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Raise GenerationError for a setting out of its range."""
    if not 0 <= temperature < float("inf"):
        raise GenerationError(
            f"temperature is {temperature!r}; give 0 (always the likeliest) or a number above it"
        )
    if top_k is not None and (top_k != int(top_k) or top_k < 1):
        raise GenerationError(f"top_k is {top_k!r}; give a whole number above 0, or None for all")
    if top_p is not None and not 0 < top_p <= 1:
        raise GenerationError(f"top_p is {top_p!r}; give a number in (0, 1], or None for all")


def candidates(
    logits: torch.Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return the candidate tokens and their unnormalised probabilities.

    Top-k (Fan et al. 2018, section 5.4) keeps the k likeliest; top-p (Holtzman et al. 2020,
    section 3.1) the fewest whose probabilities reach p. Top-p applies after top-k.

    Args:
        logits: `(B, V)`; -inf for forbidden tokens.
        temperature: divides the logits, above 0.
        top_k, top_p: None for no limit.

    Returns:
        weights `(B, n)`, 0 for excluded tokens, and the token ids `(B, n)` they belong to, or
        None where column i is token i. Taught in lesson 7.
    """
    ids = None
    if top_k is not None and top_k < logits.shape[-1]:
        logits, ids = logits.topk(top_k, dim=-1)  # sorted, without sorting the rest
    elif top_p is not None and top_p < 1:
        logits, ids = logits.sort(dim=-1, descending=True)
    if temperature < _SMALL:  # the quotient of any other score would be infinite
        logits = logits - logits.amax(dim=-1, keepdim=True)
        temperature = max(temperature, _LEAST)
    weights = torch.softmax(logits / temperature, dim=-1)
    if top_p is not None and top_p < 1:
        before = weights.cumsum(dim=-1) - weights  # probability of all that are likelier
        weights = weights.masked_fill(before >= top_p, 0.0)
    return weights, ids


def sampling_probabilities(
    logits: torch.Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> torch.Tensor:
    """Return the distribution that `draw` samples from, `(B, V)`. Taught in lesson 7."""
    check_sampling(temperature, top_k, top_p)
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    weights, ids = candidates(logits, temperature, top_k, top_p)
    weights = weights / weights.sum(-1, keepdim=True)
    return weights if ids is None else torch.zeros_like(logits).scatter_(-1, ids, weights)


def draw(
    logits: torch.Tensor,
    uniforms: torch.Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> torch.Tensor:
    """Draw one token per row by inverting the cumulative distribution at a given uniform number.

    The random numbers are arguments, so a sequence's draws depend only on its own numbers, and the
    batch around it can have any size.

    Args:
        logits: `(B, V)`.
        uniforms: `(B, 1)` in [0, 1).
        temperature, top_k, top_p: as in `candidates`; temperature 0 takes the likeliest.

    Returns:
        `(B, 1)` int64.
    """
    if temperature == 0:
        return logits.argmax(dim=-1, keepdim=True)
    weights, ids = candidates(logits, temperature, top_k, top_p)
    cumulative = weights.cumsum(dim=-1)
    # The first whose cumulative weight exceeds the threshold: never one of weight 0.
    threshold = uniforms * cumulative[:, -1:]
    column = torch.searchsorted(cumulative, threshold, right=True)
    column = column.clamp_max_(cumulative.shape[-1] - 1)
    return column if ids is None else ids.gather(-1, column)


def uniform_numbers(seed: int, n_sequences: int, n_tokens: int, n_columns: int = 1) -> torch.Tensor:
    """`(n_sequences, n_tokens, n_columns)` in [0, 1): sequence i depends on seed and i alone."""
    shape = n_tokens, n_columns
    rows = [np.random.default_rng([seed, row]).random(shape) for row in range(n_sequences)]
    # Cut rather than rounded to float32, where 1 - 1e-9 would become 1.
    return torch.from_numpy(np.minimum(np.stack(rows), 1 - 2**-24).astype(np.float32))
