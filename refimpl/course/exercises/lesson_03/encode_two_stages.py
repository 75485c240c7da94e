"""Exercise 3.6: residual quantization, as the tokenizer does it."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs
from refimpl.kmeans import nearest


def encode_two_stages(frames: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Write each frame as a code of the first stage and one of what is left over."""
    coarse = nearest(frames, first)
    fine = nearest(frames - first[coarse], second)
    return np.stack([coarse, len(first) + fine], axis=1).reshape(-1)


def _frames_and_stages(rng: np.random.Generator) -> Inputs:
    n_bands, n_first = int(rng.integers(3, 6)), int(rng.integers(5, 8))
    first = rng.normal(0.5, 2.0, size=(n_first, n_bands))
    # Wide enough to reach to either side, and never as many as in the first stage.
    second = rng.normal(0.2, 0.8, size=(n_first + int(rng.integers(2, 5)), n_bands))
    frames = first[rng.integers(0, n_first, size=30)] + rng.normal(0, 0.9, size=(30, n_bands))
    return {"frames": frames, "first": first, "second": second}


def _stages(frames: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return encode_two_stages(frames, first, second).reshape(-1, 2) - [0, len(first)]


def _with(frames, first, second, fine: np.ndarray) -> np.ndarray:
    coarse = nearest(frames, first)
    return np.stack([coarse, len(first) + fine], axis=1).reshape(-1)


def _frames_twice(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(frames, second))


def _residual_upside_down(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(first[nearest(frames, first)] - frames, second))


def _centroids_again(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(first[nearest(frames, first)], second))


def _no_offset(frames, first, second) -> np.ndarray:
    return _stages(frames, first, second).reshape(-1)


def _offset_by_the_second(frames, first, second) -> np.ndarray:
    return (_stages(frames, first, second) + [0, len(second)]).reshape(-1)


def _stage_after_stage(frames, first, second) -> np.ndarray:
    return encode_two_stages(frames, first, second).reshape(-1, 2).T.reshape(-1)


def _rows_of_two(frames, first, second) -> np.ndarray:
    return encode_two_stages(frames, first, second).reshape(-1, 2)


def _best_pair(frames, first, second) -> np.ndarray:
    sums = (first[:, None] + second).reshape(-1, first.shape[1])
    coarse, fine = np.divmod(nearest(frames, sums), len(second))
    return np.stack([coarse, len(first) + fine], axis=1).reshape(-1)


EXERCISE = Exercise(
    id="3.6",
    title="Two residual stages",
    function="encode_two_stages",
    points=5,
    minutes=15,
    difficulty=4,
    inputs=_frames_and_stages,
    reference=encode_two_stages,
    misconceptions={
        _frames_twice: "the second stage sees the residual: what the first one left over",
        _residual_upside_down: "the residual is the frame minus its centroid, in this order",
        _centroids_again: "the residual is the frame minus its centroid, not the centroid",
        _no_offset: "ids of the second stage start at len(first), so that each id says its stage",
        _offset_by_the_second: "the first stage takes len(first) ids: the second starts there",
        _stage_after_stage: "frame by frame: the two ids of a frame stand side by side",
        _rows_of_two: "give one row of ids, frame after frame",
        _best_pair: "stage by stage: the first takes its nearest centroid without looking ahead",
    },
    forbidden=("refimpl.codebook.Codebook",),
)
