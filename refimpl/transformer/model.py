"""The decoder: attention over the tokens so far, block after block."""

import torch
from torch import nn

from refimpl.backbones.backbone import Backbone, Where
from refimpl.transformer.blocks import Block, make_norm
from refimpl.transformer.cache import KVCache
from refimpl.transformer.config import TransformerConfig
from refimpl.transformer.masks import (
    allowed_pairs,
    attention_bias,
    is_plain_causal,
    resolve_segments,
)
from refimpl.transformer.positions import rotary_table
from refimpl.transformer.step import OneToken
from refimpl.vocabulary import PREFIX


class Transformer(Backbone):
    """A decoder-only transformer over token ids. Taught in lesson 5.

    Its embedding, head, loss and arguments are those of every `Backbone`; its state is a `KVCache`.

    Args:
        config: its shape.
        seed: of the initial weights; None draws them from torch's global generator.

    Sources: Vaswani et al. 2017; Radford et al. 2019 (GPT-2) for pre-norm and initialisation.
    """

    @property
    def reads_both_ways(self) -> bool:
        return self.config.positions != "relative"  # distances to later tokens have no vectors

    @property
    def reads_conditions(self) -> bool:
        return self.config.cross_attention

    def build(self, config: TransformerConfig) -> None:
        if config.has_position_embedding:
            self.position_embedding = nn.Embedding(config.context_length, config.hidden_size)
        if config.has_rotation:
            cosines, sines = rotary_table(config.head_size, config.context_length, config.rope_base)
            # Computed, so not part of a checkpoint.
            self.register_buffer("cosines", cosines, persistent=False)
            self.register_buffer("sines", sines, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.norm = make_norm(config)

    def reset_parameters(self, seed: int | None = 0) -> None:
        super().reset_parameters(seed)
        if self.config.shifted_keys:
            width = self.config.hidden_size
            with torch.no_grad():
                for block in self.blocks:
                    # A query then finds its own like from the first step on.
                    weight = block.attention.qkv.weight
                    weight[:width] = weight[width : 2 * width]

    def start(self, batch_size: int, capacity: int | None = None) -> KVCache:
        weight = self.embedding.weight
        cache = KVCache(self.config, batch_size, capacity, device=weight.device, dtype=weight.dtype)
        cache.one_token = OneToken(self, cache)
        return cache

    def mix(
        self,
        x: torch.Tensor,
        where: Where,
        state: KVCache | None = None,
        condition: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        n_tokens, start = x.shape[1], 0
        if state is not None:
            state.check_room(*x.shape[:2])
            if self._is_one_token(x, where, state):
                return state.one_token(x[:, 0], condition)[:, None]
            start = state.length
        bias, is_causal = self._mask(x, where, state)
        rotation = None
        if self.config.has_position_embedding:
            if where.position_ids is None:
                x = x + self.position_embedding.weight[start : start + n_tokens]
            else:
                x = x + self.position_embedding(where.position_ids)
        if self.config.has_rotation:
            rotation = self._rotation(start, n_tokens, where.position_ids)
        begins = self._begins(where, state) if self.config.shifted_keys else None
        x = self.dropout(x)
        given = {"rotation": rotation, "bias": bias, "is_causal": is_causal, "cache": state}
        for block in self.blocks:
            x = block(x, condition, **given, begins=begins)
        if state is not None:
            state.length += n_tokens
        return self.norm(x)

    def _is_one_token(self, x, where, state) -> bool:
        """Whether this is one more token of generation, which needs no mask."""
        return (
            x.shape[1] == 1
            and state.one_token is not None
            and not (state.padded or self.training or torch.is_grad_enabled())
            and where == (None, None, None)
        )

    def _rotation(self, start, n_tokens, position_ids):
        """Return RoPE's cosines and sines, (T, D), or (B, 1, T, D) with given positions."""
        if position_ids is None:
            end = start + n_tokens
            return self.cosines[start:end], self.sines[start:end]
        return self.cosines[position_ids][:, None], self.sines[position_ids][:, None]

    def _begins(self, where: Where, cache: KVCache | None) -> torch.Tensor | None:
        """Where a sample begins, `(B, T)` bool; None: nowhere but at a row's first token."""
        segments = resolve_segments(where.attention_mask, where.segment_ids)
        if segments is None:
            return None
        before = segments[:, :1]
        if cache is not None and cache.length:
            before = cache.segment_ids[:, cache.length - 1 : cache.length]
        return segments != torch.cat([before, segments[:, :-1]], dim=1)

    def _mask(self, x: torch.Tensor, where: Where, cache: KVCache | None):
        """The bias for the attention scores, or None and whether the causal triangle is enough."""
        attention_mask, segment_ids = where.attention_mask, where.segment_ids
        plain = is_plain_causal(attention_mask, segment_ids)
        if cache is None:
            if plain:
                return None, True
            segments = keys = resolve_segments(attention_mask, segment_ids)
        else:
            n_tokens, end = x.shape[1], cache.length + x.shape[1]
            segments = resolve_segments(attention_mask, segment_ids)
            if segments is None:
                segments = cache.segment_ids[:, cache.length : end]  # 1 until it is written
            else:
                cache.segment_ids[:, cache.length : end] = segments
                cache.padded = cache.padded or bool((segments != 1).any())
            if plain and not cache.padded and (cache.length == 0 or n_tokens == 1):
                # One new token may attend to everything before it, so it needs no mask.
                return None, n_tokens > 1
            keys = cache.segment_ids[:, :end]
        prefix = None if attention_mask is None else attention_mask == PREFIX
        allowed = allowed_pairs(segments, keys, prefix)
        return attention_bias(allowed, self.embedding.weight.dtype), False
