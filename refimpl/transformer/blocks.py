"""One block of the transformer: attention, then a feed-forward network, each beside a residual."""

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.transformer.cache import KVCache
from refimpl.transformer.config import TransformerConfig
from refimpl.transformer.positions import rotate


class Attention(nn.Module):
    """Multi-head self-attention (Vaswani et al. 2017, section 3.2). Taught in lesson 5."""

    def __init__(self, config: TransformerConfig, layer: int):
        super().__init__()
        self.n_heads, self.head_size = config.n_heads, config.head_size
        self.layer, self.dropout = layer, config.dropout
        # One matrix for queries, keys and values: one large product is faster than three small.
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.bias)
        self.out = nn.Linear(config.hidden_size, config.hidden_size, bias=config.bias)

    def forward(
        self,
        x: torch.Tensor,
        rotation: tuple[torch.Tensor, torch.Tensor] | None = None,
        bias: torch.Tensor | None = None,
        is_causal: bool = True,
        cache: KVCache | None = None,
    ) -> torch.Tensor:
        """Attend within `x`, and to what the cache holds.

        Args:
            x: `(B, T, hidden_size)`.
            rotation: RoPE's cosines and sines, or None.
            bias: `(B, 1, T, K)`, added to the scores, or None.
            is_causal: whether the triangle is the mask (only where `bias` is None).
            cache: written and read when given.
        """
        n_batch, n_tokens, width = x.shape
        qkv = self.qkv(x).view(n_batch, n_tokens, 3, self.n_heads, self.head_size)
        qkv = qkv.transpose(1, 3)  # (B, H, 3, T, D)
        queries, keys, values = qkv.unbind(2)  # each (B, H, T, D)
        if rotation is not None:
            queries, keys = rotate(queries, *rotation), rotate(keys, *rotation)
        if cache is not None:
            keys, values = cache.write(self.layer, keys, values)  # (B, H, K, D)
        mixed = F.scaled_dot_product_attention(
            queries,
            keys,
            values,
            attn_mask=bias,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=is_causal,
        )
        return self.out(mixed.transpose(1, 2).reshape(n_batch, n_tokens, width))


class FeedForward(nn.Module):
    """Two linear maps with a bend between them, on every token alone. Taught in lesson 5."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.gated = config.activation == "swiglu"
        inner = config.ffn_hidden_size
        self.up = nn.Linear(config.hidden_size, (1 + self.gated) * inner, bias=config.bias)
        self.out = nn.Linear(inner, config.hidden_size, bias=config.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.up(x)  # (B, T, F), gated: (B, T, 2 F)
        if self.gated:
            gate, inner = inner.chunk(2, dim=-1)
            inner = F.silu(gate) * inner
        else:
            inner = F.gelu(inner, approximate="tanh")
        return self.out(inner)


def make_norm(config: TransformerConfig) -> nn.Module:
    """The normalisation that the configuration names."""
    if config.normalization == "rms":
        return nn.RMSNorm(config.hidden_size, eps=1e-5)
    return nn.LayerNorm(config.hidden_size, bias=config.bias)


class Block(nn.Module):
    """Attention and feed-forward network around a residual stream. Taught in lesson 5."""

    def __init__(self, config: TransformerConfig, layer: int):
        super().__init__()
        self.pre = config.norm == "pre"
        self.attention_norm = make_norm(config)
        self.attention = Attention(config, layer)
        self.ffn_norm = make_norm(config)
        self.ffn = FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: torch.Tensor, **attention) -> torch.Tensor:
        if self.pre:
            x = x + self.dropout(self.attention(self.attention_norm(x), **attention))
            return x + self.dropout(self.ffn(self.ffn_norm(x)))
        x = self.attention_norm(x + self.dropout(self.attention(x, **attention)))
        return self.ffn_norm(x + self.dropout(self.ffn(x)))
