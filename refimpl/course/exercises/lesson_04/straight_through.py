"""Exercise 4.1: the nearest code in the forward pass, the identity in the backward pass."""

import numpy as np
import torch
from torch import Tensor

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import call, gradient, leaf, nearest


def straight_through(z: Tensor, codebook: Tensor) -> Tensor:
    """Replace each vector by its nearest code, and pass the gradient on to z unchanged.

    There is at least one vector and one code; no vector is equally near to two codes.
    """
    chosen = codebook[nearest(z, codebook)]
    return z + (chosen - z).detach()


def _vectors_and_codes(rng: np.random.Generator) -> Inputs:
    n_vectors, n_codes, dim = rng.integers([6, 4, 2], [12, 9, 5])
    return {"z": rng.normal(size=(n_vectors, dim)), "codebook": rng.normal(size=(n_codes, dim))}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    def case(n_vectors: int, n_codes: int, dim: int) -> Inputs:
        return {
            "z": rng.normal(size=(n_vectors, dim)),
            "codebook": rng.normal(size=(n_codes, dim)),
        }

    usual = case(8, 5, 3)
    return {
        "one vector": case(1, 5, 3),
        "one code": case(8, 1, 3),
        "codes of one number": case(8, 5, 1),
        "more codes than vectors": case(3, 9, 2),
        "vectors that equal their codes": usual
        | {"z": usual["codebook"][rng.integers(0, 5, 8)].copy()},
        "codes far from all vectors": usual | {"codebook": usual["codebook"] + 50},
        "float32": {name: array.astype(np.float32) for name, array in usual.items()},
    }


def _run(function, inputs: Inputs) -> Results:
    z, codebook = leaf(inputs["z"]), leaf(inputs["codebook"])
    vectors = call(function, z, codebook)
    # A loss that weights each number differently: its gradient by z has to be the weights.
    weights = torch.arange(1.0, z.numel() + 1).reshape(z.shape).to(z.dtype)
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
    minutes=25,
    difficulty=2,
    inputs=_vectors_and_codes,
    edges=_edges,
    run=_run,
    reference=straight_through,
    misconceptions={
        # z + (chosen - z) with nothing detached gives the same.
        _only_look_up: "the gradient goes to the codebook and none reaches z: add to z the step "
        "to the chosen code, and detach that step",
        _look_up_without_gradient: "for autograd the result does not depend on z: add z to it",
        _codes_keep_their_gradient: "right for z, but the codes get a gradient too: detach them",
        _minus_one: "the derivative is -1: detach the z that you subtract, not the z that you add",
        _mirrored: "z + (chosen - z) is the code; you stepped away from it",
        _leave_z: "the value must be the nearest code itself, not z",
        _farthest: "take the code with the smallest distance",
    },
    forbidden=("refimpl.codecs.VectorQuantizer",),
)
