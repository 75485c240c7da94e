"""Answers to exercise 8.2, as learners give them."""

import numpy as np


def look_up(codes, codebooks):
    return [book[codes[:, k]] for k, book in enumerate(codebooks)]


def nothing(codes, codebooks):
    return np.zeros((len(codes), codebooks[0].shape[1]))


def adds_up_all(codes, codebooks, n_books):
    return sum(look_up(codes, codebooks))


def takes_the_last_of_them(codes, codebooks, n_books):
    return look_up(codes, codebooks)[n_books - 1] if n_books else nothing(codes, codebooks)


def takes_them_from_the_end(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for vectors in look_up(codes, codebooks)[len(codebooks) - n_books :]:
        total += vectors
    return total


def leaves_out_the_first(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for vectors in look_up(codes, codebooks)[n_books:]:
        total += vectors
    return total


def takes_one_more(codes, codebooks, n_books):
    return sum(look_up(codes, codebooks)[: n_books + 1])


def takes_one_fewer(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for k in range(1, n_books):
        total += codebooks[k - 1][codes[:, k - 1]]
    return total


def looks_up_in_the_first_book(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for k in range(n_books):
        total += codebooks[0][codes[:, k]]
    return total


def looks_up_the_first_codes(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for book in codebooks[:n_books]:
        total += book[codes[:, 0]]
    return total


def averages(codes, codebooks, n_books):
    if n_books == 0:
        return nothing(codes, codebooks)
    return np.mean(look_up(codes, codebooks)[:n_books], axis=0)


def subtracts_the_later_ones(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for k, vectors in enumerate(look_up(codes, codebooks)[:n_books]):
        total = vectors if k == 0 else total - vectors
    return total


def puts_them_side_by_side(codes, codebooks, n_books):
    return np.hstack(look_up(codes, codebooks)[:n_books])


def keeps_them_apart(codes, codebooks, n_books):
    return np.array(look_up(codes, codebooks)[:n_books])


def gives_a_number_for_no_books(codes, codebooks, n_books):
    return sum(look_up(codes, codebooks)[:n_books])


def counts_the_codes_on(codes, codebooks, n_books):
    table = np.concatenate(codebooks)
    total = nothing(codes, codebooks)
    for k in range(n_books):
        total += table[codes[:, k] + k * len(codebooks[0])]
    return total


WRONG = {
    adds_up_all: "only the first n_books of them count",
    takes_the_last_of_them: "a later book corrects the ones before it",
    takes_them_from_the_end: "not from the end",
    leaves_out_the_first: "that were to be left out",
    takes_one_more: "one book too many",
    takes_one_fewer: "one book too few",
    looks_up_in_the_first_book: "has its own codebook",
    looks_up_the_first_codes: "has its own codes",
    averages: "do not divide by their number",
    subtracts_the_later_ones: "add, do not subtract",
    puts_them_side_by_side: "do not put them side by side",
    keeps_them_apart: "one vector for each step",
    gives_a_number_for_no_books: "no books, which say nothing",
    counts_the_codes_on: "largest difference",
}


def adds_book_by_book(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for k in range(n_books):
        total = total + codebooks[k][codes[:, k]]
    return total


def goes_step_by_step(codes, codebooks, n_books):
    rows = []
    for row in codes:
        vector = 0 * codebooks[0][0]
        for k, code in enumerate(row[:n_books]):
            vector = vector + codebooks[k][code]
        rows.append(vector)
    return rows


def multiplies_by_one_hot_rows(codes, codebooks, n_books):
    total = nothing(codes, codebooks)
    for k, book in enumerate(codebooks[:n_books]):
        total = total + np.eye(len(book))[codes[:, k]] @ book
    return total


RIGHT = [adds_book_by_book, goes_step_by_step, multiplies_by_one_hot_rows]

ACCEPTED = {
    "codebooks[-1].shape[1]": "all books have codes of the same length",
}
