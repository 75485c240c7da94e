"""Exercise 4.6: a commitment loss that reaches every residual stage."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import gradient, leaf, nearest


def residual_commitment(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    """Sum of each stage's distance between its residual and the code that it chose."""
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)].detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return loss


def _vectors_and_codebooks(rng: np.random.Generator) -> Inputs:
    n_vectors, dim, n_stages = (int(n) for n in rng.integers([6, 2, 2], [11, 5, 4]))
    sizes = rng.integers(4, 8, n_stages)
    return {
        "z": rng.normal(size=(n_vectors, dim)),
        "codebooks": [rng.normal(size=(size, dim)) / 2**s for s, size in enumerate(sizes)],
    }


def _run(function, inputs: Inputs) -> Results:
    z, codebooks = leaf(inputs["z"]), [leaf(codebook) for codebook in inputs["codebooks"]]
    loss = function(z, codebooks)
    return {
        "the loss": loss,
        "the gradient that reaches z": gradient(loss, z),
        "the gradient that reaches the codebooks": np.concatenate(
            [gradient(loss, codebook) for codebook in codebooks]
        ),
    }


def _as_shown(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)].detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = (residual - chosen).detach()  # what the straight-through vectors amount to
    return loss


def _against_z(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)].detach()
        loss = loss + F.mse_loss(z, chosen)
        residual = residual - chosen
    return loss


def _codes_not_detached(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)]
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return loss


def _detached_in_the_loss_only(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)]
        loss = loss + F.mse_loss(residual, chosen.detach())
        residual = residual - chosen
    return loss


def _detached_in_the_residual_only(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)]
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen.detach()
    return loss


def _nothing_reaches_z(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    return residual_commitment(z.detach(), codebooks)


def _no_residuals(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    return sum(F.mse_loss(z, codebook[nearest(z, codebook)].detach()) for codebook in codebooks)


def _mean_over_stages(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    return residual_commitment(z, codebooks) / len(codebooks)


def _last_stage_only(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    residual = z
    for codebook in codebooks:
        residual = residual - codebook[nearest(residual, codebook)].detach()
    return torch.mean(residual**2)


EXERCISE = Exercise(
    id="4.6",
    title="Find the bug",
    function="residual_commitment",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_vectors_and_codebooks,
    run=_run,
    reference=residual_commitment,
    misconceptions={
        _as_shown: "that is the function as shown: from the second stage on, the residual does "
        "not depend on z for autograd",
        _against_z: "each stage is held to its own residual, not to z",
        _codes_not_detached: "the commitment loss must not move codes: detach what was chosen, "
        "in the loss and in the residual",
        _detached_in_the_loss_only: "the codes get a gradient through the residual: subtract "
        "chosen codes that are detached",
        _detached_in_the_residual_only: "the codes get a gradient through the loss: compare with "
        "chosen codes that are detached",
        _nothing_reaches_z: "the commitment loss is there to move z: do not detach it",
        _no_residuals: "a later stage quantizes what the stages before it left over, not z",
        _mean_over_stages: "add up the stages' losses, do not average them",
        _last_stage_only: "every stage has a loss, not only the last one",
    },
    forbidden=("refimpl.vqvae.VectorQuantizer", "refimpl.vqvae.VQVAENetwork"),
)
