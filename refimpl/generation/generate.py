"""Generation: one token after another until <|END|> or the maximum."""

from collections.abc import Sequence

import numpy as np
import torch

from refimpl.display import progress as progress_bar
from refimpl.generation.constraints import TokenConstraint, stage_mask
from refimpl.generation.decoding import Decoding
from refimpl.generation.holding import HoldLimit
from refimpl.generation.sampling import GenerationError, check_sampling, draw, uniform_numbers
from refimpl.transformer import Transformer
from refimpl.vocabulary import Vocabulary


@torch.inference_mode()
def generate(
    model: Transformer,
    vocabulary: Vocabulary,
    *,
    prompt: np.ndarray | Sequence[np.ndarray] | None = None,
    max_tokens: int,
    min_tokens: int = 0,
    temperature: float = 1.0,
    top_k: int | None = 50,
    top_p: float | None = None,
    batch_size: int = 1,
    seed: int = 0,
    stage_sizes: Sequence[int] | None = None,
    allowed: np.ndarray | torch.Tensor | None = None,
    n_prefix: int | Sequence[int] = 0,
    longest_hold: int | None = None,
    position_ids: np.ndarray | Sequence[np.ndarray] | None = None,
    use_cache: bool = True,
    progress: bool | None = False,
) -> list[np.ndarray]:
    """Sample token sequences. Taught in lesson 7.

    The same seed gives the same sequence i for any batch size, because each sequence has its own
    random numbers. A sequence longer than the model's context continues from the last half of
    a context (see `Decoding`).

    Args:
        model: the transformer.
        vocabulary: its vocabulary.
        prompt: token ids to continue, `(n_tokens,)` for all sequences or a list with one array
            for each; None begins with <|START|>.
        max_tokens: the most new tokens per sequence.
        min_tokens: the fewest new tokens before <|END|>.
        temperature: 0 always takes the likeliest token; 1 samples from the model's distribution.
        top_k: only the k likeliest tokens may come; None for all.
        top_p: only the fewest tokens whose probabilities reach p; None for all.
        batch_size: number of sequences, where `prompt` is not a list.
        seed: of the random numbers.
        stage_sizes: number of codes of each residual stage, for flattened tokens.
        allowed: instead of `stage_sizes`, a bool mask `(cycle, vocabulary.size)`: which tokens may
            come after n codes, for n modulo cycle. By default the codes and <|END|>.
        n_prefix: number of the prompt's first tokens that attend in both directions (prefix LM).
        position_ids: positions of the prompt's tokens, of the same shapes as `prompt`; new
            tokens count on from the last. None counts 0, 1, 2, … through the prompt.
        longest_hold: the most steps to hold the first code of a step; None for no limit.
        use_cache: False reads the whole sequence again for every token, for comparison.
        progress: show a progress bar; None shows it only in an interactive session.

    Returns:
        For each sequence its new tokens `(n_tokens,)` int64, without the prompt and <|END|>.

    Raises:
        GenerationError: an invalid setting or prompt.
    """
    check_sampling(temperature, top_k, top_p)
    _check_numbers(model, vocabulary, max_tokens, min_tokens, seed, longest_hold)
    prompts = _as_prompts(prompt, vocabulary, batch_size)
    was_training = model.training
    model.eval()
    try:
        decoding = Decoding(
            model,
            prompts,
            max_tokens,
            pad=vocabulary.pad,
            n_prefix=_as_prefix_lengths(n_prefix, prompts),
            position_ids=_as_positions(position_ids, prompts),
            use_cache=use_cache,
        )
        device, first = decoding.ids.device, decoding.length
        n_codes = torch.tensor([int((ids < vocabulary.n_codes).sum()) for ids in prompts])
        if allowed is None:
            allowed = stage_mask(vocabulary, stage_sizes)
        constraint = TokenConstraint(vocabulary, allowed, n_codes.to(device))
        holding = None
        if longest_hold is not None:
            holding = HoldLimit(prompts, vocabulary.n_codes, constraint.cycle, longest_hold)
        uniforms = uniform_numbers(seed, len(prompts), max_tokens).to(device)
        ended = torch.zeros(len(prompts), dtype=torch.bool, device=device)
        for step in progress_bar(
            range(max_tokens), description="generate", unit="token", leave=False, show=progress
        ):
            logits = constraint.apply(decoding.logits(), may_end=step >= min_tokens)
            logits = holding.apply(logits) if holding else logits
            ids = draw(logits, uniforms[:, step : step + 1], temperature, top_k, top_p)[:, 0]
            decoding.append(ids)
            constraint.advance(ids)
            if holding:
                holding.advance(ids)
            ended |= ids == vocabulary.end
            if bool(ended.all()):
                break
    finally:
        model.train(was_training)
    new = decoding.ids[:, first : decoding.length].cpu().numpy()
    return [_until_end(row, vocabulary.end) for row in new]


def _check_numbers(
    model: Transformer,
    vocabulary: Vocabulary,
    max_tokens: int,
    min_tokens: int,
    seed: int,
    longest_hold: int | None,
) -> None:
    if max_tokens < 1 or not 0 <= min_tokens <= max_tokens:
        raise GenerationError(
            f"min_tokens {min_tokens} and max_tokens {max_tokens}: "
            "give 0 <= min_tokens <= max_tokens, and max_tokens at least 1"
        )
    if longest_hold is not None and longest_hold < 1:
        raise GenerationError(f"longest_hold is {longest_hold}; give at least 1, or None")
    if seed < 0:
        raise GenerationError(f"seed is {seed}; give a whole number from 0 on")
    if model.config.vocabulary_size != vocabulary.size:
        raise GenerationError(
            f"the model knows {model.config.vocabulary_size} tokens and the vocabulary has "
            f"{vocabulary.size}; use the vocabulary that the model was trained with"
        )


def _as_prompts(prompt, vocabulary: Vocabulary, batch_size: int) -> list[torch.Tensor]:
    """One tensor of valid ids for each sequence."""
    if batch_size < 1:
        raise GenerationError(f"batch_size is {batch_size}; give at least 1")
    if prompt is None:
        prompt = np.array([vocabulary.start])
    if not isinstance(prompt, (list, tuple)) or not prompt or np.ndim(prompt[0]) == 0:
        prompt = [prompt] * batch_size
    elif batch_size not in (1, len(prompt)):
        raise GenerationError(
            f"{len(prompt)} prompts and batch_size {batch_size}; leave batch_size out, "
            "every prompt of a list gives one sequence"
        )
    return [_as_prompt(ids, vocabulary) for ids in prompt]


def _as_prompt(ids, vocabulary: Vocabulary) -> torch.Tensor:
    ids = np.asarray(ids)
    if ids.ndim != 1 or ids.size == 0 or not np.issubdtype(ids.dtype, np.integer):
        raise GenerationError(
            f"a prompt of shape {ids.shape} and type {ids.dtype}; give at least one token id, "
            "as integers in one row"
        )
    if ids.min() < 0 or ids.max() >= vocabulary.size:
        raise GenerationError(
            f"the prompt has ids from {ids.min()} to {ids.max()}; the vocabulary has "
            f"0 to {vocabulary.size - 1}"
        )
    return torch.from_numpy(ids.astype(np.int64))


def _as_prefix_lengths(n_prefix, prompts: list[torch.Tensor]) -> list[int]:
    lengths = [n_prefix] * len(prompts) if np.ndim(n_prefix) == 0 else list(n_prefix)
    if len(lengths) != len(prompts) or any(
        not 0 <= length <= len(prompt) for length, prompt in zip(lengths, prompts, strict=False)
    ):
        raise GenerationError(
            f"n_prefix {n_prefix} does not fit prompts of {[len(p) for p in prompts]} tokens; "
            "give one number for all or one for each, none longer than its prompt"
        )
    return [int(length) for length in lengths]


def _as_positions(position_ids, prompts: list[torch.Tensor]) -> list[torch.Tensor] | None:
    """One tensor for each prompt, of its length."""
    if position_ids is None:
        return None
    if np.ndim(position_ids[0]) == 0:
        position_ids = [position_ids] * len(prompts)
    places = [torch.from_numpy(np.asarray(ids, dtype=np.int64)) for ids in position_ids]
    lengths, needed = [tuple(ids.shape) for ids in places], [tuple(p.shape) for p in prompts]
    if lengths != needed or min(int(ids.min()) for ids in places) < 0:
        raise GenerationError(
            f"position_ids of shapes {lengths} for prompts of shapes {needed}; give one position, "
            "0 or more, for each token of each prompt"
        )
    return places


def _until_end(ids: np.ndarray, end: int) -> np.ndarray:
    ends = np.flatnonzero(ids == end)
    return ids[: ends[0]].copy() if len(ends) else ids.copy()
