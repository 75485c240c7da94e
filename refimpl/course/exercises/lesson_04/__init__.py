"""The exercises of lesson 4: the VQ-VAE contrast.

Three of them are about gradients: what a loss moves. Their checks share what is here, because
every module in this package holds an exercise.
"""

from collections.abc import Callable

import numpy as np
import torch

IN_PLACE = (
    "`-=`, `+=` and methods whose names end in _ change a tensor in place, and autograd needs the "
    "old numbers: write `residual = residual - chosen`, which makes a new tensor"
)


def leaf(array: np.ndarray) -> torch.Tensor:
    """Make a tensor on the memory of a float array, with requires_grad set."""
    return torch.from_numpy(array).requires_grad_()


def call(function: Callable, *tensors: object) -> object:
    """Call an answer, and say in plain words what autograd says about a change in place."""
    try:
        return function(*tensors)
    except RuntimeError as error:
        raise _in_plain_words(error) from None


def one_number(loss: object) -> torch.Tensor:
    """Return a loss that is a tensor with one number.

    Raises:
        ValueError: It is something else, from which no gradient can start.
    """
    if loss is None:
        raise ValueError("return a tensor with one number: does your function return its result?")
    if isinstance(loss, list | tuple):
        raise ValueError(f"return a tensor with one number, not {len(loss)} of them: add them up")
    if not torch.is_tensor(loss):
        raise ValueError(
            "return a tensor with one number: .item() and float() make a plain number, which is "
            "cut off from autograd, so nothing can learn from it"
        )
    if loss.numel() != 1:
        raise ValueError(
            f"return one number, not a tensor of the shape {tuple(loss.shape)}: take the mean"
        )
    return loss


def gradient(loss: torch.Tensor | None, by: torch.Tensor) -> np.ndarray:
    """Give the derivative of a loss by a leaf; zeros where the loss does not depend on it."""
    if loss is None or not loss.requires_grad:
        return np.zeros(by.shape)
    try:
        (found,) = torch.autograd.grad(loss, [by], retain_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise _in_plain_words(error) from None
    return np.zeros(by.shape) if found is None else found.numpy()


def _in_plain_words(error: RuntimeError) -> RuntimeError:
    """Explain autograd's complaint about a tensor changed in place; leave any other as it is."""
    text = str(error)
    return RuntimeError(IN_PLACE) if "inplace" in text or "in-place" in text else error


def nearest(z: torch.Tensor, codebook: torch.Tensor) -> torch.Tensor:
    """Give the number of the nearest code of each vector, (n, dim) -> (n,)."""
    return torch.cdist(z.detach(), codebook.detach()).argmin(dim=1)
