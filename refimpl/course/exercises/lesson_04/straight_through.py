"""Exercise 4.1: the nearest code forwards, the identity backwards."""

import numpy as np
import torch
from torch import Tensor

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import gradient, leaf, nearest


def straight_through(z: Tensor, codebook: Tensor) -> Tensor:
    """Replace each vector by its nearest code, and pass gradients on as if nothing had been."""
    chosen = codebook[nearest(z, codebook)].detach()
    return z + (chosen - z).detach()


def _vectors_and_codes(rng: np.random.Generator) -> Inputs:
    n_vectors, n_codes, dim = rng.integers([6, 4, 2], [12, 9, 5])
    return {"z": rng.normal(size=(n_vectors, dim)), "codebook": rng.normal(size=(n_codes, dim))}


def _run(function, inputs: Inputs) -> Results:
    z, codebook = leaf(inputs["z"]), leaf(inputs["codebook"])
    vectors = function(z, codebook)
    # Some loss that weighs each number differently: its gradient by z has to be the weights.
    weights = torch.arange(1.0, z.numel() + 1).reshape(z.shape)
    fits = torch.is_tensor(vectors) and vectors.shape == z.shape
    loss = (vectors * weights).sum() if fits else None
    return {
        "the vectors": vectors,
        "the gradient that reaches z, when the result's own is 1, 2, 3, …": gradient(loss, z),
        "the gradient that reaches the codebook": gradient(loss, codebook),
    }


def _only_look_up(z: Tensor, codebook: Tensor) -> Tensor:
    return codebook[nearest(z, codebook)]


def _look_up_without_gradient(z: Tensor, codebook: Tensor) -> Tensor:
    return codebook[nearest(z, codebook)].detach()


def _codes_keep_their_gradient(z: Tensor, codebook: Tensor) -> Tensor:
    return codebook[nearest(z, codebook)] + z - z.detach()


def _minus_one(z: Tensor, codebook: Tensor) -> Tensor:
    return z.detach() + (codebook[nearest(z, codebook)].detach() - z)


def _mirrored(z: Tensor, codebook: Tensor) -> Tensor:
    return z + (z - codebook[nearest(z, codebook)]).detach()


def _leave_z(z: Tensor, codebook: Tensor) -> Tensor:
    return z + 0.0


def _farthest(z: Tensor, codebook: Tensor) -> Tensor:
    chosen = codebook[torch.cdist(z, codebook).argmax(dim=1)]
    return z + (chosen - z).detach()


EXERCISE = Exercise(
    id="4.1",
    title="Straight through",
    function="straight_through",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_vectors_and_codes,
    run=_run,
    reference=straight_through,
    misconceptions={
        # What z + (chosen - z) with nothing detached amounts to, too.
        _only_look_up: "the gradient goes to the codebook, and none to z: add to z a step towards "
        "the chosen code, and detach that step",
        _look_up_without_gradient: "the result does not depend on z for autograd: add z to it",
        _codes_keep_their_gradient: "right for z, but the codes are not detached and move as well",
        _minus_one: "the derivative is -1: z outside the bracket keeps its gradient, inside not",
        _mirrored: "z + (chosen - z) is chosen; you went as far in the other direction",
        _leave_z: "forwards the result is the nearest code itself, not z",
        _farthest: "take the code with the smallest distance",
    },
    forbidden=("refimpl.vqvae.VectorQuantizer",),
)
