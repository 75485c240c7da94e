"""Exercise 1.2: rounding samples to what integers of a few bits can hold."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def quantise(audio: np.ndarray, n_bits: int) -> np.ndarray:
    """Round samples in [-1, 1] to the steps of signed integers of n_bits."""
    scale = 2 ** (n_bits - 1)
    integers = np.clip(np.round(audio * scale), -scale, scale - 1)
    return integers / scale


def _audio_and_bits(rng: np.random.Generator) -> Inputs:
    audio = rng.uniform(-1, 1, size=64)
    audio[:2] = 1, -1  # full scale, where clipping matters
    n_bits = int(rng.integers(2, 9))
    return {"audio": _without_halves(audio, n_bits), "n_bits": n_bits}


def _without_halves(audio: np.ndarray, n_bits: int) -> np.ndarray:
    """Leave out samples half-way between two steps, where either step is right."""
    steps = audio * 2 ** (n_bits - 1)
    return audio[np.abs(steps % 1 - 0.5) > 0.01]


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    audio = _without_halves(rng.uniform(-1, 1, size=40), 6)
    n_bits = int(rng.integers(3, 7))
    return {
        "silence": {"audio": np.zeros(9), "n_bits": n_bits},
        "one sample": {"audio": np.array([-0.99]), "n_bits": n_bits},
        "as few bits as possible": {"audio": np.array([-1, -0.7, -0.2, 0.2, 0.7, 1]), "n_bits": 2},
        "16 bits": {"audio": _without_halves(audio, 16), "n_bits": 16},
        "full scale, both ways": {"audio": np.array([1.0, -1.0]), "n_bits": n_bits},
        "samples that are on a step already": {
            "audio": np.arange(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1)) / 2 ** (n_bits - 1),
            "n_bits": n_bits,
        },
        "samples of type float32": {"audio": audio.astype(np.float32), "n_bits": 6},
    }


def _floor_instead_of_round(audio: np.ndarray, n_bits: int) -> np.ndarray:
    scale = 2 ** (n_bits - 1)
    return np.clip(np.floor(audio * scale), -scale, scale - 1) / scale


def _truncate_instead_of_round(audio: np.ndarray, n_bits: int) -> np.ndarray:
    scale = 2 ** (n_bits - 1)
    return np.clip(np.trunc(audio * scale), -scale, scale - 1) / scale


def _add_half_and_truncate(audio: np.ndarray, n_bits: int) -> np.ndarray:
    return _truncate_instead_of_round(audio + 0.5 / 2 ** (n_bits - 1), n_bits)


def _never_clip(audio: np.ndarray, n_bits: int) -> np.ndarray:
    scale = 2 ** (n_bits - 1)
    return np.round(audio * scale) / scale


def _clip_both_ends_alike(audio: np.ndarray, n_bits: int) -> np.ndarray:
    largest = 1 - 1 / 2 ** (n_bits - 1)
    return np.clip(quantise(audio, n_bits), -largest, largest)


def _no_bit_for_the_sign(audio: np.ndarray, n_bits: int) -> np.ndarray:
    return quantise(audio, n_bits + 1)


def _keep_integers(audio: np.ndarray, n_bits: int) -> np.ndarray:
    return quantise(audio, n_bits) * 2 ** (n_bits - 1)


def _largest_integer_as_full_scale(audio: np.ndarray, n_bits: int) -> np.ndarray:
    largest = 2 ** (n_bits - 1) - 1
    return np.round(audio * largest) / largest


EXERCISE = Exercise(
    id="1.2",
    title="Quantise",
    function="quantise",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_audio_and_bits,
    edges=_edges,
    reference=quantise,
    misconceptions={
        _floor_instead_of_round: "np.floor always rounds down; take the nearest step",
        _truncate_instead_of_round: "this cuts towards zero, as astype(int) does: "
        "take the nearest step",
        _add_half_and_truncate: "adding a half before cutting is wrong for negative samples",
        _never_clip: "the largest integer is 2**(n_bits - 1) - 1, so +1.0 does not fit: clip",
        _clip_both_ends_alike: "-1.0 does fit: the smallest integer is -2**(n_bits - 1)",
        _no_bit_for_the_sign: "one bit holds the sign: from 0 to 1 there are 2**(n_bits - 1) steps",
        _largest_integer_as_full_scale: "from 0 to 1 there are 2**(n_bits - 1) steps, not one less",
        _keep_integers: "divide by the number of steps, so that the result is in [-1, 1]",
    },
)
