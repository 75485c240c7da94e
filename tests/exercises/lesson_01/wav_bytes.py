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


WRONG = {
    forgets_the_header: "44 bytes of header",
    counts_bits: "a byte has 8 bits",
    forgets_the_channels: "every channel has samples",
    cuts_the_seconds: "need not last whole seconds",
    takes_every_sample_for_16_bits: "how many bits a sample takes",
    gives_a_fraction: "expected whole numbers",
}


def counts_bytes_of_a_sample(seconds, sample_rate, n_bits, n_channels):
    bytes_per_sample = n_bits // 8
    return int(seconds * sample_rate + 0.5) * bytes_per_sample * n_channels + 44


def divides_by_eight_last(seconds, sample_rate, n_bits, n_channels):
    return round((44 * 8 + seconds * sample_rate * n_bits * n_channels) / 8)


RIGHT = [counts_bytes_of_a_sample, divides_by_eight_last]
