"""The decoder: from token ids to the scores of the next token."""

import math

import torch
from torch import nn

from refimpl.transformer.blocks import Block, make_norm
from refimpl.transformer.cache import KVCache
from refimpl.transformer.config import TransformerConfig, TransformerError
from refimpl.transformer.loss import token_loss
from refimpl.transformer.masks import (
    PREFIX,
    allowed_pairs,
    attention_bias,
    is_plain_causal,
    resolve_segments,
)
from refimpl.transformer.positions import rotary_table


class Transformer(nn.Module):
    """A decoder-only transformer over token ids. Taught in lesson 5.

    Args:
        config: its shape.
        seed: of the initial weights; None draws them from torch's global generator.

    Sources: Vaswani et al. 2017; Radford et al. 2019 (GPT-2) for pre-norm and initialisation.
    """

    def __init__(self, config: TransformerConfig, *, seed: int | None = 0):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary_size, config.hidden_size)
        if config.positions != "rope":
            self.position_embedding = nn.Embedding(config.context_length, config.hidden_size)
        if config.positions != "learned":
            cosines, sines = rotary_table(config.head_size, config.context_length, config.rope_base)
            # Computed, so not part of a checkpoint.
            self.register_buffer("cosines", cosines, persistent=False)
            self.register_buffer("sines", sines, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.norm = make_norm(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocabulary_size, bias=False)
        self.reset_parameters(seed)
        if config.tied_weights:
            self.lm_head.weight = self.embedding.weight

    def reset_parameters(self, seed: int | None = 0) -> None:
        """Initialise the weights at random.

        The default initialisation of an embedding has standard deviation 1; tied to the head it
        starts at a loss above 80 instead of ln(vocabulary size). The matrices that write
        to the residual stream get a standard deviation smaller by the square root of their number,
        so that the stream's variance does not grow with depth (Radford et al. 2019, section 2.3).
        """
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        std = self.config.init_std
        residual_std = std / math.sqrt(2 * self.config.n_layers)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 1:
                nn.init.constant_(parameter, 0.0 if name.endswith("bias") else 1.0)
            else:
                writes = name.endswith("out.weight")
                nn.init.normal_(parameter, std=residual_std if writes else std, generator=generator)

    def forward(
        self,
        input_ids: torch.Tensor,
        label_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        segment_ids: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        cache: KVCache | None = None,
    ) -> torch.Tensor:
        """Logits, or with labels the loss; all arguments `(B, T)` int64.

        Args:
            input_ids: tokens.
            label_ids: the target at each position (already shifted); -100 for none.
            attention_mask: 0 padding, 1 prefix (bidirectional within its segment), 3 causal.
            segment_ids: 1, 2, … for the samples packed into a row, 0 for padding.
            position_ids: position of each token in its segment.
            cache: keys and values of earlier tokens; the new ones are added to it.

        Returns:
            `(B, T, vocabulary_size)` logits, or the scalar mean loss in nats per token.

        Raises:
            TransformerError: more tokens than the context holds, or arrays of other shapes.
        """
        hidden = self.hidden_states(input_ids, attention_mask, segment_ids, position_ids, cache)
        if label_ids is not None:
            if label_ids.shape != input_ids.shape:
                raise TransformerError(
                    f"label_ids has shape {tuple(label_ids.shape)} and input_ids "
                    f"{tuple(input_ids.shape)}; give both the same shape"
                )
            return token_loss(hidden, self.lm_head.weight, label_ids)
        return self.lm_head(hidden)

    def hidden_states(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        segment_ids: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        cache: KVCache | None = None,
    ) -> torch.Tensor:
        """Return the head's input, `(B, T, hidden_size)`; the arguments are those of `forward`."""
        self._check(
            input_ids,
            cache,
            attention_mask=attention_mask,
            segment_ids=segment_ids,
            position_ids=position_ids,
        )
        bias, is_causal = self._mask(input_ids, attention_mask, segment_ids, cache)
        start = 0 if cache is None else cache.length
        x = self.embedding(input_ids)  # (B, T, C)
        rotation = None
        if self.config.positions != "rope":
            if position_ids is None:
                x = x + self.position_embedding.weight[start : start + input_ids.shape[1]]
            else:
                x = x + self.position_embedding(position_ids)
        if self.config.positions != "learned":
            rotation = self._rotation(start, input_ids.shape[1], position_ids)
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, rotation=rotation, bias=bias, is_causal=is_causal, cache=cache)
        if cache is not None:
            cache.length += input_ids.shape[1]
        return self.norm(x)

    def _rotation(self, start, n_tokens, position_ids):
        """Return RoPE's cosines and sines, (T, D), or (B, 1, T, D) with given positions."""
        if position_ids is None:
            end = start + n_tokens
            return self.cosines[start:end], self.sines[start:end]
        return self.cosines[position_ids][:, None], self.sines[position_ids][:, None]

    def _mask(self, input_ids, attention_mask, segment_ids, cache):
        """The bias for the attention scores, or None and whether the causal triangle is enough."""
        plain = is_plain_causal(attention_mask, segment_ids)
        if cache is None:
            if plain:
                return None, True
            segments = keys = resolve_segments(attention_mask, segment_ids)
        else:
            n_tokens, end = input_ids.shape[1], cache.length + input_ids.shape[1]
            segments = resolve_segments(attention_mask, segment_ids)
            if segments is None:
                segments = torch.ones_like(input_ids)
            cache.segment_ids[:, cache.length : end] = segments
            cache.padded = cache.padded or bool((segments != 1).any())
            if plain and not cache.padded and (cache.length == 0 or n_tokens == 1):
                # One new token may attend to everything before it, so it needs no mask.
                return None, n_tokens > 1
            keys = cache.segment_ids[:, :end]
        prefix = None if attention_mask is None else attention_mask == PREFIX
        allowed = allowed_pairs(segments, keys, prefix)
        return attention_bias(allowed, self.embedding.weight.dtype), False

    def _check(self, input_ids, cache, **others):
        """Raise TransformerError for invalid shapes or ids."""
        if input_ids.dim() != 2:
            raise TransformerError(
                f"input_ids has shape {tuple(input_ids.shape)}; give (batch, tokens)"
            )
        n_tokens, context = input_ids.shape[1], self.config.context_length
        if n_tokens > context:
            raise TransformerError(
                f"{n_tokens} tokens do not fit a context of {context}; "
                f"give at most {context}, or a model with a larger context_length"
            )
        for name, array in others.items():
            if array is not None and array.shape != input_ids.shape:
                raise TransformerError(
                    f"{name} has shape {tuple(array.shape)} and input_ids "
                    f"{tuple(input_ids.shape)}; give both the same shape"
                )
        if input_ids.device.type == "cpu":  # on a GPU the check would wait for the device
            _check_range("input_ids", input_ids, self.config.vocabulary_size, "vocabulary")
            _check_range("position_ids", others.get("position_ids"), context, "context")
        if cache is not None:
            cache.check_room(*input_ids.shape)


def _check_range(name: str, ids: torch.Tensor | None, size: int, what: str) -> None:
    if ids is None or ids.numel() == 0:
        return
    lowest, highest = (int(bound) for bound in ids.aminmax())
    if lowest < 0 or highest >= size:
        raise TransformerError(
            f"{name} go from {lowest} to {highest}; the {what} has 0 to {size - 1}"
        )
