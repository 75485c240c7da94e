"""Answers to exercise 4.5, as learners give them."""

import numpy as np


def decode(frames, codes, average=np.mean):
    decoded = np.empty_like(frames)
    for code in set(codes.tolist()):
        decoded[codes == code] = average(frames[codes == code], axis=0)
    return decoded


def forgets_the_root(frames, codes):
    return np.mean((frames - decode(frames, codes)) ** 2)


def each_code(frames, codes):
    squares = (frames - decode(frames, codes)) ** 2
    return [squares[codes == code].mean() for code in np.unique(codes)]


def averages_the_codes_errors(frames, codes):
    return np.mean(np.sqrt(each_code(frames, codes)))


def averages_the_codes_squares(frames, codes):
    return np.sqrt(np.mean(each_code(frames, codes)))


def takes_one_mean_of_all(frames, codes):
    return np.sqrt(np.mean((frames - frames.mean(axis=0)) ** 2))


def takes_the_medians(frames, codes):
    return np.sqrt(np.mean((frames - decode(frames, codes, np.median)) ** 2))


def averages_over_bands_too(frames, codes):
    flat = decode(frames, codes).copy()
    for code in np.unique(codes):
        flat[codes == code] = frames[codes == code].mean()
    return np.sqrt(np.mean((frames - flat) ** 2))


def takes_the_length_of_the_error(frames, codes):
    return np.sqrt(((frames - decode(frames, codes)) ** 2).sum(axis=1).mean())


def takes_absolute_errors(frames, codes):
    return np.abs(frames - decode(frames, codes)).mean()


def decodes_to_the_first_frame(frames, codes):
    first = np.stack([frames[np.argmax(codes == code)] for code in codes])
    return np.sqrt(np.mean((frames - first) ** 2))


def divides_by_n_minus_one(frames, codes):
    return np.sqrt(((frames - decode(frames, codes)) ** 2).sum() / (frames.size - 1))


def takes_code_numbers_for_values(frames, codes):
    return np.sqrt(np.mean((frames - codes[:, None]) ** 2))


def leaves_single_frames_out(frames, codes):
    error = frames - decode(frames, codes)
    counts = np.bincount(codes)[codes]
    kept = error[counts > 1]
    return np.sqrt(np.mean(kept**2)) if len(kept) else np.nan


def takes_the_middle_of_the_range(frames, codes):
    middles = decode(frames, codes, lambda own, axis: (own.min(axis=axis) + own.max(axis=axis)) / 2)
    return np.sqrt(np.mean((frames - middles) ** 2))


WRONG = {
    forgets_the_root: "instead of dB²",
    averages_the_codes_errors: "a frequent code counts",
    averages_the_codes_squares: "a rare code",
    takes_one_mean_of_all: "a separate mean for each code",
    takes_the_medians: "not at the median",
    averages_over_bands_too: "take the mean of each band",
    takes_the_length_of_the_error: "over bands as well as over frames",
    takes_absolute_errors: "not the mean of absolute values",
    decodes_to_the_first_frame: "not one of them",
    divides_by_n_minus_one: "largest difference",
    takes_code_numbers_for_values: "got      ",
    leaves_single_frames_out: "alone with its code",
    takes_the_middle_of_the_range: "halfway between",
}


def decodes_to_the_means(frames, codes):
    return np.linalg.norm(frames - decode(frames, codes)) / np.sqrt(frames.size)


def uses_a_table(frames, codes):
    chosen = np.eye(codes.max() + 1)[codes]  # (n_frames, n_codes)
    means = chosen.T @ frames / np.maximum(chosen.sum(axis=0), 1)[:, None]
    return float(((frames - means[codes]) ** 2).mean() ** 0.5)


RIGHT = [decodes_to_the_means, uses_a_table]

ACCEPTED = {"for code in codes:": "the same frames get the same mean again and again"}
