"""The exercises of lesson 4: the VQ-VAE contrast.

Four of them are about what a loss moves, so their checks look at gradients. What several need for
that is here, because every module in this package holds an exercise.
"""

import numpy as np
import torch


def leaf(array: np.ndarray) -> torch.Tensor:
    """A tensor on an array's own memory, whose gradient is wanted."""
    return torch.from_numpy(array).requires_grad_()


def gradient(loss: object, by: torch.Tensor) -> np.ndarray:
    """The derivative of a loss by a leaf, in its shape; zeros where nothing leads from it there."""
    if not (torch.is_tensor(loss) and loss.requires_grad):
        return np.zeros(by.shape)
    (found,) = torch.autograd.grad(loss, [by], retain_graph=True, allow_unused=True)
    return np.zeros(by.shape) if found is None else found.numpy()


def nearest(z: torch.Tensor, codebook: torch.Tensor) -> torch.Tensor:
    """The number of the nearest code of each vector (n, dim) -> (n,)."""
    return torch.cdist(z.detach(), codebook.detach()).argmin(dim=1)
