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


WRONG = {
    keeps_the_bug: "that is the function as shown",
    commits_to_z: "each stage is held to its own residual",
    detaches_nothing: "in the loss and in the residual",
    subtracts_codes_that_move: "a gradient through the residual",
    compares_with_codes_that_move: "a gradient through the loss",
    detaches_the_wrong_side: "the commitment loss is there to move z",
    quantizes_z_every_time: "a later stage quantizes what",
    averages_over_stages: "do not average them",
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


RIGHT = [detaches_what_was_chosen, keeps_a_running_total]
