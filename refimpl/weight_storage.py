"""Weights in fewer bits: 16-bit floats, or 8-bit integers with one scale a row.

A matrix in 8 bits is stored as whole numbers from -127 to 127, and a scale for each of its rows:
the row's largest number over 127. Vectors, such as the weights of a norm, are few and stay 16-bit
floats.

A model that was trained on from another one differs little from it. The difference, counted in the
steps of the other one's 8 bits, is mostly 0, 1 and 2, and a zip archive makes a third of it.

A digest of weights says which version of a model made what is kept.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

from refimpl.errors import UserError

SCALE = ".scale"  # behind a weight's name: the scales of its rows
LARGEST = 127


def shrink(weights: dict[str, Tensor], bits: int) -> dict[str, Tensor]:
    """Return weights as they are stored.

    Args:
        weights: by name.
        bits: 32 (as they are), 16 (half the size, and a loss that is the same to about 3 digits) or
            8 (a quarter; each number is off by at most 1/254 of the largest in its row).

    Returns:
        Tensors by name, scales among them.

    Raises:
        UserError: another number of bits.

    Source: Jacob et al. 2018, section 2.1, with a zero point of 0 and a scale for each row.
    """
    if bits not in (8, 16, 32):
        raise UserError(f"bits is {bits!r}; weights are stored in 8, 16 or 32")
    stored = {}
    for name, tensor in weights.items():
        if bits == 32 or not tensor.is_floating_point():
            stored[name] = tensor
        elif bits == 8 and tensor.ndim > 1 and tensor.numel():
            stored[name], stored[name + SCALE] = _round_rows(tensor)
        else:
            stored[name] = tensor.half()
    return stored


def _round_rows(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers of a tensor's shape, and the step of each of its rows."""
    steps = _steps(tensor)
    whole = torch.round(tensor / steps).clamp(-LARGEST, LARGEST)
    return whole.to(torch.int8), steps.flatten()


def restore(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo `shrink`, as far as it can be undone.

    Args:
        stored: tensors by name; floats stay as they are.

    Returns:
        Weights by name.

    Raises:
        ValueError: scales that do not fit their weight.
    """
    weights = {}
    for name, tensor in stored.items():
        if name.removesuffix(SCALE) in stored and name.endswith(SCALE):
            continue
        scales = stored.get(name + SCALE)
        if scales is None:
            weights[name] = tensor
            continue
        rows = tuple(tensor.shape[:1])
        if tensor.dtype != torch.int8 or not scales.is_floating_point() or scales.shape != rows:
            raise ValueError(f"the scales of weight {name!r} do not fit it")
        weights[name] = tensor * _beside(scales, tensor)
    return weights


def _beside(scales: Tensor, tensor: Tensor) -> Tensor:
    return scales.reshape(-1, *[1] * (tensor.ndim - 1))


def difference(weights: dict[str, Tensor], base: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return how weights differ from those of a model in 8 bits.

    Args:
        weights: by name.
        base: of the other model, as `restore` gave them, with the same names and shapes.

    Returns:
        By name: of a matrix, whole numbers of the base's steps, in 8 bits where they fit and else
        in 16; of a vector, the difference itself in 16-bit floats.
    """
    parts = {}
    for name, weight in weights.items():
        part = weight - base[name]
        if part.ndim < 2:
            parts[name] = part.half()
            continue
        part = torch.round(part / _steps(base[name])).clamp(-(2**15), 2**15 - 1)
        fits = bool((part.abs() <= LARGEST).all())
        parts[name] = part.to(torch.int8 if fits else torch.int16)
    return parts


def add_difference(parts: dict[str, Tensor], base: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo `difference`, as far as it can be undone.

    Raises:
        ValueError: other names or shapes than those of the base.
    """
    if {n: t.shape for n, t in parts.items()} != {n: t.shape for n, t in base.items()}:
        raise ValueError("the difference does not fit the model that it is a difference from")
    return {
        name: base[name] + part.float() * (_steps(base[name]) if part.ndim > 1 else 1.0)
        for name, part in parts.items()
    }


def _steps(tensor: Tensor) -> Tensor:
    """The step of each row of a matrix in 8 bits, beside its numbers."""
    if not tensor.numel():
        return torch.ones_like(tensor)
    largest = tensor.flatten(1).abs().amax(dim=1)
    return _beside(torch.where(largest > 0, largest / LARGEST, 1.0), tensor)


def digest_of(model: nn.Module) -> str:
    """Twelve hexadecimal digits, which differ between weights that differ."""
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.cpu().numpy().astype("<f4").tobytes())
    return digest.hexdigest()[:12]
