"""Answers to exercise 2.1, as learners give them."""

import math

import numpy as np


def turns(frame):
    n = np.arange(len(frame))
    bins = np.arange(len(frame) // 2 + 1)
    return 2 * np.pi * bins[:, None] * n / len(frame)


def forgets_the_window(frame, window):
    return np.abs(np.exp(-1j * turns(frame)) @ frame)


def squares_the_magnitudes(frame, window):
    return np.abs(np.exp(-1j * turns(frame)) @ (frame * window)) ** 2


def compares_with_cosines_only(frame, window):
    return np.abs(np.cos(turns(frame)) @ (frame * window))


def compares_with_sines_only(frame, window):
    return np.abs(np.sin(turns(frame)) @ (frame * window))


def adds_cosines_and_sines(frame, window):
    shaped = frame * window
    return np.abs(np.cos(turns(frame)) @ shaped) + np.abs(np.sin(turns(frame)) @ shaped)


def returns_the_mirror_image_too(frame, window):
    n = np.arange(len(frame))
    return np.abs(np.exp(-2j * np.pi * n[:, None] * n / len(frame)) @ (frame * window))


def stops_before_half_the_sample_rate(frame, window):
    return np.abs(np.exp(-1j * turns(frame)[: len(frame) // 2]) @ (frame * window))


def takes_the_mean(frame, window):
    return np.abs(np.mean(np.exp(-1j * turns(frame)) * frame * window, axis=1))


def stays_complex(frame, window):
    return np.exp(-1j * turns(frame)) @ (frame * window)


def takes_half_turns(frame, window):
    return np.abs(np.exp(-1j * turns(frame) / 2) @ (frame * window))


def doubles_all_bins(frame, window):
    return 2 * np.abs(np.exp(-1j * turns(frame)) @ (frame * window))


def rounds_the_window_to_the_type_of_the_samples(frame, window):
    return np.abs(np.exp(-1j * turns(frame)) @ (frame * window.astype(frame.dtype)))


def divides_by_the_largest_bin(frame, window):
    magnitudes = np.abs(np.exp(-1j * turns(frame)) @ (frame * window))
    return magnitudes / magnitudes.max()


def asks_numpy(frame, window):
    return np.abs(np.fft.rfft(frame * window))


ACCEPTED = {
    "np.exp(2j * np.pi": "turning the other way round conjugates each bin of a real frame, "
    "which changes no magnitude"
}
WRONG = {
    forgets_the_window: "multiply the frame by the window first",
    squares_the_magnitudes: "a magnitude is not squared",
    compares_with_cosines_only: "cosines alone miss",
    compares_with_sines_only: "sines alone miss",
    adds_cosines_and_sines: "sqrt(c**2 + s**2)",
    returns_the_mirror_image_too: "repeat in reverse",
    stops_before_half_the_sample_rate: "is the last one",
    takes_the_mean: "not the mean",
    stays_complex: "take the absolute value",
    takes_half_turns: "the angle is 2 pi k n / n_fft",
    doubles_all_bins: "do not double",
    rounds_the_window_to_the_type_of_the_samples: "samples that are integers",
    divides_by_the_largest_bin: "largest difference",
    asks_numpy: "your function calls rfft",
}


def goes_bin_by_bin(frame, window):
    n_fft = len(frame)
    magnitudes = []
    for k in range(n_fft // 2 + 1):
        cosine = sum(
            frame[n] * window[n] * math.cos(2 * math.pi * k * n / n_fft) for n in range(n_fft)
        )
        sine = sum(
            frame[n] * window[n] * math.sin(2 * math.pi * k * n / n_fft) for n in range(n_fft)
        )
        magnitudes.append(math.hypot(cosine, sine))
    return magnitudes


def multiplies_by_a_matrix(frame, window):
    return np.abs(np.exp(-1j * turns(frame)) @ (window * frame))


RIGHT = [goes_bin_by_bin, multiplies_by_a_matrix]
