"""A linear recurrence for all steps at once.

    h[t] = a[t] h[t - 1] + b[t]

Step by step, a row of 512 tokens takes 512 steps, each too small to keep a processor busy. But two
steps in a row are again such a step, from t - 2 to t:

    h[t] = (a[t] a[t - 1]) h[t - 2] + (a[t] b[t - 1] + b[t])

So the first round joins neighbours, the second pairs, the third fours: nine rounds for 512 tokens.

Taught in lesson 10.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F


def scan(a: torch.Tensor, b: torch.Tensor, initial: torch.Tensor | None = None) -> torch.Tensor:
    """Return every h[t] of the recurrence h[t] = a[t] h[t - 1] + b[t].

    Args:
        a: `(B, T, C)` factors.
        b: `(B, T, C)` what is added.
        initial: `(B, C)`, h before the first step; None: zeros.

    Returns:
        `(B, T, C)`.

    Sources: Hillis & Steele 1986 (the rounds); Martin & Cundy 2018 (for networks). Taught in
    lesson 10.
    """
    if initial is not None:
        first = b[:, :1] + a[:, :1] * initial[:, None]
        b = torch.cat([first, b[:, 1:]], dim=1)
    distance, n_steps = 1, a.shape[1]
    while distance < n_steps:
        # From before the row comes nothing: b is 0 there, so its factor does not matter.
        earlier_b = F.pad(b[:, :-distance], (0, 0, distance, 0))
        b = torch.addcmul(b, a, earlier_b)
        distance *= 2
        if distance < n_steps:
            half = distance // 2
            a = a * F.pad(a[:, :-half], (0, 0, half, 0), value=1.0)
    return b
