"""Answers to exercise 8.5, as learners give them."""

import numpy as np


def db(signal, rest):
    return 10 * np.log10(np.sum(signal**2) / np.sum(rest**2))


def scale_of(reference, estimate):
    return np.sum(reference * estimate) / np.sum(reference**2)


def keeps_the_scale(reference, estimate):
    return db(reference, reference - estimate)


def divides_by_the_other_energy(reference, estimate):
    target = reference * np.sum(reference * estimate) / np.sum(estimate**2)
    return db(target, estimate - target)


def makes_them_equally_loud(reference, estimate):
    reference = reference / np.sqrt(np.sum(reference**2))
    estimate = estimate / np.sqrt(np.sum(estimate**2))
    return db(reference, estimate - reference)


def counts_the_whole_reference(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return db(reference, estimate - target)


def counts_the_whole_estimate(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return db(estimate, estimate - target)


def centres_both(reference, estimate):
    reference, estimate = reference - np.mean(reference), estimate - np.mean(estimate)
    target = scale_of(reference, estimate) * reference
    return db(target, estimate - target)


def divides_rest_by_signal(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return db(estimate - target, target)


def takes_twenty(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return 2 * db(target, estimate - target)


def gives_the_ratio(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return np.sum(target**2) / np.sum((estimate - target) ** 2)


def takes_the_natural_logarithm(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return 10 * np.log(np.sum(target**2) / np.sum((estimate - target) ** 2))


def gives_bels(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return np.log10(np.sum(target**2) / np.sum((estimate - target) ** 2))


def scales_upwards_only(reference, estimate):
    target = max(0.0, scale_of(reference, estimate)) * reference
    return db(target, estimate - target)


def adds_a_little(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return 10 * np.log10(np.sum(target**2) / (np.sum((estimate - target) ** 2) + 0.01))


def gives_both_energies(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return np.sum(target**2), np.sum((estimate - target) ** 2)


def compares_norms(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return 10 * np.log10(np.linalg.norm(target) / np.linalg.norm(estimate - target))


WRONG = {
    compares_norms: "square the norms",
    keeps_the_scale: "a softer copy is no distortion",
    divides_by_the_other_energy: "divide the product by the energy of the reference",
    makes_them_equally_loud: "equal energy is not the best scale",
    counts_the_whole_reference: "not the reference as it came",
    counts_the_whole_estimate: "not all of the estimate",
    centres_both: "leave the means as they are",
    divides_rest_by_signal: "more dB are better",
    takes_twenty: "not 20 times",
    gives_the_ratio: "give decibels",
    takes_the_natural_logarithm: "logarithm to the base of 10",
    gives_bels: "a tenth of a bel",
    scales_upwards_only: "an estimate upside down",
    adds_a_little: "largest difference",
    gives_both_energies: "expected a single number",
}


def follows_the_definition(reference, estimate):
    target = scale_of(reference, estimate) * reference
    return db(target, estimate - target)


def goes_by_the_angle(reference, estimate):
    reference, estimate = np.float64(reference), np.float64(estimate)
    cosine = reference @ estimate / np.linalg.norm(reference) / np.linalg.norm(estimate)
    return 10 * np.log10(cosine**2 / (1 - cosine**2))


def fits_by_least_squares(reference, estimate):
    (scale,), *_ = np.linalg.lstsq(reference[:, None], estimate, rcond=None)
    target = scale * reference
    return 20 * np.log10(np.linalg.norm(target) / np.linalg.norm(estimate - target))


def looks_for_the_estimate_in_the_reference(reference, estimate):
    # The ratio depends on the angle between the two alone, so it is the same both ways.
    scaled = estimate * np.sum(reference * estimate) / np.sum(estimate**2)
    return db(scaled, reference - scaled)


RIGHT = [
    follows_the_definition,
    goes_by_the_angle,
    fits_by_least_squares,
    looks_for_the_estimate_in_the_reference,
]
