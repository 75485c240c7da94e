"""A second, small backbone: a gated diagonal recurrence, whose state is one vector per layer.

h[t] = a[t] h[t - 1] + (1 - a[t]) v[t],    a = sigmoid(gate of x),    out = matrix (silu(z) h)
"""

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.backbones import Backbone
from refimpl.configuration import Configuration, Count, Positive, Truth, configuration


@configuration
class RecurrenceConfig(Configuration):
    vocabulary_size: Count
    n_columns: Count = 1
    n_layers: Count = 2
    hidden_size: Count = 32
    context_length: Count = 24
    tied_weights: Truth = True
    init_std: Positive = 0.3
    sample_positions: str = "row"


class RecurrentState:
    def __init__(self, config, batch_size):
        self.hidden = torch.zeros(config.n_layers, batch_size, config.hidden_size)
        self.segment = torch.ones(batch_size, dtype=torch.long)
        self.length = 0

    def reset(self):
        self.hidden.zero_()
        self.segment.fill_(1)
        self.length = 0


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, bias=False)
        self.up = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x, keep, real, hidden):
        gate, value, z = self.up(self.norm(x)).chunk(3, dim=-1)  # (B, T, C) each
        a = torch.sigmoid(gate + 1)
        mixed = []
        for t in range(x.shape[1]):
            new = a[:, t] * hidden * keep[:, t, None] + (1 - a[:, t]) * value[:, t]
            hidden = torch.where(real[:, t, None], new, hidden)
            mixed.append(hidden)
        return x + self.out(torch.stack(mixed, dim=1) * F.silu(z)), hidden


class Recurrence(Backbone):
    has_limit = False

    def build(self, config):
        self.layers = nn.ModuleList(Layer(config.hidden_size) for _ in range(config.n_layers))
        self.norm = nn.LayerNorm(config.hidden_size, bias=False)

    def start(self, batch_size, capacity=None):
        return RecurrentState(self.config, batch_size)

    def mix(self, x, where, state=None, condition=None):
        state = state or self.start(len(x))
        segments = where.segment_ids
        if segments is None:
            segments = torch.ones(x.shape[:2], dtype=torch.long)
        if where.attention_mask is not None:
            segments = segments * (where.attention_mask != 0)
        real = segments != 0
        before = torch.cat([state.segment[:, None], segments[:, :-1]], dim=1)
        keep = (segments == before) | (before == 0)  # padding holds nothing to forget
        states = []
        for layer, hidden in zip(self.layers, state.hidden, strict=True):
            x, hidden = layer(x, keep, real, hidden)
            states.append(hidden.detach())
        state.hidden = torch.stack(states)
        state.segment = segments[:, -1]
        state.length += x.shape[1]
        return self.norm(x)
