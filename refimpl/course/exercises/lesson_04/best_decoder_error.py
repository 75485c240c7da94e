"""Exercise 4.5: the smallest error of a decoder that sees one code at a time."""

from functools import partial

import numpy as np

from refimpl.course.differences import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def best_decoder_error(frames: np.ndarray, codes: np.ndarray) -> float:
    """Give the error that remains when each code is decoded to the mean of its frames.

    Float frames, at least one.
    """
    error = np.empty_like(frames)
    for code in np.unique(codes):
        own = frames[codes == code]
        error[codes == code] = own - own.mean(axis=0)
    return float(np.sqrt(np.mean(error**2)))


def _frames_and_codes(rng: np.random.Generator) -> Inputs:
    n_mels = int(rng.integers(3, 7))
    # Codes of very different frequency, and some below the largest that never occur.
    codes = rng.choice([0, 2, 3, 7, 9], size=40, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    centres = rng.uniform(-70, -10, size=(10, n_mels))
    spread = rng.uniform(1, 6, size=(10, 1))
    frames = centres[codes] + spread[codes] * rng.normal(size=(40, n_mels))
    return {"frames": frames, "codes": codes}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _frames_and_codes(rng)
    frames, codes = usual["frames"], usual["codes"]
    return {
        "one frame": {"frames": frames[:1], "codes": codes[:1]},
        "one band": usual | {"frames": frames[:, :1]},
        "one code for all frames": usual | {"codes": np.full(len(codes), 3)},
        "a different code for each frame": usual | {"codes": rng.permutation(len(codes))},
        "a large code number": usual | {"codes": np.where(codes == 7, 1000, codes)},
        "equal frames, so that no error is left": usual
        | {"frames": np.repeat(frames[:1], len(codes), axis=0)},
        "float32": usual | {"frames": frames.astype(np.float32)},
    }


def _squares(frames, codes) -> float:
    return best_decoder_error(frames, codes) ** 2


def _mean_of_the_codes_errors(frames, codes) -> float:
    each = [best_decoder_error(frames[codes == c], codes[codes == c]) for c in np.unique(codes)]
    return float(np.mean(each))


def _mean_of_the_codes_squares(frames, codes) -> float:
    each = [best_decoder_error(frames[codes == c], codes[codes == c]) for c in np.unique(codes)]
    return float(np.sqrt(np.mean(np.square(each))))


def _ignore_the_codes(frames, codes) -> float:
    return best_decoder_error(frames, np.zeros_like(codes))


def _medians(frames, codes) -> float:
    error = np.empty_like(frames)
    for code in np.unique(codes):
        error[codes == code] = frames[codes == code] - np.median(frames[codes == code], axis=0)
    return float(np.sqrt(np.mean(error**2)))


def _one_number_a_code(frames, codes) -> float:
    error = np.empty_like(frames)
    for code in np.unique(codes):
        error[codes == code] = frames[codes == code] - frames[codes == code].mean()
    return float(np.sqrt(np.mean(error**2)))


def _length_of_the_error(frames, codes) -> float:
    return best_decoder_error(frames, codes) * np.sqrt(frames.shape[1])


def _absolute_error(frames, codes) -> float:
    error = np.empty_like(frames)
    for code in np.unique(codes):
        error[codes == code] = frames[codes == code] - frames[codes == code].mean(axis=0)
    return float(np.mean(np.abs(error)))


def _skip_single_frames(frames, codes) -> float:
    often = np.bincount(codes)[codes] > 1
    return best_decoder_error(frames[often], codes[often]) if often.any() else float("nan")


def _midranges(frames, codes) -> float:
    error = np.empty_like(frames)
    for code in np.unique(codes):
        own = frames[codes == code]
        error[codes == code] = own - (own.min(axis=0) + own.max(axis=0)) / 2
    return float(np.sqrt(np.mean(error**2)))


def _first_frames(frames, codes) -> float:
    firsts = {c: frames[np.flatnonzero(codes == c)[0]] for c in np.unique(codes)}
    return float(np.sqrt(np.mean((frames - np.stack([firsts[c] for c in codes])) ** 2)))


EXERCISE = Exercise(
    id="4.5",
    title="Whose fault is the error?",
    function="best_decoder_error",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_frames_and_codes,
    edges=_edges,
    reference=best_decoder_error,
    # float32 frames of tens of dB, of which means are taken in one order or another
    compare=partial(compare_arrays, tolerance=1e-5),
    misconceptions={
        _squares: "take the root of the mean square, to get dB instead of dB²",
        _mean_of_the_codes_errors: "average over frames, not over codes: a frequent code counts "
        "more often",
        _mean_of_the_codes_squares: "average the squares over frames, not over codes: a rare code "
        "counts less",
        _ignore_the_codes: "the decoder knows the code: take a separate mean for each code",
        _medians: "the mean squared error is smallest at the mean, not at the median",
        _midranges: "the mean squared error is smallest at the mean, not halfway between "
        "the minimum and the maximum",
        _skip_single_frames: "count every frame: one that is alone with its code has an error of 0",
        _one_number_a_code: "a code stands for a whole frame: take the mean of each band",
        _length_of_the_error: "take the mean over bands as well as over frames",
        _absolute_error: "take the root of the mean square, not the mean of absolute values",
        _first_frames: "the best frame for a code is the mean of its frames, not one of them",
    },
    forbidden=("refimpl.codecs.Codebook",),
)
