"""Answers to exercise 8.3, as learners give them."""

import torch
import torch.nn.functional as F


def look_up(residual, codebook):
    return codebook[torch.cdist(residual, codebook).argmin(dim=1)]


def right_vectors(z, codebooks):
    return quantizes_first_and_passes_once(z, codebooks)[0]


def right_loss(z, codebooks):
    return quantizes_first_and_passes_once(z, codebooks)[1]


def goes_through_at_every_stage(z, codebooks):
    residual, total, loss = z, 0, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        quantized = residual + (chosen - residual).detach()
        total = total + quantized
        residual = residual - quantized.detach()
    return total, loss


def keeps_the_bug(z, codebooks):
    residual, total, loss = z, 0, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        quantized = residual + (chosen - residual).detach()
        total = total + quantized
        residual = residual - quantized
    return total, loss


def adds_up_plain_codes(z, codebooks):
    residual, total, loss = z, 0, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        total, loss = total + chosen, loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return total, loss


def adds_z_and_takes_it_away(z, codebooks):
    residual, total = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        total = total + chosen
        residual = residual - chosen.detach()
    return total + (z - z.detach()), right_loss(z, codebooks)


def adds_up_codes_that_learn(z, codebooks):
    residual, total = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        total = total + chosen
        residual = residual - chosen.detach()
    return total, right_loss(z, codebooks)


def lets_the_loss_move_codes(z, codebooks):
    residual, losses = z, []
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        losses.append(F.mse_loss(residual, chosen))
        residual = residual - chosen
    return right_vectors(z, codebooks), torch.stack(losses).sum()


def works_without_gradients(z, codebooks):
    with torch.no_grad():
        loss = right_loss(z, codebooks)
    return right_vectors(z, codebooks), loss


def gives_the_last_stage(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return z + (chosen - z).detach(), loss


def gives_the_first_stage(z, codebooks):
    chosen = look_up(z, codebooks[0])
    return z + (chosen - z).detach(), right_loss(z, codebooks)


def gives_the_residual(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return residual, loss


def averages_the_losses(z, codebooks):
    return right_vectors(z, codebooks), right_loss(z, codebooks) / len(codebooks)


def commits_at_the_end_only(z, codebooks):
    residual = z
    for codebook in codebooks:
        residual = residual - look_up(residual, codebook).detach()
    return right_vectors(z, codebooks), F.mse_loss(residual, torch.zeros_like(residual))


def quantizes_z_again_and_again(z, codebooks):
    total, loss = 0, 0
    for codebook in codebooks:
        chosen = look_up(z, codebook).detach()
        total, loss = total + chosen, loss + F.mse_loss(z, chosen)
    return z + (total - z).detach(), loss


def gives_the_vectors_alone(z, codebooks):
    return right_vectors(z, codebooks)


def subtracts_in_place(z, codebooks):
    residual, loss = z.clone(), 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        loss = loss + F.mse_loss(residual, chosen)
        residual -= chosen
    return z - residual.detach(), loss


def stops_after_two_stages(z, codebooks):
    return quantizes_first_and_passes_once(z, codebooks[:2])


def sums_over_all_numbers(z, codebooks):
    return right_vectors(z, codebooks), right_loss(z, codebooks) * z.numel()


def averages_over_vectors_only(z, codebooks):
    return right_vectors(z, codebooks), right_loss(z, codebooks) * z.shape[1]


def pulls_the_codes_instead(z, codebooks):
    residual, loss = z, 0
    for codebook in codebooks:
        chosen = look_up(residual, codebook)
        loss = loss + F.mse_loss(chosen, residual.detach())
        residual = residual - chosen
    return right_vectors(z, codebooks), loss


WRONG = {
    sums_over_all_numbers: "a mean over all n * dim numbers",
    averages_over_vectors_only: "squared lengths",
    pulls_the_codes_instead: "the codebook loss",
    goes_through_at_every_stage: "arrives once for each stage",
    keeps_the_bug: "from the first stage only",
    adds_up_plain_codes: "no gradient of the vectors reaches z",
    adds_z_and_takes_it_away: "right for z, but the vectors pass",
    adds_up_codes_that_learn: "goes to the codebooks and none reaches z",
    lets_the_loss_move_codes: "the commitment loss must not move codes",
    works_without_gradients: "the loss reaches nothing",
    gives_the_last_stage: "not the last ones",
    gives_the_first_stage: "not the first ones",
    gives_the_residual: "not what they leave over",
    averages_the_losses: "do not average them",
    commits_at_the_end_only: "not only the last one",
    quantizes_z_again_and_again: "left over, not z",
    gives_the_vectors_alone: "return two tensors",
    subtracts_in_place: "write `residual = residual - chosen`",
    stops_after_two_stages: "the vectors:",
}


def quantizes_first_and_passes_once(z, codebooks):
    residual, total, loss = z, torch.zeros_like(z), torch.zeros((), dtype=z.dtype)
    for codebook in codebooks:
        chosen = look_up(residual, codebook).detach()
        total = total + chosen
        loss = loss + (residual - chosen).pow(2).mean()
        residual = residual - chosen
    return z + (total - z).detach(), loss


def keeps_a_running_total(z, codebooks):
    total, losses = torch.zeros_like(z), []
    for codebook in codebooks:
        with torch.no_grad():
            total = total + look_up(z - total, codebook)
        losses.append(F.mse_loss(z, total))
    return z + (total - z).detach(), sum(losses)


def passes_at_the_first_stage(z, codebooks):
    chosen = look_up(z, codebooks[0]).detach()
    vectors, residual = z + (chosen - z).detach(), z - chosen
    loss = residual.square().mean()
    for codebook in codebooks[1:]:
        chosen = look_up(residual, codebook).detach()
        vectors, loss = vectors + chosen, loss + F.mse_loss(residual, chosen)
        residual = residual - chosen
    return [vectors, loss]


RIGHT = [quantizes_first_and_passes_once, keeps_a_running_total, passes_at_the_first_stage]
