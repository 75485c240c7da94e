"""Answers to exercise 1.3, as learners give them."""

import math

import numpy as np


def rms(x):
    return np.sqrt(np.mean(x * x))


def takes_amplitudes_for_powers(clean, noisy):
    return 10 * np.log10(rms(clean) / rms(noisy - clean))


def takes_powers_for_amplitudes(clean, noisy):
    return 20 * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))


def puts_the_noise_on_top(clean, noisy):
    return 20 * np.log10(rms(noisy - clean) / rms(clean))


def compares_with_the_noisy_sound(clean, noisy):
    return 20 * np.log10(rms(clean) / rms(noisy))


def uses_the_natural_logarithm(clean, noisy):
    return 20 * np.log(rms(clean) / rms(noisy - clean))


def compares_peaks(clean, noisy):
    return 20 * np.log10(max(abs(clean)) / max(abs(noisy - clean)))


def leaves_out_the_logarithm(clean, noisy):
    return rms(clean) / rms(noisy - clean)


def gives_a_ratio_for_every_sample(clean, noisy):
    return 20 * np.log10(np.abs(clean / (noisy - clean)))


def compares_the_noisy_sound_with_the_noise(clean, noisy):
    return 20 * np.log10(rms(noisy) / rms(noisy - clean))


def takes_standard_deviations(clean, noisy):
    return 20 * np.log10(np.std(clean) / np.std(noisy - clean))


def never_goes_below_zero(clean, noisy):
    return max(0.0, 20 * np.log10(rms(clean) / rms(noisy - clean)))


def guards_against_a_noise_of_zero(clean, noisy):
    return 10 * np.log10(np.mean(clean**2) / (np.mean((noisy - clean) ** 2) + 1e-9))


WRONG = {
    takes_amplitudes_for_powers: "20 log10, not 10",
    takes_powers_for_amplitudes: "10 log10, not 20",
    puts_the_noise_on_top: "divide the sound by the noise",
    compares_with_the_noisy_sound: "the noise is what was added",
    uses_the_natural_logarithm: "np.log is the natural logarithm",
    compares_peaks: "take the RMS of both",
    leaves_out_the_logarithm: "convert it to decibels",
    compares_the_noisy_sound_with_the_noise: "before the noise was added, not noisy",
    takes_standard_deviations: "np.std subtracts the mean",
    never_goes_below_zero: "noise that is louder than the sound",
    guards_against_a_noise_of_zero: "noise that is hardly there",
    gives_a_ratio_for_every_sample: "expected a single number",
}


def adds_up_in_a_loop(clean, noisy):
    signal = sum(float(x) ** 2 for x in clean)
    noise = sum((float(y) - float(x)) ** 2 for x, y in zip(clean, noisy, strict=True))
    return 10 * math.log10(signal / noise)


def subtracts_two_levels(clean, noisy):
    return 20 * np.log10(rms(clean)) - 20 * np.log10(
        np.linalg.norm(noisy - clean) / len(clean) ** 0.5
    )


RIGHT = [adds_up_in_a_loop, subtracts_two_levels]
