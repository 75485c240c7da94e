"""Exercise 1.3: how far a sound is above its noise, in decibels."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def signal_to_noise(clean: np.ndarray, noisy: np.ndarray) -> float:
    """The level of a sound above the noise that was added to it, in dB."""
    power = np.mean(clean**2) / np.mean((noisy - clean) ** 2)
    return 10 * np.log10(power)


def _clean_and_noisy(rng: np.random.Generator) -> Inputs:
    # One loud sample, so that peak and RMS differ; noise that has a mean, so that a standard
    # deviation is not its RMS.
    clean = rng.normal(0.1, 0.2, size=200)
    clean[0] = 1.0
    noise = rng.normal(0.01, rng.uniform(0.02, 0.1), size=200)
    return {"clean": clean, "noisy": clean + noise}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    clean = rng.normal(0.1, 0.2, size=50)
    noise = rng.normal(0.05, 0.2, size=50)
    return {
        "noise that is louder than the sound": {"clean": clean, "noisy": clean + 9 * noise},
        "noise that is hardly there": {"clean": clean, "noisy": clean + 1e-4 * noise},
        "noise that cancels the sound, so that noisy is silent": {
            "clean": clean,
            "noisy": np.zeros(50),
        },
        "the same at every sample": {"clean": np.full(9, -0.3), "noisy": np.full(9, -0.2)},
        "one sample": {"clean": np.array([-0.5]), "noisy": np.array([-0.4])},
        "samples of type float32": {
            "clean": clean.astype(np.float32),
            "noisy": (clean + noise).astype(np.float32),
        },
    }


def _factor_of_power(clean: np.ndarray, noisy: np.ndarray) -> float:
    return signal_to_noise(clean, noisy) / 2


def _factor_of_amplitude(clean: np.ndarray, noisy: np.ndarray) -> float:
    return signal_to_noise(clean, noisy) * 2


def _upside_down(clean: np.ndarray, noisy: np.ndarray) -> float:
    return -signal_to_noise(clean, noisy)


def _against_the_noisy_sound(clean: np.ndarray, noisy: np.ndarray) -> float:
    return 10 * np.log10(np.mean(clean**2) / np.mean(noisy**2))


def _level_of_the_noisy_sound(clean: np.ndarray, noisy: np.ndarray) -> float:
    return 10 * np.log10(np.mean(noisy**2) / np.mean((noisy - clean) ** 2))


def _natural_logarithm(clean: np.ndarray, noisy: np.ndarray) -> float:
    return signal_to_noise(clean, noisy) * np.log(10)


def _peaks(clean: np.ndarray, noisy: np.ndarray) -> float:
    return 20 * np.log10(np.abs(clean).max() / np.abs(noisy - clean).max())


def _standard_deviations(clean: np.ndarray, noisy: np.ndarray) -> float:
    return 20 * np.log10(np.std(clean) / np.std(noisy - clean))


def _no_decibels(clean: np.ndarray, noisy: np.ndarray) -> float:
    return 10 ** (signal_to_noise(clean, noisy) / 20)


EXERCISE = Exercise(
    id="1.3",
    title="Signal to noise",
    function="signal_to_noise",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_clean_and_noisy,
    edges=_edges,
    reference=signal_to_noise,
    misconceptions={
        _factor_of_power: "a ratio of RMS values is a ratio of amplitudes: 20 log10, not 10",
        _factor_of_amplitude: "a ratio of mean squares is a ratio of powers: 10 log10, not 20",
        _upside_down: "divide the sound by the noise: a clean sound has a high ratio",
        _against_the_noisy_sound: "the noise is what was added: noisy - clean",
        _level_of_the_noisy_sound: "the signal is clean, before the noise was added, not noisy",
        _natural_logarithm: "np.log is the natural logarithm; decibels take np.log10",
        _peaks: "take the RMS of both, not their largest samples",
        _standard_deviations: "np.std subtracts the mean first; RMS does not",
        _no_decibels: "this is the ratio itself; convert it to decibels",
    },
)
