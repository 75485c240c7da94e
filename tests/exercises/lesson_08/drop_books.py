"""Answers to exercise 8.4, as learners give them."""

import numpy as np


def numbers(draws, share, n_books):
    few = 1 + (draws[:, 1] * n_books).astype(int)
    return np.where(draws[:, 0] < share, few, n_books)


def add_up(stages, kept):
    total = np.zeros_like(stages[0])
    for k, stage in enumerate(stages):
        total += stage * (k < kept)[:, None, None]
    return total


def draws_from_nothing_on(stages, draws, share):
    few = (draws[:, 1] * len(stages)).astype(int)
    return add_up(stages, np.where(draws[:, 0] < share, few, len(stages)))


def always_loses_one(stages, draws, share):
    few = 1 + (draws[:, 1] * (len(stages) - 1)).astype(int)
    return add_up(stages, np.where(draws[:, 0] < share, few, len(stages)))


def rounds_the_draw(stages, draws, share):
    few = np.round(draws[:, 1] * len(stages))
    return add_up(stages, np.where(draws[:, 0] < share, few, len(stages)))


def spares_the_share(stages, draws, share):
    few = 1 + (draws[:, 1] * len(stages)).astype(int)
    return add_up(stages, np.where(draws[:, 0] > share, few, len(stages)))


def drops_in_every_sample(stages, draws, share):
    return add_up(stages, 1 + np.floor(draws[:, 1] * len(stages)))


def swaps_the_draws(stages, draws, share):
    how_many, whether = draws.T
    few = 1 + (how_many * len(stages)).astype(int)
    return add_up(stages, np.where(whether < share, few, len(stages)))


def draws_once(stages, draws, share):
    first = draws[:, 0]
    few = 1 + (first * len(stages)).astype(int)
    return add_up(stages, np.where(first < share, few, len(stages)))


def draws_for_the_batch(stages, draws, share):
    kept = numbers(draws, share, len(stages))[0]
    return stages[:kept].sum(axis=0)


def drops_so_many(stages, draws, share):
    few = len(stages) - 1 - (draws[:, 1] * len(stages)).astype(int)
    few = np.where(few == 0, len(stages), few)
    return add_up(stages, np.where(draws[:, 0] < share, few, len(stages)))


def keeps_the_last_books(stages, draws, share):
    return add_up(stages[::-1], numbers(draws, share, len(stages)))


def takes_one_book(stages, draws, share):
    kept = numbers(draws, share, len(stages))
    every = np.arange(len(draws))
    one = stages[kept - 1, every]
    return np.where((kept == len(stages))[:, None, None], stages.sum(axis=0), one)


def counts_one_more(stages, draws, share):
    kept = numbers(draws, share, len(stages))
    on = np.arange(len(stages))[:, None] <= kept
    return (stages * on[:, :, None, None]).sum(axis=0)


def leaves_the_floor_out(stages, draws, share):
    kept = np.where(draws[:, 0] < share, 1 + draws[:, 1] * len(stages), len(stages))
    return add_up(stages, kept)


def counts_draws_from_above(stages, draws, share):
    few = 1 + np.floor((1 - draws[:, 1]) * len(stages))
    return add_up(stages, np.where(draws[:, 0] < share, few, len(stages)))


def scales_up(stages, draws, share):
    kept = numbers(draws, share, len(stages))
    return add_up(stages, kept) * len(stages) / kept[:, None, None]


def averages_over_books(stages, draws, share):
    return add_up(stages, numbers(draws, share, len(stages))) / len(stages)


def masks_the_steps(stages, draws, share):
    kept = numbers(draws, share, len(stages))
    on = np.arange(len(stages))[:, None] < kept
    if on.shape[1] != stages.shape[2]:
        raise ValueError("the mask does not fit")
    return (stages * on[:, None, :, None]).sum(axis=0)


def takes_the_share_with_its_border(stages, draws, share):
    few = 1 + (draws[:, 1] * len(stages)).astype(int)
    return add_up(stages, np.where(draws[:, 0] <= share, few, len(stages)))


def takes_the_ceiling(stages, draws, share):
    few = np.ceil(draws[:, 1] * len(stages))
    return add_up(stages, np.where(draws[:, 0] < share, few, len(stages)))


def keeps_the_books_apart(stages, draws, share):
    on = np.arange(len(stages))[:, None] < numbers(draws, share, len(stages))
    return stages * on[:, :, None, None]


WRONG = {
    draws_from_nothing_on: "no sample loses all books",
    always_loses_one: "n_books is among the numbers too",
    rounds_the_draw: "take the floor",
    spares_the_share: "not of those that keep all",
    drops_in_every_sample: "whether a sample loses books at all",
    swaps_the_draws: "you swapped them",
    draws_once: "use the second draw for the number",
    draws_for_the_batch: "each sample has its own draws",
    drops_so_many: "how many books are kept",
    keeps_the_last_books: "keep the first books",
    takes_one_book: "not the third alone",
    counts_one_more: "one book too many",
    leaves_the_floor_out: "count books from 0 on",
    counts_draws_from_above: "small draws keep few books",
    scales_up: "do not scale up",
    averages_over_books: "take their sum, not their mean",
    masks_the_steps: "the second axis of stages are the samples",
    takes_the_share_with_its_border: "a first draw equal to the share",
    takes_the_ceiling: "draws of 0",
    keeps_the_books_apart: "expected the shape",
}


def adds_book_by_book(stages, draws, share):
    return add_up(stages, numbers(draws, share, len(stages)))


def goes_sample_by_sample(stages, draws, share):
    out = []
    for b, (whether, how_many) in enumerate(draws):
        kept = len(stages)
        if whether < share:
            kept = 1 + int(how_many * len(stages))
        out.append(stages[:kept, b].sum(axis=0))
    return np.stack(out)


def picks_from_running_sums(stages, draws, share):
    sums = np.cumsum(stages, axis=0)
    return sums[numbers(draws, share, len(stages)) - 1, np.arange(len(draws))]


RIGHT = [adds_book_by_book, goes_sample_by_sample, picks_from_running_sums]
