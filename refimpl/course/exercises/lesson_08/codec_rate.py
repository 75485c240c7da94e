"""Exercise 8.1: the bit rate of a codec, from the numbers that its paper gives."""

import math

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def codec_rate(sample_rate: float, strides: list[int], book_sizes: list[int]) -> float:
    """Give the steps per second times the bits of a step.

    Strides and sizes are 1 or more; there is at least one book, and there may be no stride.
    """
    steps_per_second = sample_rate / math.prod(strides)
    return steps_per_second * sum(math.log2(size) for size in book_sizes)


def _codec(rng: np.random.Generator) -> Inputs:
    return {
        "sample_rate": int(rng.choice([16_000, 22_050, 24_000, 44_100, 48_000])),
        "strides": [int(stride) for stride in rng.integers(3, 9, size=rng.integers(3, 5))],
        # Sizes that are no powers of two, and never all the same.
        "book_sizes": [int(n) for n in rng.permutation([700, *rng.integers(20, 600, size=3)])],
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _codec(rng)
    return {
        "one book": usual | {"book_sizes": [512]},
        "one stride": usual | {"strides": [320]},
        "no strides: a code for each sample": usual | {"strides": []},
        "strides of 1, which shorten nothing": usual | {"strides": [1, 8, 1]},
        "a book with one code, which needs no bits": usual | {"book_sizes": [100, 1]},
        "equal books of a power of two": usual | {"book_sizes": [1024] * int(rng.integers(2, 9))},
        "many books": usual | {"book_sizes": [1000] * 32},
        "a rate that the strides do not divide": usual
        | {"sample_rate": 22_050, "strides": [704, 4]},
        "a sample rate that is no whole number": usual | {"sample_rate": 11_025.5},
    }


def _sum_of_strides(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, [sum(strides)], book_sizes)


def _last_stride(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides[-1:], book_sizes)


def _times_the_strides(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate * math.prod(strides) ** 2, strides, book_sizes)


def _no_strides(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, [], book_sizes)


def _bits_of_the_sum(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, [sum(book_sizes)])


def _first_book(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, book_sizes[:1])


def _all_like_the_first(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, book_sizes[:1] * len(book_sizes))


def _product_of_bits(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, [2]) * math.prod(map(math.log2, book_sizes))


def _nats(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, book_sizes) * math.log(2)


def _codes_not_bits(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, [2] * len(book_sizes))


def _sizes_not_bits(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate, strides, [2]) * sum(book_sizes)


def _whole_bits(sample_rate, strides, book_sizes) -> float:
    bits = sum(math.ceil(math.log2(size)) for size in book_sizes)
    return codec_rate(sample_rate, strides, [2]) * bits


def _whole_steps(sample_rate, strides, book_sizes) -> float:
    return codec_rate(sample_rate // math.prod(strides), [], book_sizes)


EXERCISE = Exercise(
    id="8.1",
    title="What a codec sends",
    function="codec_rate",
    points=3,
    minutes=8,
    difficulty=1,
    inputs=_codec,
    edges=_edges,
    reference=codec_rate,
    misconceptions={
        _sum_of_strides: "layers follow one another, so their strides multiply: 2 and 4 make 8",
        _last_stride: "every layer shortens what the one before it left: use all strides",
        _times_the_strides: "a stride makes fewer steps: divide by it",
        _no_strides: "the encoder makes one step of many samples: divide by the strides",
        _bits_of_the_sum: "each step has a code of every book: add up the bits of the books, not "
        "their sizes",
        _first_book: "each step has a code of every book, not only of the first",
        _all_like_the_first: "the books need not have the same size: add up the bits of each",
        _product_of_bits: "the bits of the books add up; it is the choices that multiply",
        _nats: "a bit is a choice between two: take the logarithm to the base of 2",
        _codes_not_bits: "these are codes per second: a code of a book of n takes log2(n) bits",
        _sizes_not_bits: "a code of a book of n takes log2(n) bits, not n",
        _whole_bits: "do not round the bits of a code up: the docstring counts log2 of its book",
        _whole_steps: "do not round the steps per second",
    },
)
