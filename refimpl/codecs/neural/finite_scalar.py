"""Finite scalar quantization: each number is rounded to one of a few levels.

The codes are the points of a grid. Nothing has to be learnt, started, moved or revived; the network
in front learns to use the grid.
"""

import math

import torch
from torch import Tensor, nn

from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.vqvae import Quantized
from refimpl.errors import UserError


class FiniteScalarQuantizer(Quantizer):
    """Grids of levels between two linear maps.

    Each stream's code is the number of a point in a grid with `len(levels)` axes.

    Args:
        n_books: grids, each a stream of codes.
        levels: of each axis, at least two; a grid has as many codes as their product.
        dim: numbers in a latent.

    Raises:
        UserError: a grid without axes, or an axis with a single level.

    The levels are spread evenly from -1 to 1.

    Source: Mentzer et al. 2023, section 3. Taught in lesson 8.
    """

    def __init__(self, n_books: int, levels: tuple[int, ...], dim: int):
        super().__init__()
        if not levels or min(levels) < 2:
            raise UserError(f"levels is {list(levels)}; give at least one axis, of two or more")
        self.dim, self.stream_sizes = dim, (math.prod(levels),) * n_books
        self.into = nn.Linear(dim, n_books * len(levels))
        self.out = nn.Linear(n_books * len(levels), dim)
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        steps = [math.prod(levels[:axis]) for axis in range(len(levels))]
        self.register_buffer("steps", torch.tensor(steps), persistent=False)

    def forward(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, T, dim) -> codes (B, T, n_books); the loss is 0."""
        top = (self.levels - 1).to(latents.dtype)
        places = self._by_book(self.into(latents))  # (B, T, n_books, n_axes)
        places = 0.5 * top * (1 + places.tanh())  # from 0 to the last level
        rounded = places + (places.round() - places).detach()  # straight through
        codes = (rounded.detach().long() * self.steps).sum(dim=-1)
        vectors = self.out((2 * rounded / top - 1).flatten(start_dim=-2))
        return Quantized(vectors, codes, latents.new_zeros(()))

    def decode(self, codes: Tensor) -> Tensor:
        places = codes[..., None] // self.steps % self.levels  # (B, T, n_books, n_axes)
        points = 2 * places / (self.levels - 1) - 1
        return self.out(points.flatten(start_dim=-2))

    def _by_book(self, numbers: Tensor) -> Tensor:
        """Split numbers (B, T, n_books * n_axes) by books, (B, T, n_books, n_axes)."""
        return numbers.unflatten(-1, (len(self.stream_sizes), len(self.levels)))
