"""Answers to exercise 10.3, as learners give them."""

import torch


def with_a_column(x, where="front"):
    column = torch.zeros_like(x[..., :1])
    return torch.cat([column, x] if where == "front" else [x, column], dim=-1)


def in_rows(x, n_rows, n_columns):
    return x.reshape(*x.shape[:-2], n_rows, n_columns)


def pads_behind(by_distance):
    n = by_distance.shape[-1]
    return in_rows(with_a_column(by_distance, "behind"), n + 1, n)[..., 1:, :].tril()


def drops_the_last_row(by_distance):
    n = by_distance.shape[-1]
    return in_rows(with_a_column(by_distance), n + 1, n)[..., :-1, :].tril()


def forgets_later_keys(by_distance):
    n = by_distance.shape[-1]
    return in_rows(with_a_column(by_distance), n + 1, n)[..., 1:, :]


def cuts_without_reshaping(by_distance):
    return with_a_column(by_distance)[..., :-1].tril()


def masks_only(by_distance):
    n = by_distance.shape[-1]
    return by_distance * torch.ones(n, n).tril()


def keeps_the_upper_triangle(by_distance):
    return torch.triu(forgets_later_keys(by_distance))


def takes_the_diagonal_away(by_distance):
    return torch.tril(forgets_later_keys(by_distance), diagonal=-1)


def flips_first(by_distance):
    return torch.tril(forgets_later_keys(torch.flip(by_distance, [-1])))


def flips_instead(by_distance):
    return torch.tril(torch.flip(by_distance, [-1]))


def turns_the_result(by_distance):
    return torch.tril(forgets_later_keys(by_distance)).transpose(-1, -2)


def turns_at_first(by_distance):
    return torch.tril(forgets_later_keys(by_distance.transpose(-1, -2)))


def pads_twice(by_distance):
    n = by_distance.shape[-1]
    padded = with_a_column(with_a_column(by_distance))
    return in_rows(padded, n + 2, n)[..., 2:, :].tril()


def pads_a_row(by_distance):
    row = torch.zeros_like(by_distance[..., :1, :])
    return torch.cat([row, by_distance], dim=-2)[..., :-1, :].tril()


def rolls_all_rows_by_one(by_distance):
    return torch.roll(by_distance, 1, dims=-1).tril()


def moves_one_place_too_few(by_distance):
    n = by_distance.shape[-1]
    moved = torch.zeros_like(by_distance)
    for t in range(n):
        moved[..., t, :] = torch.roll(by_distance[..., t, :], t - n, dims=-1)
    return moved.tril()


def moves_to_the_right(by_distance):
    n = by_distance.shape[-1]
    rows = [torch.roll(by_distance[..., t, :], n - 1 - t, dims=-1) for t in range(n)]
    return torch.stack(rows, dim=-2).tril()


def masks_with_large_numbers(by_distance):
    n = by_distance.shape[-1]
    moved = forgets_later_keys(by_distance)
    later = torch.arange(n) > torch.arange(n)[:, None]
    return torch.where(later, torch.full_like(moved, -1e9), moved)


def masks_with_minus_infinity(by_distance):
    n = by_distance.shape[-1]
    later = torch.arange(n) > torch.arange(n)[:, None]
    return forgets_later_keys(by_distance).masked_fill(later, float("-inf"))


def forgets_the_heads(by_distance):
    n = by_distance.shape[-1]
    padded = with_a_column(by_distance).reshape(n + 1, n)
    return padded[1:].tril()


WRONG = {
    pads_behind: "in front of the first one",
    drops_the_last_row: "leave out the first T numbers",
    forgets_later_keys: "what has landed there has no meaning",
    cuts_without_reshaping: "flatten the last two axes",
    masks_only: "yours stay where they were",
    keeps_the_upper_triangle: "that is tril",
    takes_the_diagonal_away: "keep the diagonal",
    flips_first: "flip nothing",
    flips_instead: "is right for the last query alone",
    turns_the_result: "yours are the other way round",
    turns_at_first: "turn nothing before you pad",
    pads_twice: "each row moves twice as far",
    pads_a_row: "pad with a column, not with a row",
    rolls_all_rows_by_one: "each row has to move by a number of places of its own",
    moves_one_place_too_few: "one place too few",
    moves_to_the_right: "not to the right",
    masks_with_large_numbers: "not a very small number",
    masks_with_minus_infinity: "not -inf",
    forgets_the_heads: "at an edge that the docstring allows: several heads",
}


def pads_and_reshapes(by_distance):
    return torch.tril(forgets_later_keys(by_distance))


def gathers_each_key(by_distance):
    n = by_distance.shape[-1]
    places = torch.arange(n)
    apart = places[:, None] - places  # t - k
    columns = (n - 1 - apart).clamp(max=n - 1).expand(by_distance.shape)
    return by_distance.gather(-1, columns) * (apart >= 0)


def moves_row_by_row(by_distance):
    n = by_distance.shape[-1]
    moved = torch.zeros_like(by_distance)
    for t in range(n):
        moved[..., t, : t + 1] = by_distance[..., t, n - 1 - t :]
    return moved


RIGHT = [pads_and_reshapes, gathers_each_key, moves_row_by_row]
