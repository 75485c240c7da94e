"""Answers to exercise 4.6, as learners give them."""

import torch
import torch.nn.functional as F


def look_up(residual, codebook):
    return codebook[torch.cdist(residual, codebook).argmin(dim=1)]


def keeps_the_bug(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - (residual + (chosen - residual).detach())
    return loss


def commits_to_z(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(z, chosen)
        residual = residual - chosen
    return loss


def detaches_nothing(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return loss


def subtracts_codes_that_move(z, codebooks):
    residual, losses = z, []
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        losses.append(F.mse_loss(residual, chosen.detach()))
        residual = residual - chosen
    return torch.stack(losses).sum()


def compares_with_codes_that_move(z, codebooks):
    residual, losses = z, []
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        losses.append(F.mse_loss(residual, chosen))
        residual = residual - chosen.detach()
    return torch.stack(losses).sum()


def detaches_the_wrong_side(z, codebooks):
    residual, loss = z.detach(), 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return loss


def quantizes_z_every_time(z, codebooks):
    return sum(F.mse_loss(z, look_up(z, codebook).detach()) for codebook in codebooks)


def averages_over_stages(z, codebooks):
    residual, losses = z, []
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        losses.append(F.mse_loss(residual, chosen))
        residual = residual - chosen
    return torch.stack(losses).mean()


def looks_at_the_end_only(z, codebooks):
    residual = z
    for codebook in codebooks:
        residual = residual - look_up(residual, codebook).detach()
    return residual.square().mean()


def subtracts_in_place(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual -= chosen
    return loss


def subtracts_in_place_on_a_copy(z, codebooks):
    residual, loss = z.clone(), 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual.sub_(chosen)
    return loss


def gives_a_plain_number(z, codebooks):
    return float(detaches_what_was_chosen(z, codebooks).detach())


def gives_the_loss_of_each_stage(z, codebooks):
    residual, losses = z, []
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        losses.append(F.mse_loss(residual, chosen))
        residual = residual - chosen
    return losses


def stops_after_two_stages(z, codebooks):
    return detaches_what_was_chosen(z, codebooks[:2])


def adds_the_codes(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual + chosen
    return loss


WRONG = {
    keeps_the_bug: "the later residuals are constants",
    commits_to_z: "with the residual of that stage",
    detaches_nothing: "in the loss and in the residual",
    subtracts_codes_that_move: "a gradient through the residual",
    compares_with_codes_that_move: "a gradient through the loss",
    detaches_the_wrong_side: "no gradient reaches z at all",
    quantizes_z_every_time: "a later stage quantizes what",
    averages_over_stages: "do not average them",
    subtracts_in_place: "write `residual = residual - chosen`",
    subtracts_in_place_on_a_copy: "change a tensor in place",
    gives_a_plain_number: "make a plain number, which is cut off from autograd",
    gives_the_loss_of_each_stage: "of them: add them up",
    stops_after_two_stages: "the loss:",
    adds_the_codes: "largest difference",
    looks_at_the_end_only: "not only the last one",
}


def detaches_what_was_chosen(z, codebooks):
    residual, loss = z, torch.zeros((), dtype=z.dtype)
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + (residual - chosen).pow(2).mean()
        residual = residual - chosen
    return loss


def keeps_a_running_total(z, codebooks):
    total, losses = torch.zeros_like(z), []
    for codebook in codebooks:
        with torch.no_grad():
            total = total + look_up(z - total, codebook)
        # What a stage leaves over is what z lacks to the sum of all codes so far.
        losses.append(F.mse_loss(z, total))
    return sum(losses)


def gives_an_array_of_one_number(z, codebooks):
    return detaches_what_was_chosen(z, codebooks)[None]


RIGHT = [detaches_what_was_chosen, keeps_a_running_total, gives_an_array_of_one_number]
