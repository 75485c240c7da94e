"""Exercise 4.2: the loss that moves the codes, and the loss that keeps the encoder near them."""

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_04 import call, gradient, leaf, one_number


def vq_loss(z: Tensor, chosen: Tensor, commitment: float) -> Tensor:
    """Add the codebook loss and the weighted commitment loss, for a weight of 0 or more."""
    return F.mse_loss(chosen, z.detach()) + commitment * F.mse_loss(z, chosen.detach())


def _vectors(rng: np.random.Generator) -> Inputs:
    shape = tuple(rng.integers([4, 2], [9, 5]))
    return {
        "z": rng.normal(size=shape),
        "chosen": rng.normal(size=shape),
        "commitment": round(float(rng.uniform(0.1, 0.7)), 2),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _vectors(rng)
    z = usual["z"]
    return {
        "a weight of 0": usual | {"commitment": 0.0},
        "a weight of 1, a whole number": usual | {"commitment": 1},
        "a weight above 1": usual | {"commitment": 2.5},
        "one vector of one number": usual | {"z": z[:1, :1].copy(), "chosen": z[1:2, :1].copy()},
        "vectors that equal their codes": usual | {"chosen": z.copy()},
        "float32": usual | {name: usual[name].astype(np.float32) for name in ("z", "chosen")},
    }


def _run(function, inputs: Inputs) -> Results:
    z, chosen = leaf(inputs["z"]), leaf(inputs["chosen"])
    loss = one_number(call(function, z, chosen, inputs["commitment"]))
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
    minutes=15,
    difficulty=2,
    inputs=_vectors,
    edges=_edges,
    run=_run,
    reference=vq_loss,
    misconceptions={
        _weight_on_the_wrong_term: "the weight is on the wrong term: it belongs to the one in "
        "which the chosen codes are detached",
        _nothing_detached: "the value is right, but without detach each term moves both sides",
        _everything_detached: "with both sides detached a term moves nothing: detach one per term",
        _weight_on_both: "the weight multiplies the commitment loss only",
        _no_weight: "multiply the commitment loss by its weight",
        _only_the_codes: "the commitment loss is missing: nothing keeps z near the codes",
        _only_the_encoder: "the codebook loss is missing: nothing moves the codes",
        _sums: "take the mean over all numbers, not their sum",
        _sum_over_each_vector: "take the mean over the numbers of a vector as well",
    },
)
