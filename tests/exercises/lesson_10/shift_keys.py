"""Answers to exercise 10.4, as learners give them."""

import torch
import torch.nn.functional as F


def moved(keys):
    return F.pad(keys, (0, 0, 1, 0))[:-1]


def ignores_begins(keys, begins):
    return moved(keys)


def rolls(keys, begins):
    return torch.roll(keys, shifts=1, dims=0)


def rolls_and_masks(keys, begins):
    return torch.roll(keys, shifts=1, dims=0).masked_fill(begins[:, None], 0.0)


def takes_the_next_key(keys, begins):
    return F.pad(keys, (0, 0, 0, 1))[1:].masked_fill(begins[:, None], 0.0)


def keeps_its_own_at_the_beginning(keys, begins):
    rows = []
    for t in range(len(keys)):
        rows.append(keys[t] if t == 0 or begins[t] else keys[t - 1])
    return torch.stack(rows)


def masks_before_it_moves(keys, begins):
    return moved(keys.masked_fill(begins[:, None], 0.0))


def masks_the_ends(keys, begins):
    rows = []
    for t in range(len(keys)):
        last = t + 1 < len(keys) and bool(begins[t + 1])
        rows.append(0 * keys[t] if last or t == 0 else keys[t - 1])
    return torch.stack(rows)


def masks_the_wrong_ones(keys, begins):
    return moved(keys).masked_fill(~begins[:, None], 0.0)


def moves_twice(keys, begins):
    return moved(moved(keys)).masked_fill(begins[:, None], 0.0)


def adds_the_key_before(keys, begins):
    return moved(keys).masked_fill(begins[:, None], 0.0) + keys


def averages_two_keys(keys, begins):
    return torch.lerp(keys, moved(keys).masked_fill(begins[:, None], 0.0), 0.5)


def sums_all_before(keys, begins):
    return (torch.cumsum(keys, dim=0) - keys).masked_fill(begins[:, None], 0.0)


def only_masks(keys, begins):
    return keys.masked_fill(begins[:, None], 0.0)


def moves_the_numbers(keys, begins):
    return F.pad(keys, (1, 0))[:, :-1].masked_fill(begins[:, None], 0.0)


def forgets_the_first_row(keys, begins):
    return keys[:-1].masked_fill(begins[1:, None], 0.0)


def subtracts(keys, begins):
    return keys - moved(keys).masked_fill(begins[:, None], 0.0)


def detaches(keys, begins):
    return moved(keys.detach()).masked_fill(begins[:, None], 0.0)


WRONG = {
    ignores_begins: "a sample must not know the one before it",
    rolls: "roll brings the last key to the front",
    rolls_and_masks: "the first token has no token before it",
    takes_the_next_key: "yours look ahead",
    keeps_its_own_at_the_beginning: "not its own key",
    masks_before_it_moves: "shift first",
    masks_the_ends: "not to its last",
    masks_the_wrong_ones: "it is the other way round",
    moves_twice: "not two",
    adds_the_key_before: "do not add the two",
    averages_two_keys: "not the mean of both",
    sums_all_before: "not the sum of all",
    only_masks: "the keys have to move by one token",
    moves_the_numbers: "you moved the numbers inside each key",
    forgets_the_first_row: "there are as many rows as tokens",
    subtracts: "not the difference to it",
    detaches: "no gradient leads from the result back to keys",
}


def moves_and_masks(keys, begins):
    return moved(keys).masked_fill(begins[:, None], 0.0)


def goes_token_by_token(keys, begins):
    rows = [torch.zeros_like(keys[0])] + list(keys[:-1])
    rows = [0 * row if begin else row for row, begin in zip(rows, begins, strict=True)]
    return torch.stack(rows)


def fills_zeros(keys, begins):
    out = torch.zeros_like(keys)
    for t in range(1, len(keys)):
        if not begins[t]:
            out[t] = keys[t - 1]
    return out


def stacks_rows_of_zeros(keys, begins):
    rows = [torch.zeros(keys.shape[1])]
    for t in range(1, len(keys)):
        rows.append(torch.zeros(keys.shape[1]) if begins[t] else keys[t - 1])
    return torch.stack(rows)


def multiplies_by_a_matrix(keys, begins):
    n = len(keys)
    step = torch.diag(torch.ones(n - 1), -1) if n > 1 else torch.zeros(1, 1)
    return (step * (~begins).float()[:, None]) @ keys


RIGHT = [
    moves_and_masks,
    goes_token_by_token,
    fills_zeros,
    stacks_rows_of_zeros,
    multiplies_by_a_matrix,
]
