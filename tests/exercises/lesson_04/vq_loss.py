"""Answers to exercise 4.2, as learners give them."""

import torch
import torch.nn.functional as F


def weighs_the_codebook_loss(z, chosen, commitment):
    return commitment * ((z.detach() - chosen) ** 2).mean() + ((z - chosen.detach()) ** 2).mean()


def detaches_nothing(z, chosen, commitment):
    return F.mse_loss(z, chosen) + commitment * F.mse_loss(chosen, z)


def computes_without_gradients(z, chosen, commitment):
    with torch.no_grad():
        return F.mse_loss(z, chosen) + commitment * F.mse_loss(chosen, z)


def weighs_both(z, chosen, commitment):
    return commitment * (F.mse_loss(z.detach(), chosen) + F.mse_loss(z, chosen.detach()))


def forgets_the_weight(z, chosen, commitment):
    return F.mse_loss(z.detach(), chosen) + F.mse_loss(z, chosen.detach())


def leaves_out_the_commitment(z, chosen, commitment):
    return F.mse_loss(z.detach(), chosen)


def leaves_out_the_codebook(z, chosen, commitment):
    return commitment * F.mse_loss(z, chosen.detach())


def sums_everything(z, chosen, commitment):
    return ((z.detach() - chosen) ** 2).sum() + commitment * ((z - chosen.detach()) ** 2).sum()


def takes_squared_distances(z, chosen, commitment):
    codes = ((z.detach() - chosen) ** 2).sum(dim=-1).mean()
    return codes + commitment * ((z - chosen.detach()) ** 2).sum(dim=-1).mean()


def takes_absolute_values(z, chosen, commitment):
    return F.l1_loss(chosen, z.detach()) + commitment * F.l1_loss(z, chosen.detach())


def gives_a_plain_number(z, chosen, commitment):
    return (1 + commitment) * F.mse_loss(z, chosen).item()


def forgets_to_return(z, chosen, commitment):
    writes_the_squares_out(z, chosen, commitment)


def gives_all_the_squares(z, chosen, commitment):
    return (chosen - z.detach()) ** 2 + commitment * (z - chosen.detach()) ** 2


def steps_in_place(z, chosen, commitment):
    z -= chosen.detach()
    return (1 + commitment) * z.square().mean()


def takes_the_root(z, chosen, commitment):
    return torch.sqrt(writes_the_squares_out(z, chosen, commitment))


def ignores_a_weight_of_zero(z, chosen, commitment):
    return writes_the_squares_out(z, chosen, commitment or 0.25)


WRONG = {
    weighs_the_codebook_loss: "the weight is on the wrong term",
    detaches_nothing: "without detach each term moves both sides",
    computes_without_gradients: "with both sides detached",
    weighs_both: "the weight multiplies the commitment loss only",
    forgets_the_weight: "multiply the commitment loss by its weight",
    leaves_out_the_commitment: "nothing keeps z near the codes",
    leaves_out_the_codebook: "nothing moves the codes",
    sums_everything: "not their sum",
    takes_squared_distances: "the numbers of a vector as well",
    gives_a_plain_number: "make a plain number, which is cut off from autograd",
    gives_all_the_squares: "take the mean",
    forgets_to_return: "does your function return its result?",
    steps_in_place: "change a tensor in place",
    takes_the_root: "the loss:",
    ignores_a_weight_of_zero: "a weight of 0",
    takes_absolute_values: "the loss:\nexpected",
}


def writes_the_squares_out(z, chosen, commitment):
    codebook_loss = (chosen - z.detach()).pow(2).mean()
    commitment_loss = (chosen.detach() - z).square().mean()
    return codebook_loss + commitment_loss * commitment


def detaches_first(z, chosen, commitment):
    target, code = z.detach(), chosen.detach()
    return torch.mean((chosen - target) ** 2 + commitment * (z - code) ** 2)


def gives_an_array_of_one_number(z, chosen, commitment):
    return writes_the_squares_out(z, chosen, commitment).reshape(1)


RIGHT = [writes_the_squares_out, detaches_first, gives_an_array_of_one_number]
