"""Answers to exercise 8.1, as learners give them."""

import math

import numpy as np


def adds_up_the_strides(sample_rate, strides, book_sizes):
    hop = sum(strides) if strides else 1
    return sample_rate / hop * sum(np.log2(book_sizes))


def uses_the_last_stride(sample_rate, strides, book_sizes):
    hop = strides[-1] if strides else 1
    return sample_rate / hop * sum(np.log2(book_sizes))


def multiplies_by_the_strides(sample_rate, strides, book_sizes):
    return sample_rate * np.prod(strides) * sum(np.log2(book_sizes))


def counts_a_step_a_sample(sample_rate, strides, book_sizes):
    return sample_rate * sum(np.log2(book_sizes))


def takes_one_large_book(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * math.log2(sum(book_sizes))


def forgets_the_later_books(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * math.log2(book_sizes[0])


def takes_all_books_for_equal(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * len(book_sizes) * math.log2(book_sizes[0])


def multiplies_the_bits(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * np.prod(np.log2(book_sizes))


def takes_the_natural_logarithm(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * sum(np.log(book_sizes))


def counts_codes(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * len(book_sizes)


def counts_entries(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * sum(book_sizes)


def takes_whole_bits(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * sum((n - 1).bit_length() for n in book_sizes)


def takes_whole_steps(sample_rate, strides, book_sizes):
    return int(sample_rate / math.prod(strides)) * sum(np.log2(book_sizes))


def needs_a_stride(sample_rate, strides, book_sizes):
    hop = strides[0]
    for stride in strides[1:]:
        hop *= stride
    return sample_rate / hop * sum(np.log2(book_sizes))


def counts_kilobits(sample_rate, strides, book_sizes):
    return sample_rate / math.prod(strides) * sum(np.log2(book_sizes)) / 1000


WRONG = {
    adds_up_the_strides: "their strides multiply",
    uses_the_last_stride: "use all strides",
    multiplies_by_the_strides: "a stride makes fewer steps",
    counts_a_step_a_sample: "one step of many samples",
    takes_one_large_book: "add up the bits of the books, not their sizes",
    forgets_the_later_books: "not only of the first",
    takes_all_books_for_equal: "need not have the same size",
    multiplies_the_bits: "it is the choices that multiply",
    takes_the_natural_logarithm: "to the base of 2",
    counts_codes: "these are codes per second",
    counts_entries: "takes log2(n) bits, not n",
    takes_whole_bits: "do not round the bits",
    takes_whole_steps: "do not round the steps",
    needs_a_stride: "list index out of range",
    counts_kilobits: "largest difference",
}


def divides_by_each_stride(sample_rate, strides, book_sizes):
    for stride in strides:
        sample_rate = sample_rate / stride
    bits = 0
    for size in book_sizes:
        bits += np.log(size) / np.log(2)
    return sample_rate * bits


def counts_all_combinations(sample_rate, strides, book_sizes):
    samples_per_step = np.prod(strides)
    return [math.log2(math.prod(book_sizes)) * sample_rate / samples_per_step]


RIGHT = [divides_by_each_stride, counts_all_combinations]
