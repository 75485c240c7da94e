"""Generation: one token after another until <|END|> or the maximum."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from refimpl.backbones import Backbone
from refimpl.display import progress_bar
from refimpl.generation.constraints import CycleRules, Rules, TokenConstraint
from refimpl.generation.decoding import Decoding
from refimpl.generation.holding import HoldLimit
from refimpl.generation.options import GenerationOptions
from refimpl.generation.prompts import Prompts
from refimpl.generation.sampling import GenerationError, draw, uniform_numbers
from refimpl.vocabulary import Vocabulary


@torch.inference_mode()
def generate(
    model: Backbone,
    vocabulary: Vocabulary,
    options: GenerationOptions | None = None,
    **changes: Any,
) -> list[np.ndarray]:
    """Sample token sequences. Taught in lesson 7.

    The same seed gives the same sequence i for any batch size, because each sequence has its own
    random numbers. A sequence longer than the model's context continues from the last half of
    a context (see `Decoding`).

    Args:
        model: any backbone.
        vocabulary: its vocabulary.
        options: what to write and how; by default those of `GenerationOptions`.
        changes: single options by name, which replace those of `options`.

    Returns:
        For each sequence its new tokens without the prompt and <|END|>, `(n_tokens,)` int64, or
        `(n_tokens, n_columns)` with several columns.

    Raises:
        GenerationError: an invalid setting or prompt, or one that the model cannot follow.
    """
    options = replace(options or GenerationOptions(), **changes)
    rules = _rules(model, vocabulary, options)
    prompts = Prompts.of(options, vocabulary, rules.n_columns)
    max_tokens = options.max_tokens or _room(model, prompts)
    was_training = model.training
    model.eval()
    try:
        new = _write(model, vocabulary, options, rules, prompts, max_tokens)
    finally:
        model.train(was_training)
    return [_until_end(row, vocabulary.end) for row in new]


def _write(
    model: Backbone,
    vocabulary: Vocabulary,
    options: GenerationOptions,
    rules: Rules,
    prompts: Prompts,
    max_tokens: int,
) -> np.ndarray:
    """Draw rows until all sequences have ended: `(B, n_tokens)` or `(B, n_tokens, n_columns)`."""
    decoding = Decoding(model, prompts, max_tokens, pad=vocabulary.pad, use_cache=options.use_cache)
    device, first, n_rows = decoding.ids.device, decoding.length, len(prompts.tokens)
    constraint = TokenConstraint(vocabulary, rules, prompts.tokens, max_tokens, device)
    holding = _hold_limit(vocabulary, options, rules, prompts)
    uniforms = uniform_numbers(options.seed, n_rows, max_tokens, rules.n_columns).to(device)
    ended = [False] * n_rows
    for step in progress_bar(
        range(max_tokens), description="generate", unit="token", leave=False, show=options.progress
    ):
        logits = decoding.logits().view(n_rows, rules.n_columns, vocabulary.size)
        logits = constraint.apply(logits, may_end=step >= options.min_tokens)
        if holding:
            logits = holding.apply(logits)
        drawn = draw(
            logits.flatten(0, 1),
            uniforms[:, step].reshape(-1, 1),
            options.temperature,
            options.top_k,
            options.top_p,
        ).view(n_rows, rules.n_columns)
        rows = constraint.settle(drawn.tolist())
        decoding.append(torch.tensor(rows, device=device))
        if holding:
            holding.advance([row[0] for row in rows])
        for i, row in enumerate(rows):
            ended[i] = ended[i] or all(token == vocabulary.end for token in row)
        if all(ended):
            break
    return decoding.ids[:, first : decoding.length].cpu().numpy()


def _rules(model: Backbone, vocabulary: Vocabulary, options: GenerationOptions) -> Rules:
    """Return what knows the tokens that may come, after a look at whether it fits the model."""
    n_columns, layout = model.config.n_columns, options.layout
    if model.config.vocabulary_size != vocabulary.size:
        raise GenerationError(
            f"the model knows {model.config.vocabulary_size} tokens and the vocabulary has "
            f"{vocabulary.size}; use the vocabulary that the model was trained with"
        )
    if layout is not None:
        if layout.n_columns != n_columns or layout.vocabulary != vocabulary:
            raise GenerationError(
                f"the layout {layout.name!r} has {layout.n_columns} columns of "
                f"{layout.vocabulary.size} tokens, and the model {n_columns} of "
                f"{vocabulary.size}; use the layout that the model was trained with"
            )
        return layout
    if n_columns > 1:
        raise GenerationError(
            f"the model has {n_columns} columns; give the layout that it was trained with"
        )
    if options.allowed is not None:
        return CycleRules(vocabulary, options.allowed)
    ids = np.arange(vocabulary.size)
    return CycleRules(vocabulary, (ids < vocabulary.n_codes) | (ids == vocabulary.end))


def _hold_limit(
    vocabulary: Vocabulary, options: GenerationOptions, rules: Rules, prompts: Prompts
) -> HoldLimit | None:
    if options.longest_hold is None:
        return None
    first_columns = [ids.reshape(len(ids), -1)[:, 0] for ids in prompts.tokens]
    codes_per_step = rules.end_of(1) if rules.n_columns == 1 else 1
    return HoldLimit(first_columns, vocabulary.n_codes, codes_per_step, options.longest_hold)


def _room(model: Backbone, prompts: Prompts) -> int:
    """Tokens that still fit the model's context."""
    room = model.config.context_length - prompts.longest
    if room < 1:
        raise GenerationError(
            f"a prompt of {prompts.longest} tokens fills the model's context of "
            f"{model.config.context_length}; shorten it, or give max_tokens"
        )
    return room


def _until_end(tokens: np.ndarray, end: int) -> np.ndarray:
    ends = np.flatnonzero((tokens.reshape(len(tokens), -1) == end).all(axis=1))
    return tokens[: ends[0]].copy() if len(ends) else tokens.copy()
