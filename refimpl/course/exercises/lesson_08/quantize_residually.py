"""Exercise 8.3: the gradients of residual stages, of the result and of the loss at once."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import call, gradient, leaf, nearest, one_number

Answer = tuple[Tensor, Tensor]


def quantize_residually(z: Tensor, codebooks: list[Tensor]) -> Answer:
    """Give the sum of the chosen codes, straight through, and the commitment loss of all stages.

    There is at least one stage, one code per stage and one vector; no residual is equally near to
    two codes.
    """
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)].detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    # All codes together are z without the last residual; one step through for all of them.
    return z - residual.detach(), loss


def _vectors_and_codebooks(rng: np.random.Generator) -> Inputs:
    n_vectors, dim, n_stages = (int(n) for n in rng.integers([6, 2, 3], [11, 5, 6]))
    return _case(rng, n_vectors, dim, *(int(n) for n in rng.integers(4, 8, n_stages)))


def _case(rng: np.random.Generator, n_vectors: int, dim: int, *sizes: int) -> Inputs:
    return {
        "z": rng.normal(size=(n_vectors, dim)),
        "codebooks": [rng.normal(size=(size, dim)) / 2**s for s, size in enumerate(sizes)],
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng, 8, 3, 5, 5)
    return {
        "one stage": _case(rng, 8, 3, 5),
        "two stages": _case(rng, 8, 3, 5, 6),
        "eight stages": _case(rng, 8, 3, *[5] * 8),
        "one vector": _case(rng, 1, 3, 5, 6),
        "one code per stage": _case(rng, 8, 3, 1, 1),
        "vectors of one number": _case(rng, 8, 1, 5, 6),
        "vectors on the first stage's codes, so that nothing is left over": usual
        | {"z": usual["codebooks"][0][rng.integers(0, 5, 8)].copy()},
        "float32": {
            "z": usual["z"].astype(np.float32),
            "codebooks": [codebook.astype(np.float32) for codebook in usual["codebooks"]],
        },
    }


def _run(function, inputs: Inputs) -> Results:
    z, codebooks = leaf(inputs["z"]), [leaf(codebook) for codebook in inputs["codebooks"]]
    returned = call(function, z, codebooks)
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two tensors: the vectors, and the loss")
    vectors, loss = returned[0], one_number(returned[1])
    # A loss that weights each number differently: its gradient by z has to be the weights.
    weights = torch.arange(1.0, z.numel() + 1).reshape(z.shape).to(z.dtype)
    fits = torch.is_tensor(vectors) and vectors.shape == z.shape
    weighted = (vectors * weights).sum() if fits else None
    return {
        "the vectors": vectors,
        "the loss": loss,
        "the gradient that reaches z, when that of the vectors is 1, 2, 3, …": gradient(
            weighted, z
        ),
        "the gradient of the loss that reaches z": gradient(loss, z),
        "the gradient of the vectors that reaches the codebooks": _of_all(weighted, codebooks),
        "the gradient of the loss that reaches the codebooks": _of_all(loss, codebooks),
    }


def _of_all(loss: Tensor | None, codebooks: list[Tensor]) -> np.ndarray:
    return np.concatenate([gradient(loss, codebook) for codebook in codebooks])


def _walk(z: Tensor, codebooks: list[Tensor], *, residual_of=None, detach: bool = True) -> tuple:
    """Give each stage's residual and what it chose; `residual_of` makes the next residual."""
    residual, stages = z, []
    for codebook in codebooks:
        chosen = codebook[nearest(residual, codebook)]
        chosen = chosen.detach() if detach else chosen
        stages.append((residual, chosen))
        residual = residual_of(residual, chosen) if residual_of else residual - chosen
    return residual, stages


def _sum_up(stages: list) -> Tensor:
    return sum(F.mse_loss(residual, chosen) for residual, chosen in stages)


def _each_stage_passes_on(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks)
    return sum(r + (chosen - r).detach() for r, chosen in stages), _sum_up(stages)


def _constant_residuals(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks, residual_of=lambda r, chosen: (r - chosen).detach())
    return quantize_residually(z, codebooks)[0], _sum_up(stages)


def _nothing_passes(z: Tensor, codebooks: list[Tensor]) -> Answer:
    vectors, loss = quantize_residually(z, codebooks)
    return vectors.detach(), loss


def _codes_get_the_vectors_gradient(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks, detach=False)
    vectors = z - z.detach() + sum(chosen for _, chosen in stages)
    return vectors, quantize_residually(z, codebooks)[1]


def _only_codes_get_it(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks, detach=False)
    return sum(chosen for _, chosen in stages), quantize_residually(z, codebooks)[1]


def _codes_get_the_loss(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks, detach=False)
    return quantize_residually(z, codebooks)[0], _sum_up(stages)


def _loss_of_constants(z: Tensor, codebooks: list[Tensor]) -> Answer:
    vectors, loss = quantize_residually(z, codebooks)
    return vectors, loss.detach()


def _last_codes(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks)
    return z + (stages[-1][1] - z).detach(), _sum_up(stages)


def _first_codes(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks)
    return z + (stages[0][1] - z).detach(), _sum_up(stages)


def _what_is_left(z: Tensor, codebooks: list[Tensor]) -> Answer:
    left, stages = _walk(z, codebooks)
    return left, _sum_up(stages)


def _mean_over_stages(z: Tensor, codebooks: list[Tensor]) -> Answer:
    vectors, loss = quantize_residually(z, codebooks)
    return vectors, loss / len(codebooks)


def _sum_over_numbers(z: Tensor, codebooks: list[Tensor]) -> Answer:
    vectors, loss = quantize_residually(z, codebooks)
    return vectors, loss * z.numel()


def _mean_over_vectors(z: Tensor, codebooks: list[Tensor]) -> Answer:
    vectors, loss = quantize_residually(z, codebooks)
    return vectors, loss * z.shape[1]


def _codebook_loss(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks, detach=False)
    loss = sum(F.mse_loss(chosen, residual.detach()) for residual, chosen in stages)
    return quantize_residually(z, codebooks)[0], loss


def _last_loss(z: Tensor, codebooks: list[Tensor]) -> Answer:
    left, _ = _walk(z, codebooks)
    return z - left.detach(), left.square().mean()


def _z_every_time(z: Tensor, codebooks: list[Tensor]) -> Answer:
    _, stages = _walk(z, codebooks, residual_of=lambda r, chosen: r)
    return z + (sum(chosen for _, chosen in stages) - z).detach(), _sum_up(stages)


EXERCISE = Exercise(
    id="8.3",
    title="One gradient, however deep",
    function="quantize_residually",
    points=5,
    minutes=25,
    difficulty=4,
    inputs=_vectors_and_codebooks,
    edges=_edges,
    run=_run,
    reference=quantize_residually,
    misconceptions={
        _each_stage_passes_on: "every stage passes the decoder's gradient on, so it arrives once "
        "for each stage: go straight through once, around all stages",
        _constant_residuals: "the loss reaches z from the first stage only: subtract the chosen "
        "codes from a residual that is still part of the graph",
        _nothing_passes: "no gradient of the vectors reaches z: add to z the step to the sum of "
        "the codes, and detach that step",
        _codes_get_the_vectors_gradient: "right for z, but the vectors pass a gradient to the "
        "codebooks too: detach the chosen codes",
        _only_codes_get_it: "the gradient of the vectors goes to the codebooks and none reaches z",
        _codes_get_the_loss: "the commitment loss must not move codes: detach the chosen codes",
        _loss_of_constants: "the loss reaches nothing: leave the residuals in the graph",
        _last_codes: "the vectors are the sum of the codes of all stages, not the last ones",
        _first_codes: "the vectors are the sum of the codes of all stages, not the first ones",
        _what_is_left: "the vectors are the sum of the chosen codes, not what they leave over",
        _mean_over_stages: "add up the losses of the stages, do not average them",
        _sum_over_numbers: "the loss of a stage is a mean over all n * dim numbers, not a sum",
        _mean_over_vectors: "the loss of a stage is a mean over all n * dim numbers, not a mean of "
        "the vectors' squared lengths",
        _codebook_loss: "that is the codebook loss, which pulls codes to the latents: detach the "
        "chosen codes instead, and leave the residuals in the graph",
        _last_loss: "every stage has a loss, not only the last one",
        _z_every_time: "a later stage quantizes what the stages before it left over, not z",
    },
    forbidden=("refimpl.codecs.VectorQuantizer", "refimpl.codecs.VQVAENetwork"),
)
