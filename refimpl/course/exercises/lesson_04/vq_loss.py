"""Exercise 4.2: the loss that moves the codes, and the loss that holds the encoder to them."""

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import gradient, leaf


def vq_loss(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    """Codebook loss plus weighted commitment loss."""
    return F.mse_loss(chosen, z.detach()) + commitment * F.mse_loss(z, chosen.detach())


def _vectors(rng: np.random.Generator) -> Inputs:
    shape = tuple(rng.integers([4, 2], [9, 5]))
    return {
        "z": rng.normal(size=shape),
        "chosen": rng.normal(size=shape),
        "commitment": round(float(rng.uniform(0.1, 0.7)), 2),
    }


def _run(function, inputs: Inputs) -> Results:
    z, chosen = leaf(inputs["z"]), leaf(inputs["chosen"])
    loss = function(z, chosen, inputs["commitment"])
    return {
        "the loss": loss,
        "the gradient that reaches z": gradient(loss, z),
        "the gradient that reaches the chosen codes": gradient(loss, chosen),
    }


def _weight_on_the_wrong_term(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return F.mse_loss(z, chosen.detach()) + commitment * F.mse_loss(chosen, z.detach())


def _nothing_detached(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return (1 + commitment) * F.mse_loss(z, chosen)


def _everything_detached(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return (1 + commitment) * F.mse_loss(z.detach(), chosen.detach())


def _weight_on_both(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return commitment * vq_loss(z, chosen, 1.0)


def _no_weight(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return vq_loss(z, chosen, 1.0)


def _only_the_codes(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return F.mse_loss(chosen, z.detach())


def _only_the_encoder(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return commitment * F.mse_loss(z, chosen.detach())


def _sums(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return z.numel() * vq_loss(z, chosen, commitment)


def _sum_over_each_vector(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    return z.shape[-1] * vq_loss(z, chosen, commitment)


EXERCISE = Exercise(
    id="4.2",
    title="Two losses",
    function="vq_loss",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_vectors,
    run=_run,
    reference=vq_loss,
    misconceptions={
        _weight_on_the_wrong_term: "the value is right, the gradients are not: the weight belongs "
        "to the term in which the chosen codes are detached",
        _nothing_detached: "the value is right, but without detach each term moves both sides",
        _everything_detached: "with both sides detached a term moves nothing: detach one in each",
        _weight_on_both: "only the commitment loss is weighted, not the codebook loss",
        _no_weight: "the commitment loss has to be multiplied by its weight",
        _only_the_codes: "the commitment loss is missing: nothing holds z to the codes",
        _only_the_encoder: "the codebook loss is missing: nothing moves the codes",
        _sums: "take the mean over all numbers, not their sum",
        _sum_over_each_vector: "take the mean over all numbers, so also over those of one vector",
    },
)
