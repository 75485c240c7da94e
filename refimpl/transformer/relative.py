"""Relative attention: a trained vector for every distance between two tokens.

The score of a query and a key gets a second part: the query times the vector of their distance. So
a head can learn "four beats ago" as such, wherever in the row it is.

Taught in lesson 10.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn


class RelativePositions(nn.Module):
    """The vectors of all distances, for every head of a layer.

    Args:
        n_distances: distances 0 to n_distances - 1. Tokens that are further apart do not see each
            other, so a small number makes attention local.
        n_heads: heads of the layer.
        head_size: numbers of a query.

    Source: Shaw et al. 2018, section 3.2, for keys alone and without clipping; Huang et al. 2018,
    sections 3.4.1 (skewing) and 3.5 (local attention, here in a sliding window and not in blocks).
    Taught in lesson 10.
    """

    def __init__(self, n_distances: int, n_heads: int, head_size: int):
        super().__init__()
        self.n_distances, self.n_heads = n_distances, n_heads
        self.vectors = nn.Embedding(n_distances, n_heads * head_size)

    def bias(self, queries: torch.Tensor, n_keys: int) -> torch.Tensor:
        """Return what is added to the scores of causal attention.

        Args:
            queries: `(B, H, T, D)` of the last T of the keys.
            n_keys: K, of which the last T are at the queries' own places.

        Returns:
            `(B, H, T, K)`; -inf for later keys and for those that are too far away.
        """
        distances = torch.arange(n_keys - 1, -1, -1, device=queries.device)  # to the last key
        vectors = self.vectors(distances.clamp(max=self.n_distances - 1))  # (K, H D)
        vectors = vectors.unflatten(1, (self.n_heads, -1)).permute(1, 2, 0)  # (H, D, K)
        scores = skew(queries / math.sqrt(queries.shape[-1]) @ vectors)
        apart = distances.flip(0)[-queries.shape[2] :, None] - distances.flip(0)  # (T, K)
        return scores.masked_fill((apart < 0) | (apart >= self.n_distances), float("-inf"))

    def bias_of_last(self, query: torch.Tensor, n_keys: int) -> torch.Tensor:
        """Return `bias` of the last token alone, which needs no skewing and hides no key.

        Args:
            query: `(B, H, 1, D)`.
            n_keys: K, at most `n_distances`, the last one at the query's own place.

        Returns:
            `(B, H, 1, K)`.
        """
        vectors = self.vectors.weight[:n_keys].unflatten(1, (self.n_heads, -1)).permute(1, 2, 0)
        return (query / math.sqrt(query.shape[-1]) @ vectors).flip(-1)


def skew(scores: torch.Tensor) -> torch.Tensor:
    """Move scores by distance to where their keys are.

    Row t of the input belongs to the query t, and its last column to distance 0, the one before to
    distance 1. Query t is T - 1 - t places before the last one, so its row has to move that far to
    the left. A column of padding in front, and the same numbers read in rows that are one shorter,
    do that without copying a vector for every pair of tokens.

    Args:
        scores: `(..., T, K)`, K >= T.

    Returns:
        `(..., T, K)`. Places of keys after their query hold numbers without a meaning.

    Source: Huang et al. 2018, section 3.4.1. Taught in lesson 10.
    """
    n_queries, n_keys = scores.shape[-2:]
    padded = F.pad(scores, (1, 0))  # (..., T, K + 1)
    flat = padded.flatten(-2)[..., n_queries:]  # (..., T K)
    return flat.unflatten(-1, (n_queries, n_keys))
