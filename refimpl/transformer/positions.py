"""Rotary position embedding: the angle between a query and a key encodes their distance."""

import torch


def rotary_table(
    head_size: int, n_positions: int, base: float = 10_000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the factors for `rotate` at every position.

    The pair of numbers (i, i + head_size / 2) turns by `base ** (-2 i / head_size)` radians per
    position: the first pairs distinguish near neighbours, the last ones distant regions.

    Returns:
        cosines and sines, each `(n_positions, head_size)`: every angle occurs twice, because a
        pair has two numbers; the sines of the first half are negated.

    Source: Su et al. 2021, RoFormer, section 3.4.2. Taught in lesson 5.
    """
    speeds = base ** (-torch.arange(0, head_size, 2, dtype=torch.float64) / head_size)
    angles = torch.outer(torch.arange(n_positions, dtype=torch.float64), speeds)
    cosines, sines = angles.cos().float(), angles.sin().float()  # (n_positions, head_size / 2)
    return torch.cat((cosines, cosines), dim=1), torch.cat((-sines, sines), dim=1)


def rotate(x: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
    """Turn each pair by its position's angle: (a, b) becomes (a cos - b sin, b cos + a sin).

    Args:
        x: `(..., head_size)`.
        cosines, sines: rows of `rotary_table`, broadcastable to x.
    """
    left, right = x.chunk(2, dim=-1)
    return torch.addcmul(x * cosines, torch.cat((right, left), dim=-1), sines)
