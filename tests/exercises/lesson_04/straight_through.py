"""Answers to exercise 4.1, as learners give them."""

import torch


def look_up(z, codebook):
    distances = ((z[:, None] - codebook[None]) ** 2).sum(dim=-1)
    return codebook[distances.argmin(dim=1)]


def computes_without_gradients(z, codebook):
    with torch.no_grad():
        return look_up(z, codebook)


def forgets_to_detach(z, codebook):
    return z + (look_up(z, codebook) - z)


def lets_the_codes_move(z, codebook):
    return look_up(z, codebook) + (z - z.detach())


def detaches_the_wrong_z(z, codebook):
    chosen = look_up(z, codebook).detach()
    return z.detach() + (chosen - z)


def steps_away_from_the_code(z, codebook):
    return z + (z - look_up(z, codebook)).detach()


def does_not_quantize(z, codebook):
    return z.clone()


def takes_the_largest_distance(z, codebook):
    chosen = codebook[torch.cdist(z, codebook).argmax(dim=-1)].detach()
    return z + (chosen - z).detach()


def moves_z_itself(z, codebook):
    with torch.no_grad():
        z.copy_(look_up(z, codebook))
    return z


def gives_the_numbers_of_the_codes(z, codebook):
    return torch.cdist(z, codebook).argmin(dim=1)


def subtracts_in_place(z, codebook):
    z += (look_up(z, codebook) - z).detach()
    return z


def rounds_every_number(z, codebook):
    distances = (z[:, :, None] - codebook.T[None]).abs()  # (n, dim, n_codes)
    chosen = torch.gather(codebook.T, 1, distances.argmin(dim=2).T).T.detach()
    return z + (chosen - z).detach()


def squeezes_one_vector(z, codebook):
    return z.squeeze(0) + (look_up(z, codebook) - z).detach().squeeze(0)


def doubles_the_gradient(z, codebook):
    return 2 * z + (look_up(z, codebook) - 2 * z).detach()


WRONG = {
    computes_without_gradients: "for autograd the result does not depend on z",
    forgets_to_detach: "detach that step",
    lets_the_codes_move: "the codes get a gradient too",
    detaches_the_wrong_z: "the derivative is -1",
    steps_away_from_the_code: "you stepped away from it",
    does_not_quantize: "the nearest code itself, not z",
    takes_the_largest_distance: "smallest distance",
    moves_z_itself: "in place",
    subtracts_in_place: "change a tensor in place",
    rounds_every_number: "the vectors:",
    squeezes_one_vector: "allows: one vector",
    doubles_the_gradient: "the gradient that reaches z",
    gives_the_numbers_of_the_codes: "expected the shape",
}


def adds_what_is_missing(z, codebook):
    step = look_up(z, codebook) - z
    return z + step.detach()


class Rounding(torch.autograd.Function):
    """The nearest code forwards, the gradient as it came backwards."""

    @staticmethod
    def forward(ctx, z, codebook):
        return look_up(z, codebook)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def writes_its_own_backward(z, codebook):
    return Rounding.apply(z, codebook)


def swaps_the_values(z, codebook):
    chosen = look_up(z, codebook).detach()
    return chosen + z - z.detach()


RIGHT = [adds_what_is_missing, writes_its_own_backward, swaps_the_values]
