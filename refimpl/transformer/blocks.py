"""One transformer block: attention, then a feed-forward network, each with a residual."""

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.transformer.attention import Attention, CrossAttention
from refimpl.transformer.config import TransformerConfig


class FeedForward(nn.Module):
    """Two linear maps with a nonlinearity between them, on each token. Taught in lesson 5."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.gated = config.activation == "swiglu"
        inner = config.ffn_hidden_size
        self.up = nn.Linear(config.hidden_size, (1 + self.gated) * inner, bias=config.bias)
        self.out = nn.Linear(inner, config.hidden_size, bias=config.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.activate(self.up(x)))

    def activate(self, inner: torch.Tensor) -> torch.Tensor:
        """Apply the nonlinearity: `(..., F)`, or gated `(..., 2 F)`, to `(..., F)`."""
        if not self.gated:
            return F.gelu(inner)
        gate, inner = inner.chunk(2, dim=-1)
        return F.silu(gate) * inner


def make_norm(config: TransformerConfig) -> nn.Module:
    """Return the normalisation that the configuration names."""
    if config.normalization == "rms":
        return nn.RMSNorm(config.hidden_size, eps=1e-5)
    return nn.LayerNorm(config.hidden_size, bias=config.bias)


class Block(nn.Module):
    """Attention and feed-forward network around a residual stream. Taught in lesson 5.

    A block that was built with `cross_attention` also looks at a condition, between the two.
    """

    def __init__(self, config: TransformerConfig, layer: int):
        super().__init__()
        self.pre = config.norm == "pre"
        self.attention_norm = make_norm(config)
        self.attention = Attention(config, layer)
        if config.cross_attention:
            self.cross_norm = make_norm(config)
            self.cross_attention = CrossAttention(config)
        self.ffn_norm = make_norm(config)
        self.ffn = FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: torch.Tensor,
        condition: tuple[torch.Tensor, torch.Tensor] | None = None,
        **attention,
    ) -> torch.Tensor:
        x = self._add(x, self.attention_norm, self.attention, **attention)
        if condition is not None:
            x = self._add(x, self.cross_norm, self.cross_attention, condition=condition)
        return self._add(x, self.ffn_norm, self.ffn)

    def _add(self, x: torch.Tensor, norm: nn.Module, layer: nn.Module, **given) -> torch.Tensor:
        """Add a layer's output to the stream, normalised before the layer or after the sum."""
        if self.pre:
            return x + self.dropout(layer(norm(x), **given))
        return norm(x + self.dropout(layer(x, **given)))
