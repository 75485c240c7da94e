"""Answers to exercise 1.5, as learners give them."""

import numpy as np


def fit(audio, n_samples):
    return np.pad(audio[:n_samples], (0, max(0, n_samples - len(audio))))


def divides_silence_by_zero(audio, n_samples):
    clip = fit(audio, n_samples)
    with np.errstate(invalid="ignore"):
        return clip / np.abs(clip).max()


def takes_the_largest_positive_sample(audio, n_samples):
    clip = fit(audio, n_samples)
    return clip / clip.max() if clip.max() > 0 else clip


def scales_before_it_cuts(audio, n_samples):
    peak = np.abs(audio).max()
    return fit(audio / peak if peak else audio, n_samples)


def pads_in_front(audio, n_samples):
    clip = np.pad(audio[:n_samples], (max(0, n_samples - len(audio)), 0))
    return clip / (np.abs(clip).max() or 1)


def keeps_the_end(audio, n_samples):
    clip = fit(audio[-n_samples:], n_samples)
    return clip / (np.abs(clip).max() or 1)


def repeats_the_sound(audio, n_samples):
    clip = np.tile(audio, 10)[:n_samples]
    return clip / (np.abs(clip).max() or 1)


def forgets_to_scale(audio, n_samples):
    return fit(audio, n_samples)


def leaves_headroom(audio, n_samples):
    clip = fit(audio, n_samples)
    return 0.95 * clip / (np.abs(clip).max() or 1)


def only_cuts(audio, n_samples):
    clip = audio[:n_samples]
    return clip / (np.abs(clip).max() or 1)


def scales_in_place(audio, n_samples):
    peak = np.abs(audio[:n_samples]).max()
    if peak:
        audio /= peak
    return fit(audio, n_samples)


def looks_for_silence_before_it_cuts(audio, n_samples):
    clip = fit(audio, n_samples).astype(float)
    with np.errstate(invalid="ignore"):
        return clip / np.abs(clip).max() if np.any(audio) else clip


def keeps_the_type_of_the_samples(audio, n_samples):
    clip = np.zeros(n_samples, dtype=audio.dtype)
    clip[: len(audio)] = audio[:n_samples]
    peak = np.abs(clip.astype(float)).max() or 1
    clip[:] = clip / peak
    return clip


def forgets_that_integers_run_over(audio, n_samples):
    clip = fit(audio, n_samples)
    return clip / (np.abs(clip).max() or 1)


def adds_a_little_to_the_peak(audio, n_samples):
    clip = fit(audio, n_samples).astype(float)
    return clip / (np.abs(clip).max() + 1e-9)


def only_scales_loud_clips_down(audio, n_samples):
    clip = fit(audio, n_samples).astype(float)
    return clip / max(1.0, np.abs(clip).max())


def only_scales_soft_clips_up(audio, n_samples):
    clip = fit(audio, n_samples).astype(float)
    return clip / min(1.0, np.abs(clip).max() or 1)


def takes_soft_clips_for_silence(audio, n_samples):
    clip = fit(audio, n_samples).astype(float)
    peak = np.abs(clip).max()
    return clip / peak if peak > 1e-4 else clip


WRONG = {
    divides_silence_by_zero: "silence has a peak of 0",
    takes_the_largest_positive_sample: "the largest sample may be negative",
    scales_before_it_cuts: "cut first",
    pads_in_front: "add the zeros at the end",
    keeps_the_end: "keep the beginning",
    repeats_the_sound: "do not repeat the sound",
    leaves_headroom: "0.95 is the level of standardise",
    forgets_to_scale: "so that its peak is 1",
    only_cuts: "expected the shape",
    looks_for_silence_before_it_cuts: "test for silence after you cut",
    keeps_the_type_of_the_samples: "return floating point",
    forgets_that_integers_run_over: "samples that are integers",
    adds_a_little_to_the_peak: "largest difference",
    only_scales_loud_clips_down: "largest difference: 0.",
    only_scales_soft_clips_up: "goes beyond full scale",
    takes_soft_clips_for_silence: "very soft",
    scales_in_place: "in place",
}


def pads_then_scales(audio, n_samples):
    clip = fit(audio, n_samples).astype(float)
    return clip / (np.abs(clip).max() or 1)


def goes_sample_by_sample(audio, n_samples):
    kept = [float(audio[i]) if i < len(audio) else 0.0 for i in range(n_samples)]
    peak = max(map(abs, kept))
    return [sample / peak if peak else 0.0 for sample in kept]


RIGHT = [pads_then_scales, goes_sample_by_sample]
