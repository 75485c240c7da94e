"""One transformer block: attention, then a feed-forward network, each with a residual."""

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.transformer.attention import Attention
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
        inner = self.up(x)  # (B, T, F), gated: (B, T, 2 F)
        if self.gated:
            gate, inner = inner.chunk(2, dim=-1)
            inner = F.silu(gate) * inner
        else:
            inner = F.gelu(inner)
        return self.out(inner)


def make_norm(config: TransformerConfig) -> nn.Module:
    """Return the normalisation that the configuration names."""
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
