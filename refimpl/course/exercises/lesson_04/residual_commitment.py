"""Exercise 4.6: a commitment loss that reaches every residual stage."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import call, gradient, leaf, nearest, one_number


def residual_commitment(z: Tensor, codebooks: list[Tensor]) -> Tensor:
    """Add up each stage's mean squared distance between its residual and the chosen code.

    There is at least one stage, one code per stage and one vector; no residual is equally near to
    two codes.
    """
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    def case(n_vectors: int, dim: int, *sizes: int) -> Inputs:
        return {
            "z": rng.normal(size=(n_vectors, dim)),
            "codebooks": [rng.normal(size=(size, dim)) / 2**s for s, size in enumerate(sizes)],
        }

    usual = case(8, 3, 5, 5)
    return {
        "one stage": case(8, 3, 5),
        "four stages": case(8, 3, 4, 5, 6, 7),
        "one vector": case(1, 3, 5, 6),
        "one code per stage": case(8, 3, 1, 1),
        "vectors of one number": case(8, 1, 5, 6),
        "vectors on the first stage's codes, so that nothing is left over": usual
        | {"z": usual["codebooks"][0][rng.integers(0, 5, 8)].copy()},
        "float32": {
            "z": usual["z"].astype(np.float32),
            "codebooks": [codebook.astype(np.float32) for codebook in usual["codebooks"]],
        },
    }


def _run(function, inputs: Inputs) -> Results:
    z, codebooks = leaf(inputs["z"]), [leaf(codebook) for codebook in inputs["codebooks"]]
    loss = one_number(call(function, z, codebooks))
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
    minutes=30,
    difficulty=4,
    inputs=_vectors_and_codebooks,
    edges=_edges,
    run=_run,
    reference=residual_commitment,
    misconceptions={
        _as_shown: "only the first stage's loss reaches z: for autograd the later residuals are "
        "constants. Detach the chosen codes, and nothing else",
        _against_z: "compare each stage's codes with the residual of that stage, not with z",
        _codes_not_detached: "the commitment loss must not move codes: detach the chosen codes, "
        "in the loss and in the residual",
        _detached_in_the_loss_only: "the codes get a gradient through the residual: subtract "
        "detached codes",
        _detached_in_the_residual_only: "the codes get a gradient through the loss: compare with "
        "detached codes",
        _nothing_reaches_z: "no gradient reaches z at all, and the commitment loss is there to "
        "move z: detach the chosen codes only",
        _no_residuals: "a later stage quantizes what the stages before it left over, not z",
        _mean_over_stages: "add up the losses of the stages, do not average them",
        _last_stage_only: "every stage has a loss, not only the last one",
    },
    forbidden=("refimpl.codecs.VectorQuantizer", "refimpl.codecs.VQVAENetwork"),
)
