"""Answers to exercise 1.4, as learners give them."""


def forgets_the_header(seconds, sample_rate, n_bits, n_channels):
    return round(seconds * sample_rate) * n_channels * n_bits // 8


def counts_bits(seconds, sample_rate, n_bits, n_channels):
    return 44 + round(seconds * sample_rate) * n_channels * n_bits


def forgets_the_channels(seconds, sample_rate, n_bits, n_channels):
    return 44 + round(seconds * sample_rate) * n_bits // 8


def cuts_the_seconds(seconds, sample_rate, n_bits, n_channels):
    return 44 + int(seconds) * sample_rate * n_channels * n_bits // 8


def takes_every_sample_for_16_bits(seconds, sample_rate, n_bits, n_channels):
    return 44 + round(seconds * sample_rate) * n_channels * 2


def gives_a_fraction(seconds, sample_rate, n_bits, n_channels):
    return 44 + seconds * sample_rate * n_channels * n_bits / 8


def rounds_the_bytes(seconds, sample_rate, n_bits, n_channels):
    return round((44 * 8 + seconds * sample_rate * n_bits * n_channels) / 8)


def takes_a_header_for_each_channel(seconds, sample_rate, n_bits, n_channels):
    return n_channels * (44 + round(seconds * sample_rate) * n_bits // 8)


def cuts_the_last_sample(seconds, sample_rate, n_bits, n_channels):
    return 44 + int(seconds * sample_rate + 1e-6) * n_channels * n_bits // 8


def miscounts_the_header(seconds, sample_rate, n_bits, n_channels):
    return 46 + round(seconds * sample_rate) * n_channels * n_bits // 8


WRONG = {
    forgets_the_header: "a header of 44 bytes",
    counts_bits: "a byte has 8 bits",
    forgets_the_channels: "every channel has its own samples",
    cuts_the_seconds: "need not last whole seconds",
    takes_every_sample_for_16_bits: "the number of bits per sample",
    rounds_the_bytes: "not the number of bytes",
    takes_a_header_for_each_channel: "one header for all channels",
    cuts_the_last_sample: "a little less than a whole number",
    miscounts_the_header: "expected ",
    gives_a_fraction: "expected whole numbers",
}


def counts_bytes_of_a_sample(seconds, sample_rate, n_bits, n_channels):
    bytes_per_sample = n_bits // 8
    return int(seconds * sample_rate + 0.5) * bytes_per_sample * n_channels + 44


def divides_by_eight_last(seconds, sample_rate, n_bits, n_channels):
    return (44 * 8 + round(seconds * sample_rate) * n_bits * n_channels) // 8


RIGHT = [counts_bytes_of_a_sample, divides_by_eight_last]
