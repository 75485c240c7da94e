"""Exercise 1.4: predict how large a file becomes, and measure it."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def wav_bytes(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    """The size of a plain WAV file in bytes: a header of 44, and the samples."""
    n_samples = round(seconds * sample_rate)
    return 44 + n_samples * n_channels * n_bits // 8


def _a_file(rng: np.random.Generator) -> Inputs:
    sample_rate = int(rng.choice([8000, 16000, 22050, 44100, 48000]))
    n_samples = int(rng.integers(1_000, 1_000_000))
    return {
        "seconds": n_samples / sample_rate,
        "sample_rate": sample_rate,
        "n_bits": int(rng.choice([16, 24, 32])),
        "n_channels": int(rng.choice([2, 3, 6])),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    n_samples = int(rng.integers(1_000, 9_000))
    stereo = {"sample_rate": 22_050, "n_bits": 24, "n_channels": 2}
    return {
        "no sound at all": {"seconds": 0.0, **stereo},
        "one sample": {"seconds": 1 / 22_050, **stereo},
        "a little more than a whole number of samples": {
            "seconds": (n_samples + 0.3) / 22_050,
            **stereo,
        },
        "a little less than a whole number of samples": {
            "seconds": (n_samples - 0.3) / 22_050,
            **stereo,
        },
        "one channel of 8 bits": {
            "seconds": n_samples / 8000,
            "sample_rate": 8000,
            "n_bits": 8,
            "n_channels": 1,
        },
        "a whole number of seconds, as an integer": {"seconds": n_samples, **stereo},
    }


def _without_the_header(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(seconds, sample_rate, n_bits, n_channels) - 44


def _header_in_every_channel(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return n_channels * wav_bytes(seconds, sample_rate, n_bits, 1)


def _bits(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return 44 + 8 * (wav_bytes(seconds, sample_rate, n_bits, n_channels) - 44)


def _one_channel(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(seconds, sample_rate, n_bits, 1)


def _whole_seconds(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(int(seconds), sample_rate, n_bits, n_channels)


def _always_16_bits(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(seconds, sample_rate, 16, n_channels)


def _round_the_bytes(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return 44 + round(seconds * sample_rate * n_channels * n_bits / 8)


EXERCISE = Exercise(
    id="1.4",
    title="Predict a file's size",
    function="wav_bytes",
    points=3,
    minutes=5,
    difficulty=1,
    inputs=_a_file,
    edges=_edges,
    reference=wav_bytes,
    misconceptions={
        _without_the_header: "a header of 44 bytes comes before the samples",
        _header_in_every_channel: "there is one header for all channels",
        _bits: "a byte has 8 bits",
        _one_channel: "every channel has its own samples",
        _whole_seconds: "a file need not last whole seconds: count its samples",
        _always_16_bits: "n_bits is the number of bits per sample",
        _round_the_bytes: "round the number of samples in a channel, not the number of bytes",
    },
)
