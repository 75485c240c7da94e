"""The layer that remembers: a recurrence whose gates decide how long.

Taught in lesson 10.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.state_space.scan import scan

SHARPNESS = 8.0  # how many times a gate can shorten the memory
LONGEST, SHORTEST = 0.999, 0.9  # share that a number keeps per step, at first, with its gate open


class GatedRecurrence(nn.Module):
    """The real-gated linear recurrent unit, between two linear maps.

    Every number of the state fades by itself, by a factor that depends on the token:

        r, i = sigmoid(gates of x)
        a    = sigmoid(decay) ** (8 r)
        h[t] = a h[t - 1] + sqrt(1 - a²) (i v[t])
        out  = matrix (gelu(z) h)

    Nothing but the factor a joins h[t] to h[t - 1], so `scan` can compute all steps at once. The
    square root keeps the size of the state the same for long and short memories.

    Simplified from the paper's block: it has a convolution over four tokens before the recurrence,
    and gates whose matrices are block-diagonal. Here there is no convolution, and the matrices are
    full.

    Args:
        width: of the input, the state and the output.

    Source: De et al. 2024 (Griffin), section 2.4. Taught in lesson 10.
    """

    def __init__(self, width: int):
        super().__init__()
        self.up = nn.Linear(width, 2 * width, bias=False)  # values v and z
        self.gates = nn.Linear(width, 2 * width, bias=False)  # r and i
        self.decay = nn.Parameter(torch.zeros(width))
        self.out = nn.Linear(width, width, bias=False)

    def reset_decay(self) -> None:
        """Spread the memories evenly, from ten tokens to a thousand."""
        kept = torch.linspace(SHORTEST, LONGEST, len(self.decay))
        # With its gate open, a number keeps exp(-8 softplus(decay)) of itself.
        with torch.no_grad():
            self.decay.copy_(torch.log(torch.expm1(-torch.log(kept) / SHARPNESS)))

    def forward(
        self, x: torch.Tensor, begins: torch.Tensor, real: torch.Tensor, hidden: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Read some tokens.

        Args:
            x: `(B, T, width)`.
            begins: `(B, T)` bool, where a sample begins, which must not know what came before it.
            real: `(B, T)` bool, false for padding, which leaves the state as it is.
            hidden: `(B, width)`, the state before the first token.

        Returns:
            `(B, T, width)`, and the state after the last token `(B, width)`.
        """
        value, z = self.up(x).chunk(2, dim=-1)
        r, i = torch.sigmoid(self.gates(x)).chunk(2, dim=-1)
        log_a = -SHARPNESS * F.softplus(self.decay) * r  # (B, T, width)
        added = torch.sqrt(-torch.expm1(2 * log_a).clamp(max=-1e-8)) * i * value
        kept = torch.exp(log_a).masked_fill(begins[..., None], 0.0)
        kept = kept.masked_fill(~real[..., None], 1.0)
        added = added.masked_fill(~real[..., None], 0.0)
        states = scan(kept, added, hidden)
        return self.out(F.gelu(z) * states), states[:, -1]
