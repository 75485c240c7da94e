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


def _without_the_header(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(seconds, sample_rate, n_bits, n_channels) - 44


def _bits(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return 44 + 8 * (wav_bytes(seconds, sample_rate, n_bits, n_channels) - 44)


def _one_channel(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(seconds, sample_rate, n_bits, 1)


def _whole_seconds(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(int(seconds), sample_rate, n_bits, n_channels)


def _always_16_bits(seconds: float, sample_rate: int, n_bits: int, n_channels: int) -> int:
    return wav_bytes(seconds, sample_rate, 16, n_channels)


EXERCISE = Exercise(
    id="1.4",
    title="Predict a file's size",
    function="wav_bytes",
    points=3,
    minutes=10,
    difficulty=1,
    inputs=_a_file,
    reference=wav_bytes,
    misconceptions={
        _without_the_header: "44 bytes of header come before the samples",
        _bits: "a byte has 8 bits",
        _one_channel: "every channel has samples of its own",
        _whole_seconds: "a file need not last whole seconds: count its samples",
        _always_16_bits: "n_bits says how many bits a sample takes",
    },
)
