"""Rotary position embedding: the angle between a query and a key tells how far apart they are."""

import torch


def rotary_table(
    head_size: int, n_positions: int, base: float = 10_000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines of the angle of every pair of numbers at every position.

    Pair i turns by `base ** (-2 i / head_size)` radians a position: the first pairs tell near
    neighbours apart, the last ones far regions.

    Returns:
        cosines and sines, each `(n_positions, head_size // 2)`.

    Source: Su et al. 2021, RoFormer, section 3.2.2. Taught in lesson 5.
    """
    pairs = torch.arange(0, head_size, 2, dtype=torch.float64)
    angles = torch.outer(
        torch.arange(n_positions, dtype=torch.float64), base ** (-pairs / head_size)
    )
    return angles.cos().float(), angles.sin().float()


def rotate(x: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
    """Turn each pair of numbers, (i, i + head_size / 2), by its position's angle.

    Args:
        x: `(..., head_size)`.
        cosines, sines: broadcastable to `(..., head_size // 2)`.
    """
    left, right = x.chunk(2, dim=-1)
    return torch.cat((left * cosines - right * sines, right * cosines + left * sines), dim=-1)
