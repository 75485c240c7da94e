"""Answers to exercise 2.4, as learners give them."""

import numpy as np


def is_silent_where_the_spectrum_is(spectrum, magnitude):
    return magnitude * spectrum / np.maximum(np.abs(spectrum), 1e-12)


def divides_by_zero(spectrum, magnitude):
    with np.errstate(all="ignore"):
        return magnitude * spectrum / np.abs(spectrum)


def multiplies_by_the_whole_spectrum(spectrum, magnitude):
    return magnitude * spectrum


def forgets_the_phase(spectrum, magnitude):
    return magnitude.astype(complex)


def turns_the_phase_round(spectrum, magnitude):
    return magnitude * np.exp(-1j * np.angle(spectrum))


def keeps_the_real_part(spectrum, magnitude):
    return magnitude * np.cos(np.angle(spectrum))


def multiplies_by_the_angle(spectrum, magnitude):
    return magnitude * np.angle(spectrum)


def adds_the_magnitude(spectrum, magnitude):
    return spectrum + magnitude


def works_in_place(spectrum, magnitude):
    spectrum[:] = magnitude * np.exp(1j * np.angle(spectrum))
    return spectrum


def takes_the_arctan_of_a_quotient(spectrum, magnitude):
    safe = np.where(spectrum.real == 0, 1, spectrum.real)
    return magnitude * np.exp(1j * np.arctan(spectrum.imag / safe))


def takes_the_arctan_of_zero_by_zero(spectrum, magnitude):
    with np.errstate(all="ignore"):
        return magnitude * np.exp(1j * np.arctan(spectrum.imag / spectrum.real))


def keeps_the_spectrum_where_no_magnitude_is_wanted(spectrum, magnitude):
    return np.where(magnitude > 0, magnitude * np.exp(1j * np.angle(spectrum)), spectrum)


def adds_a_little_to_the_magnitude(spectrum, magnitude):
    direction = (spectrum + 1e-9) / (np.abs(spectrum) + 1e-9)
    return magnitude * direction


WRONG = {
    is_silent_where_the_spectrum_is: "take phase 0",
    divides_by_zero: "this divides 0 by 0",
    multiplies_by_the_whole_spectrum: "divide by it first",
    forgets_the_phase: "the phase is gone",
    turns_the_phase_round: "wrong sign",
    keeps_the_real_part: "keep the imaginary part",
    multiplies_by_the_angle: "turn the angle into a complex number",
    adds_the_magnitude: "do not add it",
    takes_the_arctan_of_a_quotient: "take np.angle or np.arctan2",
    takes_the_arctan_of_zero_by_zero: "the quotient is 0 / 0",
    keeps_the_spectrum_where_no_magnitude_is_wanted: "magnitudes of 0",
    adds_a_little_to_the_magnitude: "very soft",
    works_in_place: "changed its argument in place",
}


def splits_into_cosine_and_sine(spectrum, magnitude):
    angle = np.arctan2(spectrum.imag, spectrum.real)
    return magnitude * np.cos(angle) + 1j * magnitude * np.sin(angle)


def divides_where_it_can(spectrum, magnitude):
    loud = np.abs(spectrum) > 0
    direction = np.ones_like(spectrum)
    direction[loud] = spectrum[loud] / np.abs(spectrum[loud])
    return magnitude * direction


RIGHT = [splits_into_cosine_and_sine, divides_where_it_can]
